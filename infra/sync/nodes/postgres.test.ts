import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { createDatabase, dropDatabase, startPostgres } from '@mana/store/testing';
import { openStore, type PostgresStore } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { LEASE_MS } from '@mana/sync/space/index';
import { migrations, type SyncTables } from '../store.ts';
import { insertSpace } from '../testing-spaces.ts';
import { PostgresPeers } from './postgres.ts';

setDefaultTimeout(60_000);

/** Two nodes as their events tell of them, without a service around. */
describe('peers', () => {
	const closing: (() => Promise<unknown>)[] = [];
	afterEach(async () => {
		for (const close of closing.splice(0).toReversed()) await close();
	});

	async function open() {
		const databaseUrl = await createDatabase(await startPostgres(), `test_${randomUUID().replaceAll('-', '')}`);
		closing.push(() => dropDatabase(databaseUrl));
		const store = await openStore<SyncTables>({ service: 'mana-sync', home: '', databaseUrl, migrations });
		closing.push(() => store.close());
		return store as PostgresStore<SyncTables>;
	}

	async function node(store: PostgresStore<SyncTables>) {
		const clock = { jump: 0 };
		const told: string[] = [];
		/** How many were shut out at each wait for others. */
		const fenced: number[] = [];
		const waiting = new Set<() => void>();
		const tell = (what: string) => {
			told.push(what);
			for (const wake of waiting) wake();
		};
		const peers = new PostgresPeers({
			pool: store.raw,
			schema: store.schema,
			events: {
				hinted: (space, seq) => tell(`${space} ${seq}`),
				saw: ({ channel }) => tell(`saw ${channel}`),
				rightsChanged: (space, aclEpoch) => tell(`rights ${space} ${aclEpoch}`),
				silenced: () => tell('silenced'),
				forgot: () => tell('forgot'),
				resumed: () => told.at(-1) !== 'resumed' && tell('resumed'),
				heads: () => [],
			},
			clocks: { elapsed: () => performance.now(), now: () => Date.now() + clock.jump },
			newId: randomUUID,
			meters: {
				hintsSent: () => undefined,
				hintsHeard: () => undefined,
				lookFound: () => undefined,
				everybodyHeard: (_, nodes) => fenced.push(nodes),
			},
			log: { warn: () => undefined },
		});
		closing.push(() => peers.close());
		async function until(what: string): Promise<void> {
			while (!told.includes(what)) await new Promise<void>((resolve) => waiting.add(resolve));
		}
		await until('resumed');
		return { peers, told, fenced, clock, until };
	}

	/** As a commit does that changes who is in a space. */
	async function changeRights(store: PostgresStore<SyncTables>, space: SpaceId, aclEpoch: number): Promise<void> {
		await store.raw.query(
			`with head as (update membership_head set position = position + 1 returning position)
			insert into membership (position, space, person, role, apps, archived, acl_epoch, seq, at)
			select position, $1, 'ben', 'gone', '', 0, $2, 1, 0 from head`,
			[space, aclEpoch],
		);
	}

	test('whoever changed a right goes on when the others have heard of it, and not before', async () => {
		const store = await open();
		const [a, b, c] = [await node(store), await node(store), await node(store)];
		const space = await insertSpace(store, { ana: { role: 'owner' } });
		for (let aclEpoch = 2; aclEpoch < 22; aclEpoch++) {
			await changeRights(store, space, aclEpoch);
			// Every second time nobody says that there is something to hear: the next look finds it.
			if (aclEpoch % 2 === 0) a.peers.rightsMoved();
			await a.peers.everybodyHeard();
			for (const { told } of [b, c]) expect(told).toContain(`rights ${space} ${aclEpoch}`);
		}
	});

	test('every change is heard once, in its order, whoever made it', async () => {
		const store = await open();
		const [a, b] = [await node(store), await node(store)];
		const space = await insertSpace(store, { ana: { role: 'owner' } });
		const epochs = Array.from({ length: 30 }, (_, i) => i + 2);
		for (const aclEpoch of epochs) await changeRights(store, space, aclEpoch);
		a.peers.rightsMoved();
		b.peers.rightsMoved();
		for (const { told, until } of [a, b]) {
			await until(`rights ${space} 31`);
			expect(told.filter((what) => what.startsWith('rights'))).toEqual(epochs.map((epoch) => `rights ${space} ${epoch}`));
		}
	});

	test('a node whose clock jumps is silent until it has looked again', async () => {
		const store = await open();
		const a = await node(store);
		expect(a.peers.mayTell()).toBe(true);
		a.clock.jump = LEASE_MS;
		expect(a.peers.mayTell()).toBe(false);
		while (!a.peers.mayTell()) await Bun.sleep(5);
		a.clock.jump = -LEASE_MS * 100;
		expect(a.peers.mayTell()).toBe(true);
	});

	test('a node that was away for longer than changes are kept is counted in anew', async () => {
		const store = await open();
		const a = await node(store);
		const before = (await store.raw.query<{ id: string }>('select id from node')).rows[0]!.id;
		await store.raw.query('update membership_head set position = position + 7');
		await changeRights(store, (await insertSpace(store, { ana: { role: 'owner' } })) as SpaceId, 2);
		a.told.length = 0;
		await a.until('forgot');
		await a.until('resumed');
		const { rows } = await store.raw.query<{ id: string; heard: number }>('select * from node where id <> $1', [before]);
		expect(rows).toMatchObject([{ heard: 8, fenced: 0 }]);
	});

	test('what happens to the connection is mended, and a hint after it is heard', async () => {
		const store = await open();
		const [a, b] = [await node(store), await node(store)];
		await store.raw.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mana-sync line'`);
		const space = await insertSpace(store, { ana: { role: 'owner' } });
		for (let seq = 1; !b.told.some((what) => what.startsWith(space)); seq++) {
			a.peers.moved(space, seq);
			await Bun.sleep(10);
		}
	});

	test('some work is done by one of them at a time', async () => {
		const store = await open();
		const [a, b] = [await node(store), await node(store)];
		const work = Promise.withResolvers<string>();
		const first = a.peers.alone('tidying', () => work.promise);
		while ((await store.raw.query(`select 1 from pg_locks where locktype = 'advisory'`)).rows.length === 0);
		expect(await b.peers.alone('tidying', () => Promise.resolve('done twice'))).toBeNull();
		expect(await b.peers.alone('something else', () => Promise.resolve('beside'))).toBe('beside');
		work.resolve('done');
		expect(await first).toBe('done');
		await expect(a.peers.alone('tidying', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
		expect(await b.peers.alone('tidying', () => Promise.resolve('done again'))).toBe('done again');
	});

	test('who leaves is not waited for', async () => {
		const store = await open();
		const [a, b] = [await node(store), await node(store)];
		await b.peers.close();
		expect((await store.raw.query('select * from node')).rows).toHaveLength(1);
		await changeRights(store, await insertSpace(store, { ana: { role: 'owner' } }), 2);
		await a.peers.everybodyHeard();
		expect(a.fenced).toEqual([0]);
	});
});
