import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { serviceIdentity } from '@mana/service';
import { type Link, openLink } from '@mana/store/testing/line';
import { createDatabase, dropDatabase, startPostgres } from '@mana/store/testing';
import { type FrameOf, LIVENESS, type SpaceId } from '@mana/sync';
import { LEASE_OVER_MS } from '@mana/sync/space/index';
import { Client } from 'pg';
import {
	exchangeOnce,
	type Issuer,
	newDevice,
	newRecord,
	op,
	RawClient,
	startIssuer,
	startSync,
	type TestSync,
} from '../testing.ts';
import { ask } from '../testing-spaces.ts';
import { LINE_NAME } from './line.ts';
import { LOOK_MS } from './postgres.ts';

/** How long a revocation may take until nothing more comes and everybody knows, on whatever node, in milliseconds. */
const secret = 'x'.repeat(64);

setDefaultTimeout(60_000);

describe('two nodes on one PostgreSQL', () => {
	let issuer: Issuer;
	let home: string;
	let databaseUrl: string;
	/** The way of B to the database. */
	let link: Link;
	let a: TestSync;
	let b: TestSync;

	beforeAll(async () => {
		issuer = await startIssuer();
	});
	afterAll(() => issuer.close());

	beforeEach(async () => {
		home = await mkdtemp(joinPath(tmpdir(), 'mana-nodes-'));
		databaseUrl = await createDatabase(await startPostgres(), `test_${randomUUID().replaceAll('-', '')}`);
		link = await openLink();
		link.lead(databaseUrl);
		const env = { MANA_SYNC_CONNECTS_PER_MINUTE: '100000', MANA_AUTH_SECRET: secret };
		const through = new URL(databaseUrl);
		through.host = new URL(link.url).host;
		a = await startSync({ home: joinPath(home, 'a'), databaseUrl }, { env, issuer });
		b = await startSync({ home: joinPath(home, 'b'), databaseUrl: through.href }, { env, issuer });
	});
	afterEach(async () => {
		link.mend();
		await b[Symbol.asyncDispose]();
		await a[Symbol.asyncDispose]();
		link.close();
		await dropDatabase(databaseUrl);
		await rm(home, { recursive: true });
	});

	/** Says something to the database, beside both nodes. */
	async function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
		const client = new Client({ connectionString: databaseUrl, options: '-c search_path=mana_sync' });
		await client.connect();
		try {
			return (await client.query<Row>(text, values)).rows;
		} finally {
			await client.end();
		}
	}

	const as = async (server: TestSync, person: string, method: string, path: string, body?: unknown) =>
		ask(server, await issuer.token(person), method, path, body);

	/** Ana's family with Ben in it, made on both nodes. */
	async function family(): Promise<SpaceId> {
		const made = await as(a, 'ana', 'POST', '/spaces', { kind: 'family', name: 'Home' });
		const space = made.body['id'] as SpaceId;
		const { body } = await as(b, 'ana', 'POST', `/spaces/${space}/invitations`, { role: 'editor' });
		const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
		expect((await as(b, 'ben', 'POST', '/memberships', { invitation })).status).toBe(201);
		expect((await as(a, 'eve', 'POST', '/memberships', { invitation })).status).toBe(410);
		return space;
	}

	async function join(server: TestSync, person: string, space: SpaceId, device = newDevice()): Promise<RawClient> {
		const client = await RawClient.open(server.url, device);
		await client.hello(await issuer.token(person));
		const { seq } = await client.sub(space);
		await client.reached(seq);
		return client;
	}

	const deltas = (client: RawClient) => client.heard.filter((frame) => frame.type === 'delta');

	/** No reader hears a seq before the one below it. */
	function expectNoGap(client: RawClient): void {
		let seq = 0;
		for (const { from, to } of deltas(client)) {
			expect(from).toBeLessThanOrEqual(seq);
			seq = Math.max(seq, to);
		}
	}

	test('a reader sees what is written on the other node, and so does a request that waits for news', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		const milk = op(newRecord(), 'milk');
		ana.write(milk);
		await ben.until(() => ben.value(milk) === 'milk', 'the milk');
		const device = newDevice();
		const sub = { type: 'sub', space, epoch: ben.epoch, seq: ben.seq } as const;
		const hello = { type: 'hello', token: await issuer.token('ben'), device, clockMs: 0, schema: [] } as const;
		const waiting = exchangeOnce(b.url, [hello, sub], 10_000);
		// It is being waited for as soon as its device has an actor.
		while ((await sql('select 1 from actor where device = $1', [device])).length === 0);
		const eggs = op(newRecord(), 'eggs');
		ana.write(eggs);
		const news = (await waiting).filter((frame): frame is FrameOf<'delta'> => frame.type === 'delta');
		expect(news.flatMap(({ cells }) => cells.map(({ value }) => value))).toEqual(['eggs']);
	});

	test('people on different nodes see where the others are, until they go', async () => {
		const space = await family();
		const enter = async (server: TestSync, person: string) => {
			const client = await RawClient.open(server.url);
			await client.hello(await issuer.token(person), [LIVENESS]);
			await client.sub(space);
			return client;
		};
		const [ana, ben] = [await enter(a, 'ana'), await enter(b, 'ben')];
		const say = (client: RawClient, value: string | null) =>
			client.send({ type: 'presence', space, app: 1, channel: 'list', entries: [{ number: 0, person: '', value }] });
		const last = (client: RawClient) => {
			const values = new Map<number, string | null>();
			for (const frame of client.heard)
				for (const { number, person, value } of frame.type === 'presence' ? frame.entries : [])
					values.set(number, value === null ? null : `${person} ${value}`);
			return [...values.values()].filter((value) => value !== null).sort();
		};
		say(ana, 'task 1');
		await ana.until(() => last(ana).length === 1, 'oneself');
		say(ben, 'task 2');
		await ana.until(() => last(ana).includes('ben task 2'), 'Ben');
		await ben.until(() => last(ben).includes('ana task 1'), 'Ana, who was there before');
		say(ana, 'task 3');
		await ben.until(() => last(ben).includes('ana task 3'), 'Ana');
		say(ben, null);
		await ana.until(() => !last(ana).includes('ben task 2'), 'that Ben is gone');
		expect(last(ana)).toEqual(['ana task 3']);
	});

	test('both write to one space at once: each transaction has a seq of its own, nobody hears one before the one below it', async () => {
		const space = await family();
		const clients = [
			await join(a, 'ana', space),
			await join(b, 'ben', space),
			await join(a, 'ben', space),
			await join(b, 'ana', space),
		];
		const { seq } = clients[0]!;
		const written = 40;
		for (let i = 0; i < written; i++) for (const client of clients) client.write(op(newRecord(), `${client.device} ${i}`));
		await Promise.all(clients.map((client) => client.acked(written)));
		await Promise.all(clients.map((client) => client.reached(seq + 4 * written)));
		for (const client of clients) {
			expectNoGap(client);
			expect(client.seq).toBe(seq + 4 * written);
			expect(client.cells.size).toBe(clients[0]!.cells.size);
			expect(new Map(client.cells)).toEqual(clients[0]!.cells);
		}
	});

	test('what is sent again to the other node is answered alike and changes nothing', async () => {
		const space = await family();
		const device = newDevice();
		const ben = await join(b, 'ben', space, device);
		const before = ben.seq;
		const transaction = ben.write(op(newRecord(), 'once'));
		await ben.acked(1);
		ben.close();
		const again = await join(a, 'ben', space, device);
		expect(again.nextN).toBe(2);
		again.push([transaction]);
		const ack = await again.next('ack');
		expect(ack).toMatchObject({ n: 1, seq: before + 1, refused: [] });
		expect(
			(await sql<{ devices: number }>('select count(*)::int as devices from actor where device = $1', [device]))[0]?.devices,
		).toBe(1);
	});

	test('a device that sits down on both nodes at once is one actor, and of one person', async () => {
		const space = await family();
		const device = newDevice();
		const [one, two] = await Promise.all([join(a, 'ben', space, device), join(b, 'ben', space, device)]);
		const actors = [one, two].map(({ heard }) => heard.find((frame) => frame.type === 'subbed')?.actor);
		expect(actors[0]).toBe(actors[1]!);
		const foreign = await RawClient.open(b.url, device);
		await foreign.hello(await issuer.token('ana'));
		foreign.send({ type: 'sub', space, epoch: 0, seq: 0 });
		expect(await foreign.bye()).toMatchObject({ code: 'foreign-device' });
	});

	test('once a removal is answered on one node no byte of the space leaves the other, and REVOKED does', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		const writing = setInterval(() => ana.write(op(newRecord(), 'secret')), 1);
		await ben.until(() => deltas(ben).length > 20, 'live changes');
		expect((await as(a, 'ana', 'DELETE', `/spaces/${space}/members/ben`)).status).toBe(204);
		const heardThen = deltas(ben).at(-1)!.to;
		const { n } = ana.write(op(newRecord(), 'after the removal'));
		await ben.next('revoked');
		clearInterval(writing);
		await ana.acked(n);
		const pong = ben.next('pong');
		ben.send({ type: 'ping', clockMs: 0 });
		await pong;
		const cells = deltas(ben).flatMap(({ cells }) => cells);
		expect(cells.some(({ value }) => value === 'after the removal')).toBe(false);
		const after = ben.heard.slice(ben.heard.findIndex(({ type }) => type === 'revoked') + 1);
		expect(after.map(({ type }) => type)).toEqual(['pong']);
		expect(heardThen).toBeGreaterThan(0);
	});

	test('who is limited to apps on one node is told so on the other and gets nothing else from there on', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		await as(a, 'ana', 'PATCH', `/spaces/${space}/members/ben`, { apps: [7] });
		const hidden = op(newRecord(), 'hidden');
		const { n } = ana.write(hidden);
		await ana.acked(n);
		expect(await ben.next('reach')).toMatchObject({ apps: [7] });
		await ben.reached(ana.seq);
		expect(ben.value(hidden)).toBeUndefined();
		expectNoGap(ben);
	});

	test('a removal waits for the lease of a node that is cut off, which by the time of the answer sends nothing', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		link.cut('both');
		const start = performance.now();
		expect((await as(a, 'ana', 'DELETE', `/spaces/${space}/members/ben`)).status).toBe(204);
		expect(performance.now() - start).toBeGreaterThan(LEASE_OVER_MS / 2);
		expect((await fetch(`${b.url}/health/ready`)).status).toBe(503);
		expect((await fetch(`${a.url}/health/ready`)).status).toBe(200);
		const late = op(newRecord(), 'after the removal');
		const { n } = ana.write(late);
		await ana.acked(n);
		expect(await sql('select fenced from node where fenced = 1')).toHaveLength(1);
		link.mend();
		await ben.next('revoked');
		expect(ben.value(late)).toBeUndefined();
	});

	test('the second removal does not wait for a node that is gone', async () => {
		const space = await family();
		await sql(`insert into node (id, heard) values ('killed', 0)`);
		await as(a, 'ana', 'PATCH', `/spaces/${space}/members/ben`, { role: 'viewer' });
		while ((await sql(`select 1 from node where id = 'killed'`)).length > 0) await Bun.sleep(10);
		await as(a, 'ana', 'DELETE', `/spaces/${space}/members/ben`);
		expect(await sql('select id from node where fenced = 1')).toEqual([]);
	});

	test('a node that was shut out sends nothing before it was counted in anew, and then goes on', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		const before = await sql<{ id: string }>('select id from node');
		expect(before).toHaveLength(2);
		await sql('update node set fenced = 1');
		const milk = op(newRecord(), 'milk');
		ana.write(milk);
		await ben.until(() => ben.value(milk) === 'milk', 'the milk');
		let now = await sql<{ id: string }>('select id from node where fenced = 0');
		while (now.length < 2) now = await sql<{ id: string }>('select id from node where fenced = 0');
		expect(now.filter(({ id }) => before.some((one) => one.id === id))).toEqual([]);
		expectNoGap(ben);
	});

	test('hints that get lost cost a look, not a change', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		let cut: Promise<unknown> = Promise.resolve();
		const end =
			'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()';
		const cutting = setInterval(() => (cut = sql(end, [LINE_NAME])), LOOK_MS);
		for (let i = 0; i < 20; i++) {
			const one = op(newRecord(), i);
			ana.write(one);
			await ben.until(() => ben.value(one) === i, `change ${i}`);
			await Bun.sleep(20);
		}
		clearInterval(cutting);
		await cut;
		expectNoGap(ben);
	});

	test('a node that stops in the middle of a commit holds up the others for a moment only, and what it began is not kept', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		const { seq } = ana;
		// Whoever writes next on B finds its database gone while it holds the row of the space.
		await sql(`create function stall() returns trigger language plpgsql as $$ begin
			if current_setting('application_name') = 'mana-sync' and new.device = '${ben.device}' then perform pg_notify('stalled', ''); perform pg_sleep(0.3); end if;
			return new; end $$`);
		await sql('create trigger stall before insert or update on actor for each row execute function stall()');
		const lost = op(newRecord(), 'never acknowledged');
		ben.write(lost);
		await Bun.sleep(150);
		link.cut('both');
		const milk = op(newRecord(), 'milk');
		const { n } = ana.write(milk);
		await ana.acked(n);
		await ana.reached(seq + 1);
		expect(ana.value(lost)).toBeUndefined();
		expect(ben.heard.some(({ type }) => type === 'ack')).toBe(false);
	});

	test('services hear on either node who is in a space and what changes in it', async () => {
		const space = await family();
		const identity = serviceIdentity(() => secret, 'mana-search', { now: () => Date.now() });
		const response = await fetch(`${b.url}/membership-changes`, {
			headers: { authorization: `Bearer ${await identity.token('mana-sync')}` },
		});
		const lines = response.body!.pipeThrough(new TextDecoderStream()).getReader();
		let heard = '';
		const until = async (text: string) => {
			while (!heard.includes(text)) heard += (await lines.read()).value ?? '';
		};
		await until('"position"');
		heard = '';
		await as(a, 'ana', 'DELETE', `/spaces/${space}/members/ben`);
		await until('"gone"');
		await lines.cancel();
	});

	test('figures tell of hints, looks and the lease', async () => {
		const space = await family();
		const [ana, ben] = [await join(a, 'ana', space), await join(b, 'ben', space)];
		const milk = op(newRecord(), 'milk');
		ana.write(milk);
		await ben.until(() => ben.value(milk) === 'milk', 'the milk');
		const figures = async ({ url }: TestSync) => (await fetch(`${url}/metrics`)).text();
		expect(await figures(a)).toMatch(/sync_hints_sent_total(\{.*\})? [1-9]/);
		expect(await figures(b)).toMatch(/sync_hints_heard_total(\{.*\})? [1-9]/);
		expect(await figures(b)).toMatch(/sync_node_lease(\{.*\})? 1/);
	});
});
