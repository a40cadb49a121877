import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { deploymentOf } from '../deployment.ts';
import { planNamed } from '../plans.ts';
import { bothDays, livingPlans, textOf } from './judged.fixture.ts';
import { tunnel } from './tunnel.ts';

/** What cloudflared reads of its file, as its documentation of "configuration file" and "ingress rules" states it. */
const shape = z.strictObject({
	tunnel: z.string().regex(/^[\w-]+$/),
	'credentials-file': z.string().startsWith('/'),
	ingress: z
		.array(
			z.strictObject({
				hostname: z.hostname().optional(),
				path: z.string().optional(),
				service: z.string().regex(/^(https?:\/\/[^/]+:\d+|http_status:\d{3})$/),
			}),
		)
		.min(1),
});

type Rule = z.infer<typeof shape>['ingress'][number];

/** Where cloudflared leads a request: to the first rule that fits. */
function leads(rules: readonly Rule[], host: string, path: string): string | undefined {
	return rules.find((rule) => (rule.hostname ?? host) === host && (!rule.path || new RegExp(rule.path).test(path)))?.service;
}

const open = livingPlans.filter(({ publicNames }) => publicNames.length > 0).map(({ name }) => name);

describe.each(bothDays)('the tunnel %s', (_, facts) => {
	describe.each(open)('of %s', (name) => {
		const { ingress } = shape.parse(Bun.YAML.parse(textOf(tunnel, facts, `deploy/${name}/cloudflared.yaml`)));
		const plan = planNamed(name);
		const deployed = deploymentOf(plan, facts.services);

		test('leads each name to its service, and not to its figures', () => {
			for (const route of plan.publicNames) {
				const to = deployed.find(({ row }) => row.name === route.service);
				const service = leads(ingress, route.name, '/todo/today');
				if (!to) expect([route.name, service]).toEqual([route.name, 'http_status:404']);
				else expect(service).toEndWith(`:${to.ports[0].port}`);
				if (to?.row.metrics) expect(leads(ingress, route.name, to.row.metrics)).toBe('http_status:404');
			}
		});

		test('passes on what the hub passes on, but for the figures of the services behind it', () => {
			const hub = plan.publicNames.find(({ service }) => service === 'mana-web')?.name ?? '';
			expect(leads(ingress, hub, '/api/mana-sync/metrics')).toBe('http_status:404');
			expect(leads(ingress, hub, '/api/mana-sync/metrics/mine')).toStartWith('http://');
			expect(leads(ingress, hub, '/api/mana-sync/socket')).toStartWith('http://');
		});

		test('ends with a rule for everything else, and has none such before', () => {
			expect(ingress.at(-1)).toEqual({ service: 'http_status:404' });
			expect(ingress.slice(0, -1).every(({ hostname }) => hostname !== undefined)).toBe(true);
			expect(leads(ingress, 'other.example.org', '/')).toBe('http_status:404');
		});
	});
});

test('a plan without names of the internet has no tunnel', () => {
	for (const [, facts] of bothDays)
		expect(tunnel.files(facts).map(({ path }) => path)).toEqual(open.map((name) => `deploy/${name}/cloudflared.yaml`));
});
