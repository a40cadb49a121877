import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, generatedFiles } from '../generate/generate.ts';
import { hostPlans, planNamed } from '../plans.ts';
import { portOf } from '../services.ts';
import { comparisons, disagreements } from './compare.ts';
import { codes } from './codes.fixture.ts';
import { serviceMeant } from './names.ts';
import { readers, readFiles } from './readers.ts';
import type { SourceFile } from './statement.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const plan = planNamed('default');

function filesIn(folder: string): SourceFile[] {
	return readdirSync(join(fixtures, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
		return entry.isDirectory() ? filesIn(path) : [{ path, text: readFileSync(join(fixtures, path), 'utf8') }];
	});
}

/** What the fixtures say of themselves: `≠ code` on the line where a disagreement is found, `≠ next code` on the one before. */
function marked(files: readonly SourceFile[]): string[] {
	return files.flatMap(({ path, text }) =>
		text
			.split('\n')
			.flatMap((row, index) =>
				[...row.matchAll(/≠ (next )?([a-z-]+)/g)].map(
					([, next, code = '']) => `${path}:${index + (next === undefined ? 1 : 2)} ${code}`,
				),
			),
	);
}

function found(files: readonly SourceFile[]): string[] {
	return disagreements(plan, readFiles(files)).map(({ file, line, code }) => `${file}:${line} ${code}`);
}

describe('files with every kind of disagreement', () => {
	const files = filesIn('');

	test('are answered with each one of them and with nothing else', () => {
		expect(found(files).sort()).toEqual(marked(files).sort());
	});

	test('have every kind that is looked for', () => {
		const here = new Set(marked(files).map((mark) => mark.split(' ')[1]));
		expect(here.size).toBeGreaterThanOrEqual(comparisons.length);
	});

	test('are of every format that is understood', () => {
		const read = new Set(files.map((file) => readers.find(({ fits }) => fits(file))?.name));
		expect([...read].sort()).toEqual(readers.map(({ name }) => name).sort());
	});

	test('name both sides of a disagreement', () => {
		const said = disagreements(plan, readFiles(files)).map(({ message }) => message);
		expect(said).toContainEqual(
			expect.stringMatching(/^mana-auth calls mana-credits at 3061, but it opens 3002 \(docker-compose.*:\d+\)\./),
		);
		expect(said).toContainEqual(
			expect.stringMatching(/^mana-landing-builder \(.*\) and memoro-server \(.*\) have one number, 3015/),
		);
	});
});

