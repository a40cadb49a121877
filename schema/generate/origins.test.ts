import { describe, expect, test } from 'bun:test';
import { defineService } from '@mana/service';
import { planNamed } from '../plans.ts';
import { caddy } from './caddy.ts';
import { env } from './env.ts';
import { bothDays, livingPlans, textOf } from './judged.fixture.ts';
import { trustedOrigins } from './origins.ts';

interface Origins {
	readonly trusted: readonly string[];
	readonly untrusted: readonly string[];
}

describe.each(bothDays)('the trusted origins %s', (_, facts) => {
	describe.each(livingPlans.map(({ name }) => name))('of %s', (name) => {
		const origins = JSON.parse(textOf(trustedOrigins, facts, `deploy/${name}/trusted-origins.json`)) as Origins;
		const [trusted = ''] = origins.trusted;

		test('are the one that every host of the plan is told to trust', () => {
			expect(origins.trusted).toHaveLength(1);
			for (const host of planNamed(name).hosts)
				expect(textOf(env, facts, `deploy/${name}/${host.name}/mana.env`)).toContain(`\nMANA_PUBLIC_URL=${trusted}\n`);
		});

		test('and the others are together the names that the proxy leads on', () => {
			const names = [...textOf(caddy, facts, `deploy/${name}/Caddyfile`).matchAll(/^(\S+\.\S+) \{$/gm)].map(
				([, site]) => `https://${site}`,
			);
			const all = [...origins.trusted, ...origins.untrusted];
			expect(all.filter((origin) => origin.startsWith('https:')).sort()).toEqual(names.sort());
		});

		test('are the only ones from which a service takes a write', async () => {
			const service = defineService({
				name: 'mana-user',
				open: () => ({
					routes: (app) => app.post('/notes', (c) => c.text('kept')),
					ready: async () => {},
					close: async () => {},
				}),
			});
			const running = await service.start({ port: 0, env: { MANA_PUBLIC_URL: trusted, MANA_LOG: 'silent' } });
			const write = async (origin: string) =>
				(await fetch(`${running.url}/notes`, { method: 'POST', headers: { origin } })).status;
			try {
				expect(await write(trusted)).toBe(200);
				for (const origin of [...origins.untrusted, 'https://other.example.org'])
					expect([origin, await write(origin)]).toEqual([origin, 403]);
			} finally {
				await running.close();
			}
		});
	});
});
