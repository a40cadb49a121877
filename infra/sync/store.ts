import { blobsMigration, type BlobTables } from './blobs/tables.ts';
import { type DigestColumns, digestsMigration, type DigestTables } from './digests/tables.ts';
import { routesMigration } from './routes/tables.ts';
import { nodesMigration, type NodeTables } from './nodes/tables.ts';
import { membersMigration, type MemberTables } from './spaces/member-tables.ts';
import { horizonMigration, leftoversMigration } from './tidy/tables.ts';
import type { Migrations, Store } from '@mana/store';
import type { SpaceKind } from '@mana/sync/spaces';
import type { Generated } from 'kysely';

/** Everything mana-sync keeps. Whoever reads the hot path's SQL (`spaces/`) finds the meaning of its columns here. */
export interface SyncTables extends MemberTables, BlobTables, DigestTables, NodeTables {
	/** The unit of order, permission and quota. `number` stands for the 26 characters of `id` in every other table. */
	space: DigestColumns & {
		number: Generated<number>;
		id: string;
		/** Random; changes when the history was replaced (restore), which makes every client ask from 0 (`restore.ts`). */
		epoch: number;
		/** The last given number: one for each accepted transaction. */
		seq: number;
		/** The actor of the next new device. */
		next_actor: number;
		acl_epoch: Generated<number>;
		kind: SpaceKind;
		name: string;
		/** The one person whose role is `owner`. */
		owner: Generated<string>;
		/** Since when nobody writes here any more (ms). */
		archived_at: number | null;
		/** Whose personal space this is; unique, so that two first tokens at once make one space. */
		personal_of: string | null;
		/** Version of the key that seals the space's content; 0: not sealed. Reserved for end-to-end encryption (sync.md §6.12). */
		key_version: Generated<number>;
		/** Hash of the last row of the log, and the bytes that were ever logged. */
		log_hash: Uint8Array;
		log_position: Generated<number>;
		created_at: number;
		/** See `SpaceState`. */
		horizon: Generated<number>;
		/** See `SpaceState`; JSON, see `beginningsFromText`. */
		beginnings: Generated<string>;
	};
	/** The head of a space at some moments, at most one a day: how old a seq is by the server's own clock (`tidy/`). */
	mark: { space: number; at: number; seq: number };
	/** A device as one space knows it. `actor` is the index that its writes carry. */
	actor: {
		space: number;
		actor: number;
		device: string;
		person: string;
		/** Who writes with it in that person's name, and what they were called; `null`: the person. */
		acted_by: string | null;
		acted_name: string | null;
		/** Its last decided transaction, and the stamp of its last accepted one. */
		n: number;
		stamp: number;
		/** What was decided on the transactions that it may send again, see `spaces/decisions.ts`. */
		decisions: Uint8Array;
		/** When it last sat down or wrote something (ms). */
		seen_at: number;
	};
	/** The state: one row for each register that was ever written. There is no history in it. */
	cell: {
		space: number;
		record: string;
		collection: number;
		field: number;
		key: string;
		/** `null` or the codec's bytes. */
		value: Uint8Array | null;
		stamp: number;
		actor: number;
		seq: number;
	};
	/** Where each record of a collection that routes stands, by field (`routeKey` of `@mana/model`). Derived from the cells. */
	route: {
		space: number;
		collection: number;
		record: string;
		field: number;
		key: string;
		/** The seqs under which it came to stand there, and under which the record got its first cell. */
		seq: number;
		born: number;
	};
	/** Routing fields of which `route` has every record (`routes/backfill.ts`). */
	routed: {
		collection: number;
		field: number;
	};
	/** A part of a space's snapshot: what the state said about the seqs in (`from_seq`, `to_seq`] (`snapshots/`). Derived: may be lost. */
	segment: {
		space: number;
		from_seq: number;
		to_seq: number;
		cells: number;
		/** The names of its chunks, see `writeRefs` of `@mana/sync/snapshot`. */
		chunks: Uint8Array;
	};
	/** A compressed chunk by the hash of its content. */
	chunk: {
		space: number;
		hash: string;
		collection: number;
		body: Uint8Array;
		/** Since when no segment names it (ms); `null` while one does. */
		unnamed_at: number | null;
	};
	/** One row for each DELTA that was fanned out, chained by hash. A window for the history of records and for audits: sync never reads it (sync.md §6.9). */
	log: {
		space: number;
		from_seq: number;
		to_seq: number;
		previous_hash: Uint8Array;
		hash: Uint8Array;
		/** Bytes of log that the space wrote before this row: what the size window is cut by. */
		position: number;
		written_at: number;
		/** Whether `frames` are sealed and by which key. Reserved (sync.md §6.12). */
		sealed: Generated<number>;
		key_version: Generated<number>;
		/** The DELTAs as they were fanned out, each behind its length (4 bytes, big-endian). */
		frames: Uint8Array;
		/** What the cells in `frames` replaced (`replacedToBytes`); `null` in rows from before there was a history of records. */
		replaced: Uint8Array | null;
	};
}

