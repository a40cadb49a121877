import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type Collection, namedRecordId, type RecordId } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { serviceIdentity } from '@mana/service';
import type { Projection } from '@mana/service/projection/index';
import type { Store } from '@mana/store';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { decodeFrame, encodeFrame, type Op, type SpaceId } from '@mana/sync';
import fc from 'fast-check';
import { Declared } from './grants.ts';
import { ProjectionStream } from './projection-stream.ts';
import { bumpEpochs } from './restore.ts';
import { PostgresSpaces } from './spaces/postgres.ts';
import { SqliteSpaces } from './spaces/sqlite.ts';
import { newDevice, RawClient, startSync, TITLE, type TestSync } from './testing.ts';
import {
	foldOf,
	identityOf,
	openProjected,
	openWriting,
	project,
	type ProjectedTables,
	projectedOf,
	recordNumbered,
	SERVICE,
	until,
} from './testing-projection.ts';
import { ask, insertSpace, openBeside } from './testing-spaces.ts';

const tasks = collectionNumbered(2 * 256 + 1)!;
const projects = collectionNumbered(2 * 256 + 2)!;
const KILLS = 8;

eachEngine('projection', (engine) => {
	let place: TestPlace;
	let server: TestSync;
	let store: Store<ProjectedTables>;
	let projection: Projection<ProjectedTables> | null = null;
	const lost: unknown[] = [];

	beforeEach(async () => {
		lost.length = 0;
		place = await engine.place();
		server = await startSync(place, { env: { MANA_SYNC_CONNECTS_PER_MINUTE: '100000' } });
		store = await openProjected(place);
	});

	afterEach(async () => {
		await projection?.close();
		projection = null;
		await store.close();
		await server[Symbol.asyncDispose]();
	});

	async function start(collections: readonly Collection[] = [tasks], applied?: () => void | Promise<void>): Promise<void> {
		const more = applied ? { applied } : {};
		projection = await project({ store, url: server.url, home: place.home, collections, lost: (e) => lost.push(e), ...more });
	}

	async function stop(): Promise<void> {
		await projection?.close();
		projection = null;
	}

	async function join(person: string): Promise<RawClient> {
		return RawClient.join(server.url, await server.issuer.token(person));
	}

	/** Resolves when the service has exactly what a replica has. */
	async function alike(client: RawClient, collections: readonly Collection[] = [tasks]): Promise<void> {
		await settled(client);
		const wanted = () => JSON.stringify(foldOf(client.cells, collections));
		await until(async () => JSON.stringify(await projectedOf(store, client.space!)) === wanted());
	}

	async function decide(person: string, space: SpaceId, allowed: boolean, service = SERVICE) {
		return ask(server, await server.issuer.token(person), 'PUT', `/spaces/${space}/services/${service}`, { allowed });
	}

	test('what was there and what comes is applied, of declared collections only, once each', async () => {
		const ada = await join('ada');
		ada.write(put(tasks, 0, 'before'), put(projects, 1, 'not followed'));
		await ada.acked(1);
		await start();
		await projection!.ready();
		await alike(ada);
		ada.write(put(tasks, 0, 'after'));
		ada.write(put(projects, 1, 'still not'));
		const ben = await join('ben');
		ben.write(put(tasks, 2, 'another space'));
		await alike(ada);
		await alike(ben);
		const [row] = await store.db.selectFrom('tally').selectAll().execute();
		expect(row!.cells).toBe(3);
		expect(lost).toEqual([]);
	});

	test('it goes on from where it stood, with the newest state only', async () => {
		const ada = await join('ada');
		await start();
		ada.write(put(tasks, 0, 'one'));
		await alike(ada);
		await stop();
		for (const title of ['two', 'three', 'four']) ada.write(put(tasks, 0, title));
		await ada.acked(4);
		await start();
		await alike(ada);
		const [row] = await store.db.selectFrom('tally').selectAll().execute();
		expect(row!.cells).toBe(2);
	});

	test('a change that cannot be applied is kept whole in neither table, and comes again', async () => {
		const ada = await join('ada');
		let failing = true;
		await start([tasks], () => {
			if (failing) throw new Error('full');
		});
		ada.write(put(tasks, 0, 'one'));
		await until(() => lost.length > 0);
		expect(String(lost[0])).toContain('full');
		expect(await projectedOf(store, ada.space!)).toEqual({});
		failing = false;
		await alike(ada);
	});

	test('shut out while it follows: it drops the space, hears nothing more of it, and everything once it is let in again', async () => {
		const ada = await join('ada');
		await start();
		ada.write(put(tasks, 0, 'one'));
		await alike(ada);
		expect((await decide('ada', ada.space!, false)).status).toBe(200);
		ada.write(put(tasks, 1, 'two'));
		await until(async () => Object.keys(await projectedOf(store, ada.space!)).length === 0);
		const ben = await join('ben');
		ben.write(put(tasks, 2, 'elsewhere'));
		await alike(ben);
		expect(await projectedOf(store, ada.space!)).toEqual({});
		expect((await decide('ada', ada.space!, true)).status).toBe(200);
		await alike(ada);
	});

	test('shut out while it was away: it is told when it comes back', async () => {
		const ada = await join('ada');
		await start();
		ada.write(put(tasks, 0, 'one'));
		await alike(ada);
		await stop();
		await decide('ada', ada.space!, false);
		await start();
		await until(async () => Object.keys(await projectedOf(store, ada.space!)).length === 0);
	});

	test('what was not told when the service was shut out is told no more', async () => {
		const ada = await join('ada');
		for (let i = 0; i < 40; i++) ada.write(put(tasks, i, 'x'.repeat(20_000)));
		await settled(ada);
		const beside = await openBeside(place.home, place.databaseUrl);
		const spaces =
			beside.engine === 'postgres'
				? new PostgresSpaces(beside.raw, Date.now)
				: new SqliteSpaces(new Database(beside.file, { readonly: true }), Date.now);
		const stream = new ProjectionStream(beside, spaces, Date.now, () => true);
		const reading = { service: SERVICE, reads: new Declared(['todo/tasks']), cursors: new Map() };
		const frames = stream.frames(reading, new AbortController().signal);
		const next = async () => decodeFrame((await frames.next()).value!);
		expect([(await next()).type, (await next()).type]).toEqual(['subbed', 'delta']);
		await decide('ada', ada.space!, false);
		stream.changed(ada.space!, true);
		expect([(await next()).type, (await next()).type]).toEqual(['revoked', 'pong']);
		await frames.return(undefined);
		await beside.close();
	});

	test('a service that comes with a cursor of a space that shut it out hears REVOKED and nothing else', async () => {
		const ada = await join('ada');
		ada.write(put(tasks, 0, 'one'));
		await settled(ada);
		await decide('ada', ada.space!, false);
		ada.write(put(tasks, 1, 'after'));
		await settled(ada);
		const stream = await changes(server, place.home, ['todo/tasks'], [[ada.space!, ada.epoch, 1]]);
		const told = [await stream.next(), await stream.next()];
		expect(told.map(({ type }) => type)).toEqual(['revoked', 'pong']);
		await stream.close();
	});

	test('a restored backup is another history: the service drops what it had and takes what there is', async () => {
		const ada = await join('ada');
		await start();
		ada.write(put(tasks, 0, 'one'));
		await alike(ada);
		await bumpEpochs(place, Date.now());
		const epoch = async () =>
			(await store.db
				.selectFrom('mana_projection' as never)
				.selectAll()
				.execute()) as { epoch: number }[];
		await until(async () => (await epoch()).some((row) => row.epoch !== ada.epoch));
		await alike(ada);
		expect(lost).toEqual([]);
	});

	test('who follows other collections than before begins anew', async () => {
		const ada = await join('ada');
		ada.write(put(tasks, 0, 'one'), put(projects, 1, 'two'));
		await start([tasks]);
		await alike(ada);
		await stop();
		await start([tasks, projects]);
		await alike(ada, [tasks, projects]);
	});

	test('two copies of a service share one projection, and apply each change once', async () => {
		const ada = await join('ada');
		await start();
		const second = await project({ store, url: server.url, home: place.home, collections: [tasks], lost: (e) => lost.push(e) });
		for (let i = 0; i < 30; i++) {
			ada.write(put(tasks, i % 3, `title ${i}`));
			await ada.acked(i + 1);
		}
		await alike(ada);
		await second.close();
		expect(lost).toEqual([]);
		const [row] = await store.db.selectFrom('tally').selectAll().execute();
		expect(row!.cells).toBe(await ledgerRows());
	});

	test('killed with a change written, or just committed, again and again: each change is applied once and none is lost', async () => {
		const ada = await join('ada');
		let written = 0;
		for (let round = 0; round < KILLS; round++) {
			const child = follower(round % 2 === 0 ? 'applied' : 'committed', 1 + (round % 3));
			while (child.exitCode === null && child.signalCode === null) {
				ada.write(put(tasks, written++ % 5, `title ${written}`));
				await ada.acked(written);
			}
			expect(child.signalCode).toBe('SIGKILL');
		}
		await start();
		await alike(ada);
		const [row] = await store.db.selectFrom('tally').selectAll().execute();
		expect(row!.cells).toBe(await ledgerRows());
		expect(row!.cells).toBeGreaterThan(KILLS);
		expect(lost).toEqual([]);
	});

	test('whatever is written, shut and started again: the projection is the fold of the declared collections', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(deed, { minLength: 3, maxLength: 25 }), fc.nat(), async (deeds, nonce) => {
				const clients = [await join(`ada ${nonce} ${Math.random()}`), await join(`ben ${nonce} ${Math.random()}`)];
				await start();
				for (const { kind, who, n, of } of deeds) {
					const collection = of === 'tasks' ? tasks : projects;
					const client = clients[who]!;
					if (kind === 'write') client.write(put(collection, n, `${n} ${client.nextN}`), put(tasks, n + 1, client.nextN));
					else if (kind === 'restart') {
						await stop();
						await start();
					} else {
						await settled(client);
						await decide(await personOf(client), client.space!, kind === 'open');
					}
				}
				for (const client of clients) {
					await settled(client);
					await decide(await personOf(client), client.space!, true);
					await alike(client);
					client.close();
				}
				await stop();
				expect(lost).toEqual([]);
			}),
			{ numRuns: 12 },
		);
	});

	test('a service follows only what it declares, under its own name and for this Mana', async () => {
		const asked = async (identity = identityOf(place.home), collections = ['todo/tasks'], audience = 'mana-sync') => {
			const response = await fetch(`${server.url}/projection-changes`, {
				method: 'POST',
				headers: { authorization: `Bearer ${await identity.token(audience)}`, 'content-type': 'application/json' },
				body: JSON.stringify({ collections, cursors: [] }),
			});
			const { code } = response.ok ? { code: 'ok' } : ((await response.json()) as { code: string });
			if (response.ok) await response.body!.cancel();
			return [response.status, code];
		};
		expect(await asked()).toEqual([200, 'ok']);
		expect(await asked(undefined, ['todo/*'])).toEqual([200, 'ok']);
		expect(await asked(undefined, ['todo/tasks', 'calendar/events'])).toEqual([403, 'undeclared-collection']);
		expect(await asked(undefined, ['space/members'])).toEqual([403, 'undeclared-collection']);
		expect(await asked(identityOf(place.home, 'calendar-server'))).toEqual([403, 'undeclared-collection']);
		expect(await asked(identityOf(place.home, 'mana-media'))).toEqual([403, 'nothing-declared']);
		expect(await asked(undefined, undefined, 'mana-search')).toEqual([401, 'service-token-invalid']);
		const stranger = serviceIdentity(() => 'another secret, as long as it takes', SERVICE, { now: () => Date.now() });
		expect(await asked(stranger)).toEqual([401, 'service-token-invalid']);
	});

	test('what a service writes is an ordinary change of its own device, made once however often it is tried', async () => {
		const ada = await join('ada');
		ada.write(put(tasks, 0, 'weekly'));
		await ada.acked(1);
		const { writer, refused } = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		const occurrence = namedRecordId(`${recordNumbered(0)}/2026-11-26`);
		const make = () =>
			store.db
				.transaction()
				.execute((within) =>
					writer.write(within, ada.space!, (tx) =>
						tx.create(tasks, occurrence, { title: 'weekly', dueDay: '2026-11-26' } as never),
					),
				);
		await make();
		writer.wake();
		await ada.until(() => title(ada, occurrence) === 'weekly', 'the occurrence');
		ada.write({ ...put(tasks, 0, 'renamed by a person'), record: occurrence });
		await ada.acked(2);
		const seq = ada.seq;
		await make();
		writer.wake();
		await until(() => refused.length === 1);
		expect(refused[0]).toMatchObject({ code: 'stale', space: ada.space! });
		expect(title(ada, occurrence)).toBe('renamed by a person');
		expect(ada.seq).toBe(seq);
		await writer.close();
		const beside = await openBeside(place.home, place.databaseUrl);
		const authors = await beside.db.selectFrom('actor').select('person').orderBy('person').execute();
		expect([...new Set(authors.map(({ person }) => person))]).toEqual(['ada', `service:${SERVICE}`]);
		await beside.close();
	});

	test('what was kept is sent by whoever starts next, and an answer that was lost is asked for again', async () => {
		const ada = await join('ada');
		const first = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		await first.writer.close();
		for (const n of [1, 2, 3])
			await store.db
				.transaction()
				.execute((within) =>
					first.writer.write(within, ada.space!, (tx) => tx.update(tasks, recordNumbered(n), { title: `${n}` } as never)),
				);
		const waiting = await outgoingOf(store);
		expect(waiting).toHaveLength(3);
		const kept = (await store.db
			.selectFrom('mana_writer' as never)
			.selectAll()
			.execute()) as { device: string; n: number }[];
		expect(kept[0]!.n).toBe(3);
		const second = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		await until(async () => (await outgoingOf(store)).length === 0);
		await ada.reached(3);
		await second.writer.close();
		// As if the answer had been lost.
		for (const row of waiting)
			await store.db
				.insertInto('mana_outgoing' as never)
				.values(row as never)
				.execute();
		await store.db
			.updateTable('mana_writer' as never)
			.set({ known: 0 } as never)
			.execute();
		const third = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		await until(async () => (await outgoingOf(store)).length === 0);
		await third.writer.close();
		expect(third.refused).toEqual([]);
		ada.write(put(tasks, 9, 'last'));
		await ada.acked(1);
		expect(ada.seq).toBe(4);
	});

	test('after either side was put back from a backup what waits is sent as another device', async () => {
		const ada = await join('ada');
		const { writer, refused } = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		const write = async (n: number) => {
			await store.db
				.transaction()
				.execute((within) =>
					writer.write(within, ada.space!, (tx) => tx.update(tasks, recordNumbered(n), { title: `${n}` } as never)),
				);
			writer.wake();
			await ada.until(() => title(ada, recordNumbered(n)) === `${n}`, `write ${n}`);
			await until(async () => (await outgoingOf(store)).length === 0);
		};
		const number = (n: number) =>
			store.db
				.updateTable('mana_writer' as never)
				.set({ n } as never)
				.execute();
		await write(1);
		await number(7); // the server knows less than the service sent: a gap
		await write(2);
		await number(0); // the service knows less than it sent: its first number was decided with other content
		await write(3);
		await writer.close();
		expect(refused).toEqual([]);
		expect(lost).toEqual([]);
	});

	test('a service writes only where it is let in, and only what it declares', async () => {
		const ada = await join('ada');
		const { writer, refused } = await openWriting(store, server.url, place.home, (e) => lost.push(e));
		const write = () =>
			store.db
				.transaction()
				.execute((within) =>
					writer.write(within, ada.space!, (tx) => tx.update(tasks, recordNumbered(1), { title: 'x' } as never)),
				);
		await decide('ada', ada.space!, false);
		await write();
		writer.wake();
		await until(() => refused.length === 1);
		expect(refused[0]!.code).toBe('revoked');
		expect(title(ada, recordNumbered(1))).toBeUndefined();
		await decide('ada', ada.space!, true);
		await write();
		writer.wake();
		await ada.until(() => title(ada, recordNumbered(1)) === 'x', 'what is allowed again');
		const foreign = { ...tasks, name: 'calendar/events', number: 3 * 256 + 1 } as Collection;
		const undeclared = store.db
			.transaction()
			.execute((within) => writer.write(within, ada.space!, (tx) => tx.update(foreign, recordNumbered(1), { title: 'x' })));
		await expect(undeclared).rejects.toThrow('does not declare');
		await writer.close();
		expect(await rawWrite(server, place.home, ada.space!, { ...put(tasks, 1, 'x'), collection: 3 * 256 + 1 })).toEqual([
			403,
			'undeclared-collection',
		]);
		expect(await rawWrite(server, place.home, ada.space!, { ...put(tasks, 1, 'x'), collection: 254 * 256 + 2 })).toEqual([
			403,
			'undeclared-collection',
		]);
		expect(await rawWrite(server, place.home, newDevice() as string as SpaceId, put(tasks, 1, 'x'))).toEqual([200, 'bye']);
		expect(await rawWrite(server, place.home, ada.space!, put(tasks, 1, 'x'), await server.issuer.token('ada'))).toEqual([
			401,
			'service-token-invalid',
		]);

		const actingFor = async (person: string, actor?: string) =>
			rawWrite(server, place.home, ada.space!, put(tasks, 2, 'for her'), undefined, {
				'x-mana-person-token': await server.issuer.token(person, actor === undefined ? {} : { actor }),
			});
		expect(await actingFor('ada')).toEqual([403, 'not-acting']);
		expect(await actingFor('ada', 'service:calendar-server')).toEqual([403, 'not-acting']);
		// Whoever is in no space of hers writes nothing there, whichever service acts for them.
		expect(await actingFor('ben', `service:${SERVICE}`)).toEqual([200, 'bye']);
		expect(await actingFor('ada', `service:${SERVICE}`)).toEqual([200, 'ack']);
		await ada.until(() => title(ada, recordNumbered(2)) === 'for her', 'what the service wrote as her');
	});

	test('admins see services and decide about them; members see what was decided, and nobody else', async () => {
		const beside = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(beside, { olga: { role: 'owner' }, eva: { role: 'editor' } });
		await beside.close();
		expect((await decide('eva', space, false)).body['code']).toBe('forbidden');
		expect((await decide('olga', space, false, 'mana-media')).body['code']).toBe('service-unknown');
		expect((await decide('olga', space, false)).body).toMatchObject({
			service: SERVICE,
			reads: ['todo/*', 'shared/tags'],
			allowed: false,
		});
		const seen = await ask(server, await server.issuer.token('eva'), 'GET', `/spaces/${space}/services`);
		expect(seen.body['services']).toContainEqual(expect.objectContaining({ service: SERVICE, allowed: false }));
		const { body } = await ask(server, await server.issuer.token('eva'), 'GET', `/spaces/${space}/members`);
		expect((body['members'] as { person: string }[]).map(({ person }) => person)).toEqual(['eva', 'olga']);
		for (const [method, path, what] of [
			['PATCH', `members/service:${SERVICE}`, { role: 'viewer' }],
			['DELETE', `members/service:${SERVICE}`, undefined],
			['PUT', 'owner', { person: `service:${SERVICE}` }],
		] as const) {
			const answer = await ask(server, await server.issuer.token('olga'), method, `/spaces/${space}/${path}`, what);
			expect([answer.status, answer.body['code']]).toEqual([404, 'member-unknown']);
		}
	});

	test('a person’s token never speaks for a service', async () => {
		const token = await server.issuer.token(`service:${SERVICE}`);
		expect((await ask(server, token, 'GET', '/spaces')).status).toBe(401);
		const client = await RawClient.open(server.url);
		client.send({ type: 'hello', token, device: client.device, clockMs: Date.now(), schema: [] });
		expect((await client.bye()).code).toBe('unauthorised');
	});

	async function ledgerRows(): Promise<number> {
		return (await store.db.selectFrom('ledger').selectAll().execute()).length;
	}

	function follower(when: 'applied' | 'committed', count: number) {
		const script = new URL('./testing-follower.ts', import.meta.url).pathname;
		return Bun.spawn([process.execPath, script, place.home, server.url, place.databaseUrl ?? '-', when, String(count)], {
			stdout: 'ignore',
			stderr: 'inherit',
		});
	}

	/** Whose personal space a client is in. */
	async function personOf(client: RawClient): Promise<string> {
		const welcome = client.heard.find((frame) => frame.type === 'welcome');
		return welcome?.type === 'welcome' ? welcome.person : '';
	}
});

