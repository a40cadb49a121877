import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Deployed, deploymentOf } from '../deployment.ts';
import { readyPath } from '../row.ts';
import { compose } from './compose.ts';
import { allBuilt, asItStands, bothDays, livingPlans, root, textOf } from './judged.fixture.ts';

/** The Compose specification's own JSON Schema (Apache-2.0), as the package `dclint` (MIT) ships it. It is of draft 7, which Ajv takes for granted. */
const { $schema: _, ...specification } = JSON.parse(
	readFileSync(join(root, 'node_modules/dclint/schemas/compose.schema.json'), 'utf8'),
) as Record<string, unknown>;
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const valid = ajv.compile(specification);

const port = z.object({ target: z.number(), published: z.string(), host_ip: z.string(), name: z.string(), protocol: z.string() });
const service = z.object({
	image: z.string(),
	command: z.array(z.string()).optional(),
	environment: z.record(z.string(), z.string()).default({}),
	ports: z.array(port),
	depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
	healthcheck: z.object({ test: z.array(z.string()) }),
	volumes: z
		.array(z.object({ type: z.string(), source: z.string(), target: z.string(), read_only: z.boolean().optional() }))
		.default([]),
	read_only: z.boolean().optional(),
});
const project = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.object({})).default({}) });

const projects = new Map<string, z.output<typeof project>>();

/** Read back from its text, once for all tests. */
function read(facts: typeof asItStands, plan: string, host: string) {
	const text = textOf(compose, facts, `deploy/${plan}/${host}/compose.yaml`);
	const found = projects.get(text) ?? project.parse(parse(text));
	projects.set(text, found);
	return found;
}

function at(deployed: readonly Deployed[], name: string): Deployed {
	const found = deployed.find(({ row }) => row.name === name);
	if (!found) throw new Error(`${name} is not deployed.`);
	return found;
}

test('the specification refuses what it does not know', () => {
	expect(valid({ services: { one: { image: 'mana', comand: [] } } })).toBe(false);
	expect(valid({ services: { one: { image: 'mana', depends_on: { two: { condition: 'healthy' } } } } })).toBe(false);
});

for (const [day, facts] of bothDays)
	describe(`the Compose files, ${day}`, () => {
		for (const { path, text } of compose.files(facts))
			test(`${path} is what the specification asks for`, () => {
				expect(valid(parse(text)) ? [] : valid.errors).toEqual([]);
			});

		test('mean the same to readers of YAML 1.1, of YAML 1.2, and to Bun', () => {
			for (const { text } of compose.files(facts)) {
				const meant = parse(text, { version: '1.2' });
				expect(parse(text, { version: '1.1' })).toEqual(meant);
				expect(Bun.YAML.parse(text)).toEqual(meant);
			}
		});

		for (const plan of livingPlans)
			test(`publish each port of ${plan.name} once, on the address that its exposure asks for`, () => {
				const deployed = deploymentOf(plan, facts.services);
				for (const host of plan.hosts) {
					const wanted = deployed
						.filter((one) => one.host === host)
						.flatMap(({ ports }) => ports.map(({ port }) => String(port)));
					if (wanted.length === 0) continue;
					const { services } = read(facts, plan.name, host.name);
					const published = Object.values(services).flatMap(({ ports }) => ports);
					expect(published.map(({ published }) => published).sort()).toEqual(wanted.sort());
					for (const { name, host_ip } of published) {
						const { exposure } = at(deployed, name.replace(/-(main|console)$/, ''));
						if (exposure === 'loopback') expect(host_ip, name).toBe('127.0.0.1');
						if (exposure === 'lan') expect(host_ip, name).toBe('0.0.0.0');
					}
				}
			});

		test('start nothing before what it needs is healthy, and need nothing that is not there', () => {
			for (const plan of livingPlans) {
				const deployed = deploymentOf(plan, facts.services);
				for (const host of plan.hosts.filter((host) => deployed.some((one) => one.host === host))) {
					const { services } = read(facts, plan.name, host.name);
					for (const [name, { depends_on }] of Object.entries(services)) {
						const { needs } = at(deployed, name);
						const here = needs.filter((need) => at(deployed, need).host === host);
						expect(Object.keys(depends_on)).toEqual(expect.arrayContaining(here));
						for (const need of Object.keys(depends_on)) expect(Object.keys(services)).toContain(need);
					}
				}
			}
		});
	});

