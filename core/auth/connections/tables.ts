import type { Migrations } from '@mana/store';
import type { Use } from './uses.ts';

/** What people let this Mana do with accounts that they have elsewhere. */
export interface ConnectionTables {
	connection: {
		id: string;
		person_id: string;
		/** The `identity_provider` by which it was made. */
		provider_id: string;
		/** The provider's own name for the account. */
		subject: string;
		/** What the account is called there: its address. */
		label: string;
		use: Use;
		/** The refresh token, encrypted (`instance-keys.ts`); `null`: the provider took it back. */
		sealed: Uint8Array | null;
		/** The access token of now, encrypted, and when it ends. */
		access: Uint8Array | null;
		access_until: number;
		/** Names the refresh that is under way, so that several copies of this service never spend one token twice; `null`: none is. */
		lease: string | null;
		leased_until: number;
		created_at: number;
		/** When its service first asked for it; `null`: nobody ever did. */
		used_at: number | null;
	};
}

export const connectionMigrations: Migrations = {
	'014-connections': {
		async up(db) {
			await db.schema
				.createTable('connection')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('provider_id', 'text', (column) => column.notNull())
				.addColumn('subject', 'text', (column) => column.notNull())
				.addColumn('label', 'text', (column) => column.notNull())
				.addColumn('use', 'text', (column) => column.notNull())
				.addColumn('sealed', 'blob')
				.addColumn('access', 'blob')
				.addColumn('access_until', 'integer', (column) => column.notNull())
				.addColumn('lease', 'text')
				.addColumn('leased_until', 'integer', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('used_at', 'integer')
				.execute();
			await db.schema
				.createIndex('connection_account')
				.on('connection')
				.columns(['provider_id', 'subject', 'person_id', 'use'])
				.unique()
				.execute();
			await db.schema.createIndex('connection_person').on('connection').column('person_id').execute();
			await db.schema
				.alterTable('identity_provider')
				.addColumn('signs_in', 'integer', (column) => column.notNull().defaultTo(1))
				.execute();
			await db.schema
				.alterTable('identity_provider')
				.addColumn('connects', 'integer', (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
};
