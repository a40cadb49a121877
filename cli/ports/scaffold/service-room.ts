import type { Newcomer, RoomFile } from './newcomer.ts';

/**
 * The room of a new service: it starts, keeps entries of people in a table of its own, is ready only when it can read that table, counts
 * what it does, says how it is used and is tested on both engines. What it is really for replaces the entries.
 */
export function serviceRoom({ name, kind, owner, id, description }: Newcomer): RoomFile[] {
	const isAppServer = kind === 'app-server';
	const part = isAppServer ? '.server.ts' : '.ts';
	const files = { main: isAppServer ? `${id}.server.ts` : 'index.ts', store: `store${part}`, routes: `routes${part}` };
	const test = isAppServer ? `${id}.server.test.ts` : `${id}.test.ts`;
	const readme = isAppServer ? 'SERVER.md' : 'README.md';
	const metric = `${id.replaceAll('-', '_')}_entries_kept_total`;
	const type = `${pascal(id)}Routes`;
	const texts: Readonly<Record<string, string>> = {
		[files.main]: mainText({ name, description, files, metric, type }),
		[files.store]: storeText(),
		[files.routes]: routesText({ files, type }),
		[test]: testText({ name, files, metric }),
		[readme]: readmeText({ name, description, files, test, metric }),
	};
	return Object.entries(texts).map(([file, text]) => ({ path: `${owner}/${file}`, text }));
}

interface Files {
	readonly main: string;
	readonly store: string;
	readonly routes: string;
}

function mainText({
	name,
	description,
	files,
	metric,
	type,
}: {
	name: string;
	description: string;
	files: Files;
	metric: string;
	type: string;
}): string {
	return `import { defineService } from '@mana/service';
import { openStore } from '@mana/store';
import { Counter } from 'prom-client';
import { addRoutes } from './${files.routes}';
import { migrations, type Tables } from './${files.store}';

export type { ${type} } from './${files.routes}';

/** ${description.replaceAll('*/', '* /')} */
export const service = defineService({
	name: '${name}',
	async open({ home, databaseUrl, clock, random, registry, verifyToken }) {
		const store = await openStore<Tables>({ service: '${name}', home, databaseUrl, migrations, clock });
		const kept = new Counter({ name: '${metric}', help: 'Entries that were kept.', registers: [registry] });
		return {
			routes: (app) => addRoutes(app, { store, clock, random, verifyToken, kept }),
			ready: () => store.db.selectFrom('entry').select('id').limit(1).execute(),
			close: () => store.close(),
		};
	},
});

if (import.meta.main) await service.run();
`;
}

function storeText(): string {
	return `import type { Migrations, Store } from '@mana/store';

/** Something that a person keeps here. Instants in milliseconds since 1970. */
export interface Entry {
	readonly id: string;
	readonly person: string;
	readonly text: string;
	readonly created_at: number;
}

export interface Tables {
	entry: Entry;
}

export type EntryStore = Store<Tables>;

export const migrations: Migrations = {
	'001-entries': {
		async up(db) {
			await db.schema
				.createTable('entry')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('text', 'text', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('entry_person').on('entry').columns(['person', 'created_at']).execute();
		},
	},
};

/** What a person keeps, oldest first. */
export function entriesOf({ db }: EntryStore, person: string): Promise<Entry[]> {
	return db.selectFrom('entry').selectAll().where('person', '=', person).orderBy('created_at').orderBy('id').execute();
}

export async function keep({ db }: EntryStore, entry: Entry): Promise<Entry> {
	await db.insertInto('entry').values(entry).execute();
	return entry;
}
`;
}

function routesText({ files, type }: { files: Files; type: string }): string {
	return `import { answers, body, guard, type RandomBytes, type ServiceEnv, type VerifyToken } from '@mana/service';
import type { Hono } from 'hono';
import type { Counter } from 'prom-client';
import { z } from 'zod';
import { entriesOf, type Entry, type EntryStore, keep } from './${files.store}';

/** What the routes work with. */
export interface Room {
	readonly store: EntryStore;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	readonly verifyToken: VerifyToken;
	/** Counts what was kept. */
	readonly kept: Counter;
}

const entry = z.object({ id: z.string(), text: z.string(), createdAt: z.number().describe('milliseconds since 1970') });
const newEntry = z.strictObject({ text: z.string().trim().min(1).max(10_000) });

export function addRoutes(app: Hono<ServiceEnv>, { store, clock, random, verifyToken, kept }: Room) {
	return app
		.get(
			'/entries',
			guard(verifyToken),
			answers('What you keep here, oldest first', z.object({ entries: z.array(entry) })),
			async (c) => c.json({ entries: (await entriesOf(store, c.get('person').id)).map(shown) }),
		)
		.post('/entries', guard(verifyToken), body(newEntry), answers('Keeps an entry', entry, 201), async (c) => {
			const id = Buffer.from(random(new Uint8Array(12))).toString('base64url');
			const { text } = c.req.valid('json');
			const made = await keep(store, { id, person: c.get('person').id, text, created_at: clock.now() });
			kept.inc();
			return c.json(shown(made), 201);
		});
}

export type ${type} = ReturnType<typeof addRoutes>;

function shown({ id, text, created_at }: Entry) {
	return { id, text, createdAt: created_at };
}
`;
}

