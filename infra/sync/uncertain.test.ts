import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { decodeFrame, type Frame, stampAt } from '@mana/sync';
import { PartSums, type SpaceStore } from '@mana/sync/space/index';
import type { CommitterEvents } from './committer/committer.ts';
import { DirectCommitter } from './committer/direct.ts';
import { Fanout } from './fanout.ts';
import { Follower, type Outlet } from './follower.ts';
import { createMeters } from './metrics.ts';
import { alone } from './nodes/peers.ts';
import { PostgresSpaces } from './spaces/postgres.ts';
import type { SpaceKeeper } from './spaces/space-keeper.ts';
import { SqliteSpaces } from './spaces/sqlite.ts';
import { SharedReads } from './shared-reads.ts';
import { migrations, type SyncTables } from './store.ts';
import { newDevice, newRecord, op } from './testing.ts';
import { Database } from 'bun:sqlite';
import { Registry } from 'prom-client';

const NOW = Date.UTC(2026, 5, 1);

eachEngine('a commit whose outcome is unknown', (engine) => {
	test('reaches live readers all the same when it was kept', async () => {
		const store = await engine.open<SyncTables>({ migrations });
		const spaces: SpaceKeeper =
			store.engine === 'postgres'
				? new PostgresSpaces(store.raw, () => NOW)
				: new SqliteSpaces(new Database(store.file), () => NOW);
		let loseTheAnswer = false;
		const flaky = overlaid(spaces, async (needs, decide) => {
			await spaces.transact(needs, decide);
			if (loseTheAnswer) throw new Error('the connection was lost after COMMIT was sent');
		});

		const heard: Frame[] = [];
		const topic = new Set<string>();
		const hear = (frame: Uint8Array<ArrayBuffer>): void => void heard.push(decodeFrame(frame));
		const fanout = new Fanout({
			publish: (name, frame) => (topic.has(name) ? (hear(frame), frame.length) : frame.length),
			read: (space, after) => spaces.readSince(space, after, 1000),
			mayTell: () => true,
			failed: (error) => {
				throw error;
			},
		});
		const meters = createMeters(new Registry(), {
			sockets: () => 0,
			behind: () => 0,
			unsentBytes: () => 0,
			waitingBytes: () => 0,
			mayTell: () => true,
			presence: () => 0,
		});
		const events: CommitterEvents = {
			published: (change) => fanout.publish(change),
			uncertain(of) {
				for (const space of of) fanout.doubt(space);
			},
			committed: () => undefined,
		};
		const committer = new DirectCommitter(flaky, events, alone, () => NOW);
		const space = await committer.personal('ada');
		const who = { space, device: newDevice(), person: 'ada' };
		const subbed = await committer.seat({ kind: 'seat', ...who });
		if (subbed.type !== 'subbed') throw new Error(`It was answered ${subbed.type}.`);
		const outlet: Outlet = {
			send: hear,
			buffered: () => 0,
			subscribe: (name) => topic.add(name),
			unsubscribe: (name) => topic.delete(name),
			cut: () => undefined,
			left: () => undefined,
			fail: (error) => {
				throw error;
			},
		};
		const digests = { sums: async () => null, readRecords: async () => [], doubtSums: async () => undefined };
		const parts = {
			store: spaces,

			fanout,
			meters,
			digests,
			partSums: new PartSums(spaces),
			snapshots: { offer: async () => null },
			reads: new SharedReads(spaces),
		};
		const reader = { person: 'ada', takesSnapshots: true, lively: false };
		const follower = new Follower(subbed, { epoch: subbed.epoch, seq: 0 }, null, reader, outlet, parts);
		follower.run();
		while (topic.size === 0) await Bun.sleep(1);

		loseTheAnswer = true;
		const transactions = [{ n: 1, stamp: stampAt(NOW), ops: [op(newRecord(), 'kept')] }];
		const push = committer.push({ request: { kind: 'push', ...who, known: 0, transactions }, bytes: new Uint8Array(1), ops: 1 });
		await expect(push).rejects.toThrow('connection was lost');
		while (!heard.some((frame) => frame.type === 'delta' && frame.cells.some(({ value }) => value === 'kept')))
			await Bun.sleep(1);
		follower.end();
	});
});

/** The keeper with another way to transact. */
function overlaid(spaces: SpaceKeeper, transact: SpaceStore['transact']): SpaceKeeper {
	return {
		transact,
		readSince: (...question) => spaces.readSince(...question),
		readWindow: (...question) => spaces.readWindow(...question),
		personal: (...question) => spaces.personal(...question),
		create: (...question) => spaces.create(...question),
		prune: (...question) => spaces.prune(...question),
	};
}