describe('a compose file', () => {
	const compose = (...rows: string[]) => codes('compose.yaml', 'services:', ...rows);
	const auth = (...rows: string[]) => compose('  mana-auth:', ...rows.map((row) => `    ${row}`));
	const right = portOf('mana-auth');

	test.each([
		[['ports: ["127.0.0.1:3001:3001"]'], []],
		[['ports: ["127.0.0.1:3001:8080"]'], []],
		[['ports: ["3001"]'], []],
		[['ports: [3001]'], []],
		[['ports: ["3001:3001"]'], ['all-interfaces']],
		[['ports: ["0.0.0.0:3001:3001/tcp"]'], ['all-interfaces']],
		[['ports: ["[::]:3001:3001"]'], ['all-interfaces']],
		[['ports: ["[::1]:3001:3001"]'], []],
		[['ports: ["::1:3001:3001"]'], []],
		[['ports: ["127.0.0.1::3001"]'], []],
		[['ports: ["127.0.0.1:3005:3001"]'], ['wrong-port']],
		[['ports: ["127.0.0.1:${PORT:-3005}:3001"]'], ['wrong-port']],
		[['ports: ["127.0.0.1:${PORT:-${OTHER:-3001}}:3001"]'], []],
		[['ports:', '  - target: 3001', '    published: "3005"', '    host_ip: 127.0.0.1'], ['wrong-port']],
		[['ports:', '  - target: 3001', '    host_ip: 127.0.0.1'], []],
		[['ports:', '  - { name: mana-sync, target: 3010, published: 3010, host_ip: 127.0.0.1 }'], []],
		[['ports:', '  - { name: mana-sync, target: 3011, published: 3011, host_ip: 127.0.0.1 }'], ['wrong-port']],
		[['expose: ["3001"]'], []],
		[['expose: [3005]'], ['wrong-port']],
		[['environment: [PORT=3005]'], ['wrong-port']],
		[['environment: { PORT: 3005 }'], ['wrong-port']],
		[['environment: { PORT: }'], []],
		[['healthcheck: { test: "curl -f http://127.0.0.1:3005/health" }'], ['wrong-port']],
		[['healthcheck: { test: ["NONE"] }'], []],
		[['environment: { GF_SERVER_HTTP_PORT: 3000 }'], []],
		[['environment: { MANA_SYNC_PORT: 3050 }'], ['wrong-call']],
		[['healthcheck: { test: ["CMD-SHELL", "nc -z localhost 3005"] }'], ['wrong-port']],
		[['command: serve --port=3005'], ['wrong-port']],
		[['command: ["serve", "--port", "3001", "--workers", "3005"]'], []],
		[['entrypoint: ["serve", "-httpListenAddr=:3005"]'], ['wrong-port']],
		[['command: ["-notifier.url=http://alertmanager:9094"]'], ['wrong-call']],
		[['environment: { DATABASE_URL: "${DB:-postgres://mana:mana@postgres:5432/mana}" }'], ['default-secret']],
		[['environment: { DATABASE_URL: "${DB:-postgres://mana:${PW:?}@postgres:5432/mana}" }'], []],
	])('is understood where it says %p', (rows, expected) => {
		expect(right).toBe(3001);
		expect(auth(...rows)).toEqual(expected);
	});

	test('takes in what an anchor, a merge key and extends bring', () => {
		const anchored = ['x-env: &env { PORT: 3005 }', 'services:', '  mana-auth:', '    environment: { <<: *env }'];
		expect(codes('compose.yaml', ...anchored)).toEqual(['wrong-port']);
		expect(compose('  base:', '    environment: { PORT: 3005 }', '  mana-auth:', '    extends: base')).toContain('wrong-port');
		expect(
			compose(
				'  base:',
				'    environment: { PORT: 3005 }',
				'  mana-auth:',
				'    extends: base',
				'    environment: { PORT: 3001 }',
			),
		).not.toContain('wrong-port');
		const files = [
			{ path: 'a/compose.yaml', text: 'services:\n  mana-auth:\n    extends: { file: ./base.yaml, service: base }' },
			{ path: 'a/base.yaml', text: 'services:\n  base:\n    environment: { PORT: 3005 }' },
		];
		expect(found(files)).toContain('a/compose.yaml:3 wrong-port');
	});

	test('that refers to itself in a circle is read all the same', () => {
		expect(compose('  a:', '    extends: b', '  b:', '    extends: a')).toEqual([]);
		expect(() => codes('compose.yaml', 'services: &all', '  mana-auth: *all')).not.toThrow();
	});

	test('takes the port of a container from the file that env_file names, where its own environment has none', () => {
		const found = (rows: string, env: string) =>
			disagreements(
				plan,
				readFiles([
					{ path: 'a/compose.yaml', text: `services:\n  mana-auth:\n${rows}` },
					{ path: 'a/auth.env', text: env },
				]),
			).map(({ file, line, code }) => `${file}:${line} ${code}`);
		expect(found('    env_file: ./auth.env', 'A=1\nPORT=3005')).toEqual(['a/auth.env:2 wrong-port']);
		expect(found('    env_file: [{ path: auth.env, required: false }]', 'PORT=3005')).toEqual(['a/auth.env:1 wrong-port']);
		expect(found('    env_file: auth.env\n    environment: [PORT=3001]', 'PORT=3005')).toEqual([]);
	});

	test('judges what the host opens where the container has a number of its own', () => {
		expect(auth('ports: ["127.0.0.1:3005:80"]')).toEqual(['wrong-port']);
		expect(auth('ports: ["127.0.0.1:3001:80"]', 'environment: { PORT: 80 }')).toEqual([]);
	});

	test('may have a proxy and a mail server that are open to the internet', () => {
		expect(compose('  mail:', '    ports: ["25:25", "587:587"]')).toEqual([]);
		expect(compose('  traefik:', '    ports: ["80:80", "443:443", "8080:8080"]')).toEqual(['unknown-service', 'all-interfaces']);
		expect(auth('ports: ["80:3001"]')).toContain('all-interfaces');
	});

	test('that calls a service of the schema by a name that nothing has calls nobody', () => {
		const call = (host: string, ...rows: string[]) =>
			compose('  mana-matrix-bot:', `    environment: { CONTACTS_URL: "http://${host}:3033" }`, ...rows);
		expect(call('contacts-backend')).toEqual(['unknown-callee']);
		expect(call('contacts-server')).toEqual([]);
		expect(call('contacts-backend', '  contacts-backend:', '    expose: [3033]')).toEqual([]);
	});

	test('with a wrong number of its own sends those who follow it to the number of the plan too', () => {
		const fixes = (port: number) =>
			disagreements(
				plan,
				readFiles([
					{
						path: 'compose.yaml',
						text: `services:\n  mana-llm:\n    environment: { PORT: 3025 }\n  mana-auth:\n    environment: { LLM_URL: "http://mana-llm:${port}" }`,
					},
				]),
			).map(({ fix }) => fix);
		expect(fixes(3020)).toEqual(['Put 3020 there.', "Leave it, and put 3020 at compose.yaml:3: that is the plan's."]);
		expect(fixes(3021)).toEqual(['Put 3020 there.', "Put 3020 here and at compose.yaml:3: that is the plan's."]);
	});

	test('whose aliases stand for billions of values is refused before they are counted', () => {
		const rows = Array.from({ length: 9 }, (_, level) => {
			const inner = level === 0 ? 'x' : `*a${level - 1}`;
			return `a${level}: &a${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
		});
		expect(() => codes('compose.yaml', ...rows, 'services: *a8')).toThrow('its aliases stand for more than');
	});

	test('takes the variables of the .env beside it', () => {
		const text = 'services:\n  mana-auth:\n    ports: ["127.0.0.1:${AUTH:-3001}:3001"]';
		const files = (value: string) => [
			{ path: 'a/compose.yaml', text },
			{ path: 'a/.env', text: `AUTH=${value}` },
		];
		expect(found(files('3001'))).toEqual([]);
		expect(found(files('3005'))).toEqual(['a/compose.yaml:3 wrong-port']);
	});

	test('lets two containers have one port on two addresses or transports', () => {
		const two = (first: string, second: string) =>
			compose('  a:', `    ports: ["${first}"]`, '  b:', `    ports: ["${second}"]`).includes('host-port-twice');
		expect(two('127.0.0.1:9950:1', '127.0.0.1:9950:2')).toBe(true);
		expect(two('127.0.0.1:9950:1', '9950:2')).toBe(true);
		expect(two('127.0.0.1:9950:1', '127.0.0.2:9950:2')).toBe(false);
		expect(two('127.0.0.1:9950:1', '127.0.0.1:9950:2/udp')).toBe(false);
		expect(two('127.0.0.1:9948-9950:1-3', '127.0.0.1:9950:2')).toBe(true);
	});

	test('follows a call to what the container opens inside, not to what its host publishes', () => {
		const call = (port: number) =>
			compose(
				'  grafana:',
				'    ports: ["127.0.0.1:8000:3000"]',
				'  mana-auth:',
				`    environment: { GRAFANA_URL: "http://grafana:${port}" }`,
			);
		expect(call(3000)).toEqual([]);
		expect(call(8000)).toEqual(['wrong-call']);
	});

	test('is measured by the plan that is asked for', () => {
		const [file] = [{ path: 'compose.yaml', text: 'services:\n  mana-sync:\n    environment: { PORT: 3050 }' }];
		const by = (name: string) => disagreements(planNamed(name), readFiles(file ? [file] : [])).map(({ code }) => code);
		expect(by('default')).toEqual(['wrong-port']);
		expect(by('2026-04-08')).toEqual([]);
	});

	test('that is no YAML is refused with its name and the reason', () => {
		expect(() => codes('compose.yaml', 'services: [')).toThrow(/^compose\.yaml cannot be read as compose: /);
	});
});

test.each(hostPlans.filter((plan) => !plan.record))('what is generated from the plan $name agrees with it', (plan) => {
	const generated = generatedFiles(factsOf(join(import.meta.dirname, '../..')))
		.filter(({ path }) => path.startsWith(`deploy/${plan.name}/`))
		.filter((file) => readers.some(({ fits }) => fits(file)));
	expect(generated.length).toBeGreaterThan(0);
	expect(disagreements(plan, readFiles(generated)).map(({ message }) => message)).toEqual([]);
});

test('a file of no known format is refused with the list of those that are known', () => {
	expect(() => codes('notes.rtf', 'hello')).toThrow('notes.rtf is of no format that is understood. There are: Prometheus');
});

describe('an environment file', () => {
	test.each([
		['MANA_AUTH_URL=http://localhost:3001', []],
		['export MANA_AUTH_URL="http://localhost:3005" # comment', ['wrong-port']],
		["MANA_AUTH_URL='http://localhost:3005'", ['wrong-port']],
		['MANA_AUTH_URL=http://[::1]:3005/api', ['wrong-port']],
		['MANA_AUTH_URL=http://localhost', []],
		['MANA_AUTH_ADDRESS=http://mac-mini.local:3001', []],
		['MANA_AUTH_ADDRESS=http://mac-mini.local:3005', ['wrong-port']],
		['MANA_CREDITS_URL=http://mana-auth.local:3005', ['wrong-port']],
		['# MANA_AUTH_URL=http://localhost:3005', []],
		['VITE_PUBLIC_MANA_SYNC_WS=ws://localhost:3010', []],
		['REDIS_URL=redis://:secret@localhost:6379/0', []],
		['MANA_AUTH_PORT=3005', ['wrong-port']],
		['MANA_AUTH_TIMEOUT=3005', []],
		['GOOGLE_REDIRECT_URL=http://localhost:5000/callback', []],
		['URLS=http://localhost:3001,http://localhost:3010', []],
		['MANA_AUTH_TIMEOUT=1\nMANA_AUTH_TIMEOUT=2', ['set-twice']],
		['MANA_AUTH_TIMEOUT=1\nMANA_AUTH_TIMEOUT="1"', []],
		['KEY="first\nMANA_AUTH_PORT=3005\nlast" # one value', []],
		['KEY="first\nMANA_AUTH_PORT=3005', ['wrong-port']],
		['ALLOWED_ORIGINS=http://localhost:5999,http://localhost:3333', []],
		['S3_ENDPOINT=localhost:9002', ['wrong-port']],
		['', []],
	])('is understood where it says %p', (row, expected) => {
		expect(codes('.env', row)).toEqual(expected);
	});
});

test('a Dockerfile says by ENV whom its service calls', () => {
	const said = (port: number) => codes('services/mana-sync/Dockerfile', `ENV PORT=3010 MANA_AUTH_URL=http://mana-auth:${port}`);
	expect(said(3001)).toEqual([]);
	expect(said(3005)).toEqual(['wrong-call']);
});

describe('a document', () => {
	test.each([
		[['4000 mana-matrix-bot'], ['wrong-port']],
		[['- mana-llm: 3025'], ['wrong-port']],
		[['mana-sync → 3010'], []],
		[['3064: mana-analytics (production)'], ['wrong-port']],
		[['- Since 2026 mana-sync has been the engine', 'mana-sync 2026 was the year'], []],
		[['Service | Port', '--- | ---', 'mana-events | 3065'], ['wrong-port']],
		[['| Port | Service |', '|---|---|', '| `3020` | [mana-stt](../stt/README.md) |'], ['wrong-port']],
		[['| Port | Service |', '|---|---|', '| 9000, 9001 | minio |', '| 9000/9002 | minio |'], ['wrong-port']],
		[['| Ports | Services |', '|---|---|', '| 3000 | 6 |'], []],
	])('is understood where it says %p', (rows, expected) => {
		expect(codes('ports.md', ...rows)).toEqual(expected);
	});
});

describe('names', () => {
	test.each([
		['mana-sync', 'mana-sync'],
		['sync', 'mana-sync'],
		['mana-core-sync', 'mana-sync'],
		['MANA_CORE_AUTH', 'mana-auth'],
		['mana-app-todo-web', 'todo-web'],
		['todo-backend', 'todo-server'],
		['todo', 'todo-server'],
		['clock', 'clock-web'],
		['mana-infra-postgres', 'postgres'],
		['db', 'postgres'],
		['matrix', 'synapse'],
		['mana-mon-grafana-1', 'grafana'],
		['mana-auth-service', 'mana-auth'],
		['memoro-server', null],
		['zitare-backend', null],
		['authelia', null],
		['', null],
	])('%p is %p, by the rule', (name, service) => {
		expect(serviceMeant(name)).toBe(service);
	});

	test('of the internet lead to a front end first', () => {
		expect(serviceMeant('todo', 'web')).toBe('todo-web');
	});
});
