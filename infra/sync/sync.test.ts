import { expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { command, fieldNumber, set } from '@mana/model';
import { ENGINE, type Frame, type FrameOf, stampAt, timeOf } from '@mana/sync';
import { cp } from 'node:fs/promises';
import { Client } from 'pg';
import { bumpEpochs } from './restore.ts';
import type { SyncStore } from './store.ts';
import { exchangeOnce, newDevice, newRecord, op, RawClient, startSync } from './testing.ts';
import { openBeside } from './testing-spaces.ts';

eachEngine('mana-sync', (engine) => {
	async function start(given?: TestPlace) {
		const place = given ?? (await engine.place());
		const server = await startSync(place);
		return { ...server, place, token: await server.issuer.token('ada') };
	}

	test('who asks a service that has just started is answered', async () => {
		await using server = await start();
		expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
	});

	test('a write of one device is seen by another, DELTA before ACK, the author included', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		const b = await RawClient.join(url, token);
		const write = op(newRecord(), 'milk');
		const { n } = a.write(write);
		await a.acked(n);
		await b.reached(1);
		expect(b.value(write)).toBe('milk');
		expect(a.value(write)).toBe('milk');
		// Where several nodes may serve a space, one whose lease has ended answers first and sends later, and a busy machine may take it from any.
		if (server.place.databaseUrl) return;
		const types = a.heard.map(({ type }) => type);
		expect(types.lastIndexOf('delta')).toBeLessThan(types.indexOf('ack'));
	});

	test('twenty first tokens of one person at once make one personal space; each person has an own one', async () => {
		await using server = await start();
		const { url, token, issuer } = server;
		const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(url)));
		const welcomes = await Promise.all(clients.map((client) => client.hello(token)));
		expect(new Set(welcomes.map(({ personal }) => personal)).size).toBe(1);
		const ben = await (await RawClient.open(url)).hello(await issuer.token('ben'));
		expect(ben.personal).not.toBe(welcomes[0]!.personal);
		const subbed = await Promise.all(clients.map((client) => client.sub(welcomes[0]!.personal)));
		expect(new Set(subbed.map(({ actor }) => actor)).size).toBe(20);
		expect(subbed[0]!.role).toBe('owner');
	});

	test('a late device gets the state, not the history, and nothing twice', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		const [changing, quiet] = [newRecord(), newRecord()];
		a.write(op(quiet, 'stays'));
		for (let i = 0; i < 50; i++) a.write(op(changing, `version ${i}`));
		await a.acked(51);
		const b = await RawClient.join(url, token);
		await b.reached(51);
		const deltas = b.heard.filter((frame): frame is FrameOf<'delta'> => frame.type === 'delta');
		expect(deltas.flatMap(({ cells }) => cells)).toHaveLength(2);
		expect(b.value(op(changing, null))).toBe('version 49');
	});

	test('deltas are gap-free and monotonic for every reader while many write and readers come and go', async () => {
		await using server = await start();
		const { url, token } = server;
		const writers = await Promise.all(Array.from({ length: 4 }, () => RawClient.join(url, token)));
		const readers: RawClient[] = [];
		for (let round = 0; round < 25; round++) {
			for (const writer of writers) writer.write(op(newRecord(), round), op(newRecord(), round));
			readers.push(await RawClient.join(url, token));
		}
		await Promise.all(writers.map((writer) => writer.acked(25)));
		for (const client of [...writers, ...readers]) {
			await client.reached(100);
			let at = 0;
			for (const frame of client.heard) {
				if (frame.type !== 'delta') continue;
				expect(frame.from).toBe(at);
				at = frame.to;
			}
			expect(client.cells.size).toBe(200);
		}
	});

	test('what was sent twice is answered alike and done once', async () => {
		await using server = await start();
		const { url, token } = server;
		const device = newDevice();
		const record = newRecord();
		const a = await RawClient.join(url, token, device);
		const future = { n: 1, stamp: stampAt(Date.now() + 10 * 365 * 86400_000), ops: [op(record, 'from the future')] };
		const unknown = { n: 2, stamp: stampAt(Date.now()), ops: [op(record, 1, fieldNumber(9, command))] };
		a.push([future, unknown]);
		const first = await a.next('ack');
		a.push([future, unknown]);
		expect(await a.next('ack')).toEqual(first);
		const again = await RawClient.join(url, token, device, { epoch: a.epoch, seq: 0 });
		expect(again.nextN).toBe(3);
		again.push([future, unknown]);
		expect(await again.next('ack')).toEqual(first);
		expect(first.seq).toBe(1);
		expect(first.refused).toMatchObject([{ n: 2, code: 'invalid' }]);
		expect(timeOf(first.restamped[0]!.stamp)).toBeLessThan(Date.now() + 61_000);
		expect(a.cells.size).toBe(1);
	});

	test('a transaction with a precondition is refused as a whole when the record has moved on', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		const record = newRecord();
		const stamp = stampAt(Date.now());
		a.push([{ n: 1, stamp, ops: [op(record, 'one')] }]);
		a.push([{ n: 2, stamp: stamp + 1, ops: [op(record, 'two')], preconditions: [{ record, seq: 1, own: true }] }]);
		a.push([
			{
				n: 3,
				stamp: stamp + 2,
				ops: [op(record, 'three'), op(newRecord(), 'x')],
				preconditions: [{ record, seq: 1, own: true }],
			},
		]);
		await a.acked(3);
		expect((await refusals(a)).map(({ n, code }) => `${n} ${code}`)).toEqual(['3 stale']);
		expect([...a.cells.values()].map(({ value }) => value)).toEqual(['two']);
	});

	test('a key that one engine could not keep is refused on both, and holds up nobody', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		a.write({ ...op(newRecord(), true, fieldNumber(3, set)), key: 'a\0b' });
		a.write({ ...op(newRecord(), true, fieldNumber(3, set)), key: 'ä 🌍' });
		await a.acked(2);
		await a.reached(1); // while it still reads what it lacked, an ACK may come first
		expect((await refusals(a)).map(({ n, code }) => `${n} ${code}`)).toEqual(['1 invalid']);
		expect([...a.cells.values()].map(({ key }) => key)).toEqual(['ä 🌍']);
	});

	test('a restart forgets nothing that was acknowledged, and devices keep their place', async () => {
		const first = await start();
		const device = newDevice();
		const a = await RawClient.join(first.url, first.token, device);
		const write = op(newRecord(), 'kept');
		a.write(write);
		await a.acked(1);
		const { space, epoch } = a;
		await first[Symbol.asyncDispose]();
		expect(await a.bye()).toMatchObject({ code: 'restart', closedWith: 1012 });
		await using second = await start(first.place);
		const b = await RawClient.join(second.url, second.token, device);
		await b.reached(1);
		expect({ space: b.space, epoch: b.epoch, nextN: b.nextN }).toEqual({ space, epoch, nextN: 2 });
		expect(b.value(write)).toBe('kept');
	});

	test('many large cells arrive in frames that keep the limit', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		const text = 'x'.repeat(60_000);
		for (let i = 0; i < 60; i++) a.write(op(newRecord(), `${i} ${text}`), op(newRecord(), i));
		await a.acked(60);
		const b = await RawClient.join(url, token);
		await b.reached(60);
		expect(b.cells.size).toBe(120);
		expect(b.heard.filter(({ type }) => type === 'delta').length).toBeGreaterThan(3);
	});

	test('one exchange over HTTP is a whole conversation, and waits for news', async () => {
		await using server = await start();
		const { url, token } = server;
		const device = newDevice();
		const hello: Frame = { type: 'hello', token, device, clockMs: 1, schema: [] };
		const [welcome] = (await exchangeOnce(url, [hello])) as [FrameOf<'welcome'>];
		const space = welcome.personal;
		const write = op(newRecord(), 'over HTTP');
		const frames = await exchangeOnce(url, [
			hello,
			{ type: 'sub', space, epoch: 0, seq: 0 },
			{ type: 'push', space, known: 0, transactions: [{ n: 1, stamp: stampAt(Date.now()), ops: [write] }] },
		]);
		expect(frames.map(({ type }) => type)).toEqual(['welcome', 'subbed', 'delta', 'ack']);
		const { epoch } = frames[1] as FrameOf<'subbed'>;
		const waiting = exchangeOnce(url, [hello, { type: 'sub', space, epoch, seq: 1 }], 20_000);
		const a = await RawClient.join(url, token);
		const news = op(newRecord(), 'over the socket');
		a.write(news);
		const answer = await waiting;
		expect(answer.map(({ type }) => type)).toEqual(['welcome', 'subbed', 'delta']);
		expect(answer[2]).toMatchObject({ from: 1, to: 2, cells: [{ value: 'over the socket' }] });
		expect((await exchangeOnce(url, [hello, { type: 'sub', space, epoch, seq: 2 }], 50)).map(({ type }) => type)).toEqual([
			'welcome',
			'subbed',
		]);
	});

	test('an exchange that asks for one space a hundred times is told its state once', async () => {
		await using server = await start();
		const { url, token } = server;
		const a = await RawClient.join(url, token);
		a.write(op(newRecord(), 'once'));
		await a.acked(1);
		const hello: Frame = { type: 'hello', token, device: newDevice(), clockMs: 1, schema: [] };
		const subs: Frame[] = Array.from({ length: 100 }, () => ({ type: 'sub', space: a.space!, epoch: 0, seq: 0 }));
		const frames = await exchangeOnce(url, [hello, ...subs]);
		expect(frames.filter(({ type }) => type === 'delta')).toHaveLength(1);
	});

	test('after a restore a client that is ahead of the backup brings back what it has', async () => {
		const place = await engine.place();
		const [old, lost, edited] = [newRecord(), newRecord(), newRecord()];
		const device = newDevice();
		{
			await using server = await start(place);
			const a = await RawClient.join(server.url, server.token, device);
			a.write(op(old, 'in the backup'), op(edited, 'before'));
			await a.acked(1);
		}
		const backup = await copyOf(place);
		const ahead = await (async () => {
			await using server = await start(place);
			const a = await RawClient.join(server.url, server.token, device);
			a.write(op(lost, 'not in the backup'), op(edited, 'after'));
			await a.acked(2);
			await a.reached(2);
			return a;
		})();
		expect(await bumpEpochs(backup, Date.now() + 1)).toBe(1);

		await using server = await start(backup);
		const b = await RawClient.join(server.url, server.token, device, { epoch: ahead.epoch, seq: ahead.seq });
		await b.reached(1);
		expect(b.epoch).toBeGreaterThan(ahead.epoch);
		expect(b.nextN).toBe(2);
		expect(b.cells.size).toBe(2);
		// What the client does now: every cell of its own that is newer than the server's goes out again under its old stamp.
		const newer = [...ahead.cells].filter(([key, cell]) => cell.stamp > (b.cells.get(key)?.stamp ?? -1)).map(([, cell]) => cell);
		b.push([{ n: 2, stamp: newer[0]!.stamp, ops: newer }]);
		await b.acked(2);
		const c = await RawClient.join(server.url, server.token);
		await c.reached(2);
		expect([old, lost, edited].map((record) => c.value(op(record, null)))).toEqual([
			'in the backup',
			'not in the backup',
			'after',
		]);

		// Of what was forgotten since the backup a device of the history before it never hears, however far it had come there.
		const schema = [{ collection: ENGINE.collection, version: ENGINE.renews }];
		const store: SyncStore = await openBeside(backup.home, backup.databaseUrl);
		for (const [horizon, first] of [
			[1, 'subbed'],
			[2, 'renew'],
		] as const) {
			await store.db.updateTable('space').set({ horizon }).where('id', '=', c.space!).execute();
			const away = await RawClient.open(server.url, device);
			await away.hello(server.token, schema);
			await away.sub(c.space!, { epoch: ahead.epoch, seq: ahead.seq });
			expect(away.heard[1]!.type).toBe(first);
		}
		await store.close();
	});

	/** A copy of everything the service keeps, taken while it stands still. */
	async function copyOf({ home, databaseUrl }: TestPlace): Promise<TestPlace> {
		const copy = await engine.place();
		if (databaseUrl === undefined || copy.databaseUrl === undefined) {
			await cp(home, copy.home, { recursive: true });
			return copy;
		}
		const admin = new Client({ connectionString: new URL('/postgres', databaseUrl).href });
		await admin.connect();
		const [from, to] = [databaseUrl, copy.databaseUrl].map((url) => new URL(url).pathname.slice(1));
		await admin.query(`drop database ${to}`);
		await admin.query(`create database ${to} template ${from}`);
		await admin.end();
		return copy;
	}
});

async function refusals(client: RawClient): Promise<FrameOf<'ack'>['refused']> {
	return client.heard.flatMap((frame) => (frame.type === 'ack' ? frame.refused : []));
}