const deed = fc.record({
	kind: fc.constantFrom('write', 'write', 'write', 'write', 'restart', 'shut', 'open'),
	who: fc.nat(1),
	n: fc.nat(4),
	of: fc.constantFrom('tasks', 'projects'),
});

/** Everything that a client wrote is decided. */
async function settled(client: RawClient): Promise<void> {
	if (client.nextN > 1) await client.acked(client.nextN - 1);
}

function put({ number: collection }: Collection, n: number, value: string | number): Op {
	return { collection, record: recordNumbered(n), field: TITLE, key: '', value: String(value) };
}

function title(client: RawClient, record: RecordId) {
	return client.value({ collection: tasks.number, record, field: TITLE, key: '', value: null });
}

/** The stream as it comes, frame by frame. */
async function changes(server: TestSync, home: string, collections: readonly string[], cursors: readonly unknown[]) {
	const response = await fetch(`${server.url}/projection-changes`, {
		method: 'POST',
		headers: { authorization: `Bearer ${await identityOf(home).token('mana-sync')}`, 'content-type': 'application/json' },
		body: JSON.stringify({ collections, cursors }),
	});
	const reader = response.body!.getReader();
	let held = new Uint8Array(0);
	return {
		async next() {
			for (;;) {
				const length = held.length < 4 ? Infinity : new DataView(held.buffer).getUint32(0);
				if (held.length >= 4 + length) {
					const frame = decodeFrame(held.slice(4, 4 + length));
					held = held.slice(4 + length);
					return frame;
				}
				const { value, done } = await reader.read();
				if (done) throw new Error('The stream ended.');
				held = Uint8Array.from([...held, ...value]);
			}
		},
		close: () => reader.cancel(),
	};
}

async function rawWrite(
	server: TestSync,
	home: string,
	space: SpaceId,
	op: Op,
	token?: string,
	more: Record<string, string> = {},
) {
	const push = { type: 'push', space, known: 0, transactions: [{ n: 1, stamp: 1, ops: [op] }] } as const;
	const response = await fetch(`${server.url}/service-writes?device=${newDevice()}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token ?? (await identityOf(home).token('mana-sync'))}`, ...more },
		body: encodeFrame(push) as Uint8Array<ArrayBuffer>,
	});
	if (!response.ok) return [response.status, ((await response.json()) as { code: string }).code];
	return [response.status, decodeFrame(new Uint8Array(await response.arrayBuffer())).type];
}

/** What a service wrote and mana-sync has not decided. */
async function outgoingOf(store: Store<ProjectedTables>): Promise<readonly object[]> {
	return store.db
		.selectFrom('mana_outgoing' as never)
		.selectAll()
		.execute();
}
