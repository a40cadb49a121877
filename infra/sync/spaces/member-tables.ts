import type { Migration } from '@mana/store';
import type { Generated } from 'kysely';

/** Who is in a space, who is invited, and the order in which that changed. */
export interface MemberTables {
	/** A row stays when somebody leaves: `role` is then `gone`, so that their devices can be told. */
	member: {
		space: number;
		person: string;
		role: string;
		since: number;
		/** See `appsToText`. */
		apps: Generated<string>;
		name: Generated<string>;
	};
	invitation: {
		id: string;
		space: number;
		/** SHA-256 of the secret, base64url. */
		hash: string;
		role: string;
		apps: string;
		made_by: string;
		created_at: number;
		expires_at: number;
	};
	/** What other services follow: one row for each change of somebody's access, in one order for the whole store. */
	membership: {
		position: number;
		space: string;
		person: string;
		role: string;
		apps: string;
		archived: number;
		acl_epoch: number;
		seq: number;
		at: number;
	};
	/** The one row that gives `membership` its positions. `history` changes when a backup was put back. */
	membership_head: { one: number; position: number; history: number };
}

export const membersMigration: Migration = {
	async up(db) {
		await db.schema
			.alterTable('space')
			.addColumn('owner', 'text', (column) => column.notNull().defaultTo(''))
			.execute();
		await db.schema.alterTable('space').addColumn('archived_at', 'integer').execute();
		await db
			.updateTable('space')
			.set((eb) => ({ owner: eb.ref('personal_of') }))
			.where('personal_of', 'is not', null)
			.execute();
		await db.schema
			.alterTable('member')
			.addColumn('apps', 'text', (column) => column.notNull().defaultTo(''))
			.execute();
		await db.schema
			.alterTable('member')
			.addColumn('name', 'text', (column) => column.notNull().defaultTo(''))
			.execute();
		await db.schema
			.createTable('invitation')
			.addColumn('id', 'text', (column) => column.primaryKey())
			.addColumn('space', 'integer', (column) => column.notNull().references('space.number'))
			.addColumn('hash', 'text', (column) => column.notNull().unique())
			.addColumn('role', 'text', (column) => column.notNull())
			.addColumn('apps', 'text', (column) => column.notNull())
			.addColumn('made_by', 'text', (column) => column.notNull())
			.addColumn('created_at', 'integer', (column) => column.notNull())
			.addColumn('expires_at', 'integer', (column) => column.notNull())
			.execute();
		await db.schema.createIndex('invitation_space').on('invitation').column('space').execute();
		await db.schema
			.createTable('membership')
			.addColumn('position', 'integer', (column) => column.primaryKey())
			.addColumn('space', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('role', 'text', (column) => column.notNull())
			.addColumn('apps', 'text', (column) => column.notNull())
			.addColumn('archived', 'integer', (column) => column.notNull())
			.addColumn('acl_epoch', 'integer', (column) => column.notNull())
			.addColumn('seq', 'integer', (column) => column.notNull())
			.addColumn('at', 'integer', (column) => column.notNull())
			.execute();
		await db.schema
			.createTable('membership_head')
			.addColumn('one', 'integer', (column) => column.primaryKey())
			.addColumn('position', 'integer', (column) => column.notNull())
			.addColumn('history', 'integer', (column) => column.notNull())
			.execute();
		await db.insertInto('membership_head').values({ one: 1, position: 0, history: 1 }).execute();
	},
};
