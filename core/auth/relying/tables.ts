import type { Migrations } from '@mana/store';
import type { ProviderKind } from './kinds.ts';

/** Where people sign in with an account that they have elsewhere. What links a person to theirs is a `credential`. */
export interface RelyingTables {
	identity_provider: {
		/** A word of the admin's: part of the address to return to, and `provider_id` of the credentials. */
		id: string;
		kind: ProviderKind;
		name: string;
		/** Its issuer (OpenID Connect), or the address that it is opened at. */
		issuer: string;
		client_id: string;
		/** The client's secret, encrypted (`instance-keys.ts`); `null` for a client without one. */
		sealed: Uint8Array | null;
		/** Whether who comes with a proven address is the person here who has it. */
		trusts_addresses: number;
		/** JSON list: who has a proven address at one of these domains may join. */
		domains: string;
		created_at: number;
		/** Whether people sign in by it, and whether they may connect accounts there. */
		signs_in: number;
		connects: number;
	};
}

export const relyingMigrations: Migrations = {
	'008-identity-providers': {
		async up(db) {
			await db.schema
				.createTable('identity_provider')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('issuer', 'text', (column) => column.notNull())
				.addColumn('client_id', 'text', (column) => column.notNull())
				.addColumn('sealed', 'blob')
				.addColumn('trusts_addresses', 'integer', (column) => column.notNull())
				.addColumn('domains', 'text', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.alterTable('credential').addColumn('label', 'text').execute();
			// One account elsewhere is one person here, whatever happens at the same moment.
			await db.schema
				.createIndex('credential_account')
				.on('credential')
				.columns(['provider_id', 'account_id'])
				.unique()
				.execute();
		},
	},
};
