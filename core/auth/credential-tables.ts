import type { Migrations } from '@mana/store';

/** Tables of what people prove themselves with besides a password; instants in milliseconds since 1970. */
export interface CredentialTables {
	/** The key that a person's authenticator app shares with us (RFC 6238). */
	second_factor: {
		person_id: string;
		/** Encrypted; see `instance-keys.ts`. */
		sealed: Uint8Array;
		created_at: number;
		/** When a first code proved that the app has the key; `null` until then, and nothing is asked. */
		confirmed_at: number | null;
		/** The time step of the last code that was used: it and all before it are used up. */
		last_step: number;
	};
	recovery_code: { hash: string; person_id: string; created_at: number };
	/** A sign-in whose first step was right and whose second is awaited. */
	sign_in_ticket: { hash: string; person_id: string; expires_at: number };
}

export const credentialMigrations: Migrations = {
	'004-second-factor': {
		async up(db) {
			await db.schema
				.alterTable('session')
				.addColumn('proved_at', 'integer', (column) => column.notNull().defaultTo(0))
				.execute();
			await db.schema
				.createTable('second_factor')
				.addColumn('person_id', 'text', (column) => column.primaryKey().references('person.id').onDelete('cascade'))
				.addColumn('sealed', 'blob', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('confirmed_at', 'integer')
				.addColumn('last_step', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('recovery_code')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('recovery_code_person').on('recovery_code').column('person_id').execute();
			await db.schema
				.createTable('sign_in_ticket')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('expires_at', 'integer', (column) => column.notNull())
				.execute();
		},
	},
};
