import type { Migrations } from '@mana/store';
import type { DeviceId, SpaceId } from '@mana/sync';

/** What the kit keeps beside a service's own tables, so that both change in one transaction. */
export interface ProjectionTables {
	/** Where the projection stands in each space. */
	mana_projection: { space: SpaceId; epoch: number; seq: number };
	/** The one row that says of which collections the projection is made. */
	mana_projection_of: { one: number; collections: string };
	/** The service as a device of a space. */
	mana_writer: {
		space: SpaceId;
		device: DeviceId;
		/** Number and stamp of the last transaction. */
		n: number;
		stamp: number;
		/** Up to here decisions were heard. */
		known: number;
	};
	/** People as devices of spaces, for what a service writes in their name: see `member-writer.ts`. */
	mana_member: { space: SpaceId; credential: string; device: DeviceId; n: number; stamp: number };
	/** Transactions that are not acknowledged yet; `push` is a PUSH with one of them in it. */
	mana_outgoing: { space: SpaceId; n: number; push: Uint8Array };
}

export const projectionMigrations: Migrations = {
	'001-projection': {
		async up(db) {
			await db.schema
				.createTable('mana_projection')
				.addColumn('space', 'text', (column) => column.primaryKey())
				.addColumn('epoch', 'integer', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('mana_projection_of')
				.addColumn('one', 'integer', (column) => column.primaryKey())
				.addColumn('collections', 'text', (column) => column.notNull())
				.execute();
		},
	},
};

export const writerMigrations: Migrations = {
	'001-writer': {
		async up(db) {
			await db.schema
				.createTable('mana_writer')
				.addColumn('space', 'text', (column) => column.primaryKey())
				.addColumn('device', 'text', (column) => column.notNull())
				.addColumn('n', 'integer', (column) => column.notNull())
				.addColumn('stamp', 'integer', (column) => column.notNull())
				.addColumn('known', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('mana_outgoing')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('n', 'integer', (column) => column.notNull())
				.addColumn('push', 'blob', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_outgoing_key', ['space', 'n'])
				.execute();
		},
	},
};

export const memberMigrations: Migrations = {
	'001-member': {
		async up(db) {
			await db.schema
				.createTable('mana_member')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('credential', 'text', (column) => column.notNull())
				.addColumn('device', 'text', (column) => column.notNull())
				.addColumn('n', 'integer', (column) => column.notNull())
				.addColumn('stamp', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_member_key', ['space', 'credential'])
				.execute();
		},
	},
};