function testText({ name, files, metric }: { name: string; files: Files; metric: string }): string {
	return `import { afterEach, expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { service } from './${files.main}';

const publicUrl = 'http://mana.test';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Issues tokens as mana-auth does, and serves its keys. */
async function startIssuer() {
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(keys) });
	cleanups.push(() => server.stop(true));
	const token = (person: string) =>
		new SignJWT({ sid: 'session', name: person, email: \`\${person}@mana.test\`, role: 'member' })
			.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
			.setSubject(person)
			.setIssuer(publicUrl)
			.setAudience('mana')
			.setIssuedAt()
			.setExpirationTime('10m')
			.sign(privateKey);
	return { url: \`http://127.0.0.1:\${server.port}\`, token };
}

async function start(place: TestPlace) {
	const issuer = await startIssuer();
	const addresses = { 'mana-auth': issuer.url };
	const running = await service.start({ ...place, port: 0, publicUrl, addresses, env: {}, logLevel: 'silent' });
	cleanups.push(() => running.close());
	const ask = async (path: string, person: string | null, init: RequestInit = {}) => {
		const headers = new Headers({ 'content-type': 'application/json' });
		if (person !== null) headers.set('authorization', \`Bearer \${await issuer.token(person)}\`);
		return fetch(\`\${running.url}\${path}\`, { ...init, headers });
	};
	const keep = (person: string, text: string) => ask('/entries', person, { method: 'POST', body: JSON.stringify({ text }) });
	return { ask, keep };
}

eachEngine('${name}', (engine) => {
	test('is ready, and says who it is', async () => {
		const { ask } = await start(await engine.place());
		expect((await ask('/health/ready', null)).status).toBe(200);
		expect(await (await ask('/health/live', null)).json()).toMatchObject({ status: 'ok', name: '${name}' });
	});

	test('keeps what a person writes, for that person alone', async () => {
		const { ask, keep } = await start(await engine.place());
		expect((await keep('ada', '  first ')).status).toBe(201);
		expect((await keep('ada', 'second')).status).toBe(201);
		expect((await keep('grace', 'other')).status).toBe(201);
		const { entries } = (await (await ask('/entries', 'ada')).json()) as { entries: { text: string }[] };
		expect(entries.map(({ text }) => text)).toEqual(['first', 'second']);
	});

	test('has it still after a new start', async () => {
		const place = await engine.place();
		const first = await start(place);
		await first.keep('ada', 'kept');
		await cleanups.pop()?.();
		const { ask } = await start(place);
		expect(await (await ask('/entries', 'ada')).json()).toMatchObject({ entries: [{ text: 'kept' }] });
	});

	test('refuses whoever is not signed in, and what does not fit', async () => {
		const { ask, keep } = await start(await engine.place());
		expect((await ask('/entries', null)).status).toBe(401);
		expect((await keep('ada', ' ')).status).toBe(422);
	});

	test('counts what it keeps', async () => {
		const { ask, keep } = await start(await engine.place());
		await keep('ada', 'one');
		expect(await (await ask('/metrics', null)).text()).toMatch(/^${metric}(\\{.*\\})? 1$/m);
	});
});
`;
}

function readmeText({
	name,
	description,
	files,
	test,
	metric,
}: {
	name: string;
	description: string;
	files: Files;
	test: string;
	metric: string;
}): string {
	const rows = [
		['file', 'what it holds'],
		[`\`${files.main}\``, 'the service: start, stop, what it counts'],
		[`\`${files.routes}\``, '`GET /entries`, `POST /entries`: what a signed-in person keeps here'],
		[`\`${files.store}\``, 'its table, migrations and queries'],
		[`\`${test}\``, 'behaviour, over HTTP, on SQLite and PostgreSQL'],
	];
	const [first = 0, second = 0] = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
	const line = (cells: readonly string[]) => `| ${(cells[0] ?? '').padEnd(first)} | ${(cells[1] ?? '').padEnd(second)} |`;
	const [head = [], ...body] = rows;
	return `# ${name}

${description}

${[line(head), `| ${'-'.repeat(first)} | ${'-'.repeat(second)} |`, ...body.map(line)].join('\n')}

\`npm run mana -- up mana-auth ${name}\` starts it alone. It is ready when its own table can be read; \`/metrics\` has \`${metric}\`.
`;
}

function pascal(id: string): string {
	return id.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
}
