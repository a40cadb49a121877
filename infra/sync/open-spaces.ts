import { Database } from 'bun:sqlite';
import type { ServiceContext } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import type { Committer, CommitterEvents } from './committer/committer.ts';
import { DirectCommitter } from './committer/direct.ts';
import { ThreadedCommitter } from './committer/threaded.ts';
import { PostgresSums } from './digests/postgres.ts';
import { SqliteSums } from './digests/sqlite.ts';
import type { SumKeeper } from './digests/sum-keeper.ts';
import { countInThread } from './digests/threaded.ts';
import { alone, type Peers } from './nodes/peers.ts';
import { PostgresPeers, type PostgresPeersParts } from './nodes/postgres.ts';
import { buildSnapshot } from './snapshots/build.ts';
import type { ChunkKeeper } from './snapshots/chunk-keeper.ts';
import { PostgresChunks } from './snapshots/postgres.ts';
import { SqliteChunks } from './snapshots/sqlite.ts';
import { buildInThread } from './snapshots/threaded.ts';
import { PostgresSpaces } from './spaces/postgres.ts';
import type { SpaceKeeper } from './spaces/space-keeper.ts';
import { SqliteSpaces } from './spaces/sqlite.ts';
import type { SyncStore } from './store.ts';

type PeersParts = Pick<PostgresPeersParts, 'events' | 'meters' | 'log'> & Pick<ServiceContext, 'clock' | 'random'>;

/** The other nodes on the same PostgreSQL. A SQLite file is one process's. */
export function openPeers(store: SyncStore, { events, clock, random, meters, log }: PeersParts): Peers {
	if (store.engine === 'sqlite') return alone;
	return new PostgresPeers({
		pool: store.raw,
		schema: store.schema,
		events,
		clocks: { elapsed: () => performance.now(), now: () => clock.now() },
		newId: () => Buffer.from(random(new Uint8Array(16))).toString('hex'),
		meters,
		log,
	});
}

/** Who reads and who writes, as the engine needs it. */
export interface Opened {
	readonly spaces: SpaceKeeper;
	readonly committer: Committer;
	readonly chunks: ChunkKeeper;
	readonly sums: SumKeeper;
	/** Brings a snapshot up to date. */
	readonly build: (space: SpaceId) => Promise<boolean>;
	readonly close: () => void;
}

/** Opens the store for who reads and who writes: a SQLite file has one writer, in a thread of its own. */
export function openSpaces(store: SyncStore, events: CommitterEvents, peers: Peers, now: () => number): Opened {
	if (store.engine === 'postgres') {
		const spaces = new PostgresSpaces(store.raw, now);
		const chunks = new PostgresChunks(store.raw, spaces);
		const committer = new DirectCommitter(spaces, events, peers, now);
		const sums = new PostgresSums(store.raw);
		return { spaces, committer, chunks, sums, build: (space) => buildSnapshot(chunks, space, now), close: () => undefined };
	}
	const { file } = store;
	const reader = new Database(file, { readonly: true });
	return {
		spaces: new SqliteSpaces(reader, now),
		committer: new ThreadedCommitter(file, events, now),
		chunks: new SqliteChunks(reader, now),
		sums: new SqliteSums(reader, (space) => countInThread({ file, space })),
		build: (space) => buildInThread({ file, space, now: now() }),
		close: () => reader.close(),
	};
}