describe('a service of ours', () => {
	const { services, volumes } = read(allBuilt, 'containers', 'server');

	test('runs by one command of the one image, and the hub opens the doors', () => {
		expect(services['mana-auth']).toMatchObject({ image: 'mana', command: ['bun', 'cli/host.ts', 'mana-auth'] });
		const doors = deploymentOf(planOf('containers')).filter(({ as }) => as === 'door');
		expect(services['mana-web']?.command).toEqual(['bun', 'cli/host.ts', 'mana-web', ...doors.map(({ row }) => row.name)]);
		for (const { row } of doors) expect(Object.keys(services)).not.toContain(row.name);
		expect(existsSync(join(root, 'cli/host.ts'))).toBe(true);
	});

	test('finds whom it needs by name, and the hub everybody that it passes on to', () => {
		expect(services['todo-server']?.environment).toMatchObject({
			MANA_AUTH_ADDRESS: 'http://mana-auth:3001',
			MANA_SYNC_ADDRESS: 'http://mana-sync:3010',
			MANA_NOTIFY_ADDRESS: 'http://mana-notify:3013',
		});
		expect(Object.keys(services['todo-server']?.environment ?? {})).not.toContain('MANA_LLM_ADDRESS');
		expect(services['mana-web']?.environment).toMatchObject({
			MANA_TODO_SERVER_ADDRESS: 'http://todo-server:3031',
			MANA_LLM_ADDRESS: 'http://mana-llm:3020',
			MANA_WEB_BEHIND_PROXY: 'true',
		});
		expect(services['mana-search']?.environment['MANA_SEARXNG_ADDRESS']).toBe('http://searxng:8080');
	});

	test('calls another machine at its address and the port that is published there', () => {
		const mini = read(allBuilt, 'two-machines', 'mac-mini').services;
		const gpu = read(allBuilt, 'two-machines', 'windows-gpu').services;
		expect(mini['chat-server']?.environment['MANA_LLM_ADDRESS']).toBe('http://192.168.178.11:3020');
		expect(gpu['mana-llm']?.environment['MANA_AUTH_ADDRESS']).toBe('http://mac-mini.local:3001');
		expect(gpu['mana-llm']?.ports[0]?.host_ip).toBe('0.0.0.0');
		expect(gpu['ollama']?.ports[0]?.host_ip).toBe('127.0.0.1');
	});

	test('listens on the number of its row, whatever number the plan publishes', () => {
		const plan = planOf('default');
		const placements = plan.placements.map((one) => (one.service === 'mana-sync' ? { ...one, ports: { main: 3050 } } : one));
		const moved = read({ ...asItStands, plans: [{ ...plan, placements }] }, 'default', 'here').services;
		expect(moved['mana-sync']?.ports[0]).toMatchObject({ target: 3010, published: '3050' });
		expect(moved['mana-web']?.environment['MANA_SYNC_ADDRESS']).toBe('http://mana-sync:3010');
	});

	test('is healthy when it is ready, shares the data folder with the others, and can write nowhere else', () => {
		for (const name of ['mana-auth', 'mana-sync', 'todo-server', 'mana-web']) {
			const one = services[name];
			expect(one?.healthcheck.test.at(-1), name).toContain(`http://127.0.0.1:${one?.ports[0]?.target}${readyPath}`);
			expect(one?.volumes, name).toEqual([{ type: 'volume', source: 'mana-home', target: '/data' }]);
			expect(one?.read_only, name).toBe(true);
		}
		expect(Object.keys(volumes)).toContain('mana-home');
	});

	test('starts after PostgreSQL where the plan runs one, and keeps files where it runs none', () => {
		expect(services['mana-auth']?.depends_on['postgres']).toEqual({ condition: 'service_healthy' });
		expect(services['mana-auth']?.environment['MANA_DATABASE_URL']).toBe('postgres://mana@postgres:5432/mana');
		const without = read(allBuilt, 'default', 'here').services['mana-auth'];
		expect(without?.environment['MANA_DATABASE_URL']).toBeUndefined();
		expect(without?.environment['PGPASSWORD']).toBeUndefined();
	});
});

describe('an engine', () => {
	const { services } = read(asItStands, 'containers', 'server');

	test('is published on the number of its row, whatever the image listens on', () => {
		expect(services['grafana']?.ports).toEqual([
			{ name: 'grafana', target: 3000, published: '8000', protocol: 'tcp', host_ip: '127.0.0.1' },
		]);
	});

	test('reads the generated files of the plan, and of the host only what it measures', () => {
		expect(services['victoriametrics']?.volumes).toContainEqual({
			type: 'bind',
			source: '../prometheus.yaml',
			target: '/etc/mana/prometheus.yaml',
			read_only: true,
		});
		expect(services['node-exporter']?.volumes).toEqual([{ type: 'bind', source: '/', target: '/host', read_only: true }]);
	});

	test('gets each secret from the operator: a missing one stops the start with a sentence, and none has a default', () => {
		const all = compose
			.files(allBuilt)
			.flatMap(({ text }) => [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inner = '']) => inner));
		expect(all.length).toBeGreaterThan(3);
		for (const inner of all) expect(inner).toMatch(/^MANA_[A-Z_]+:\?set it in secrets\.env, a long random text of your own$/);
		for (const { environment } of Object.values(services))
			for (const [name, value] of Object.entries(environment))
				if (/PASS|SECRET|KEY|TOKEN/.test(name)) expect(value, name).toStartWith('${');
	});

	test('has its values taken literally, also where they hold a sign of Compose', () => {
		const rows = asItStands.services.map((row) =>
			row.name === 'searxng' && row.engine ? { ...row, engine: { ...row.engine, environment: { A: 'a$b ${MANA_X}' } } } : row,
		);
		const text = textOf(compose, { ...asItStands, services: rows }, 'deploy/containers/server/compose.yaml');
		expect(project.parse(parse(text)).services['searxng']?.environment['A']).toStartWith('a$$b ${MANA_X:?');
	});
});

test('a host with nothing to start has no Compose file', () => {
	const plan = { ...planOf('default'), placements: [] };
	expect(compose.files({ ...asItStands, plans: [plan] })).toEqual([]);
});

describe('the image', () => {
	const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n');
	const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');

	test('holds no data, no secret and no packages of this machine', () => {
		for (const path of ['/data', '/secrets.env', '.git', '**/node_modules']) expect(ignored).toContain(path);
	});

	test('runs as nobody in particular, with the data folder of the containers', () => {
		expect(lines).toContain('USER mana');
		expect(lines).toContain('VOLUME /data');
	});
});

function planOf(name: string) {
	const plan = livingPlans.find((plan) => plan.name === name);
	if (!plan) throw new Error(`There is no plan ${name}.`);
	return plan;
}