export type SyncStore = Store<SyncTables>;

export const migrations: Migrations = {
	'001-spaces': {
		async up(db) {
			await db.schema
				.createTable('space')
				.addColumn('number', 'integer', (column) => column.primaryKey().autoIncrement())
				.addColumn('id', 'text', (column) => column.notNull().unique())
				.addColumn('epoch', 'integer', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('next_actor', 'integer', (column) => column.notNull())
				.addColumn('acl_epoch', 'integer', (column) => column.notNull().defaultTo(1))
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('personal_of', 'text', (column) => column.unique())
				.addColumn('key_version', 'integer', (column) => column.notNull().defaultTo(0))
				.addColumn('log_hash', 'blob', (column) => column.notNull())
				.addColumn('log_position', 'integer', (column) => column.notNull().defaultTo(0))
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('member')
				.addColumn('space', 'integer', (column) => column.notNull().references('space.number'))
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('role', 'text', (column) => column.notNull())
				.addColumn('since', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('member_key', ['space', 'person'])
				.execute();
			await db.schema.createIndex('member_person').on('member').column('person').execute();
			await db.schema
				.createTable('actor')
				.addColumn('space', 'integer', (column) => column.notNull().references('space.number'))
				.addColumn('actor', 'integer', (column) => column.notNull())
				.addColumn('device', 'text', (column) => column.notNull())
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('n', 'integer', (column) => column.notNull())
				.addColumn('stamp', 'integer', (column) => column.notNull())
				.addColumn('decisions', 'blob', (column) => column.notNull())
				.addColumn('seen_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('actor_key', ['space', 'actor'])
				.addUniqueConstraint('actor_device', ['space', 'device'])
				.execute();
			await db.schema
				.createTable('cell')
				.addColumn('space', 'integer', (column) => column.notNull())
				.addColumn('record', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('field', 'integer', (column) => column.notNull())
				.addColumn('key', 'text', (column) => column.notNull())
				.addColumn('value', 'blob')
				.addColumn('stamp', 'integer', (column) => column.notNull())
				.addColumn('actor', 'integer', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('cell_key', ['space', 'record', 'collection', 'field', 'key'])
				.execute();
			await db.schema.createIndex('cell_seq').on('cell').columns(['space', 'seq']).execute();
			await db.schema
				.createTable('log')
				.addColumn('space', 'integer', (column) => column.notNull())
				.addColumn('from_seq', 'integer', (column) => column.notNull())
				.addColumn('to_seq', 'integer', (column) => column.notNull())
				.addColumn('previous_hash', 'blob', (column) => column.notNull())
				.addColumn('hash', 'blob', (column) => column.notNull())
				.addColumn('position', 'integer', (column) => column.notNull())
				.addColumn('written_at', 'integer', (column) => column.notNull())
				.addColumn('sealed', 'integer', (column) => column.notNull().defaultTo(0))
				.addColumn('key_version', 'integer', (column) => column.notNull().defaultTo(0))
				.addColumn('frames', 'blob', (column) => column.notNull())
				.addPrimaryKeyConstraint('log_key', ['space', 'to_seq'])
				.execute();
		},
	},
	'002-members': membersMigration,
	'003-snapshots': {
		async up(db) {
			await db.schema
				.createTable('segment')
				.addColumn('space', 'integer', (column) => column.notNull())
				.addColumn('from_seq', 'integer', (column) => column.notNull())
				.addColumn('to_seq', 'integer', (column) => column.notNull())
				.addColumn('cells', 'integer', (column) => column.notNull())
				.addColumn('chunks', 'blob', (column) => column.notNull())
				.addPrimaryKeyConstraint('segment_key', ['space', 'to_seq'])
				.execute();
			await db.schema
				.createTable('chunk')
				.addColumn('space', 'integer', (column) => column.notNull())
				.addColumn('hash', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('body', 'blob', (column) => column.notNull())
				.addColumn('unnamed_at', 'integer')
				.addPrimaryKeyConstraint('chunk_key', ['space', 'hash'])
				.execute();
			await db.schema.createIndex('chunk_unnamed').on('chunk').column('unnamed_at').execute();
		},
	},
	'004-blobs': blobsMigration,
	'005-record-history': {
		async up(db) {
			await db.schema.alterTable('log').addColumn('replaced', 'blob').execute();
		},
	},
	'006-digests': digestsMigration,
	'007-routes': routesMigration,
	'008-horizon': horizonMigration,
	'009-nodes': nodesMigration,
	'010-leftovers': leftoversMigration,
	'011-acted-by': {
		async up(db) {
			for (const column of ['acted_by', 'acted_name']) await db.schema.alterTable('actor').addColumn(column, 'text').execute();
		},
	},
	'012-beginnings': {
		async up(db) {
			const beginnings = db.schema
				.alterTable('space')
				.addColumn('beginnings', 'text', (column) => column.notNull().defaultTo('[]'));
			await beginnings.execute();
		},
	},
};
