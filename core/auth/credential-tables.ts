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
	passkey: {
		/** The credential id that its authenticator gave it, base64url. */
		id: string;
		person_id: string;
		/** COSE. */
		public_key: Uint8Array;
		counter: number;
		/** JSON: how browsers may reach it. */
		transports: string;
		name: string;
		synced: number;
		created_at: number;
		used_at: number | null;
	};
	/** Passwords of programs; see `app-passwords.ts`. */
	app_password: {
		id: string;
		/** Keyed fingerprint of the secret. */
		hash: string;
		person_id: string;
		name: string;
		/** Ids of apps, with blanks between. */
		apps: string;
		access: 'read' | 'write';
		created_at: number;
		used_at: number | null;
	};
	/** Browsers on which a person signed in, by the hash of what their cookie says. */
	known_device: { person_id: string; hash: string; at: number };
	/** Challenges that a passkey has answered, so that none is answered twice. */
	used_challenge: { hash: string; expires_at: number };
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
	'005-passkeys': {
		async up(db) {
			await db.schema
				.createTable('passkey')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('public_key', 'blob', (column) => column.notNull())
				.addColumn('counter', 'integer', (column) => column.notNull())
				.addColumn('transports', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('synced', 'integer', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('used_at', 'integer')
				.execute();
			await db.schema.createIndex('passkey_person').on('passkey').column('person_id').execute();
			await db.schema
				.createTable('used_challenge')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('expires_at', 'integer', (column) => column.notNull())
				.execute();
		},
	},
	'006-app-passwords': {
		async up(db) {
			await db.schema
				.createTable('app_password')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('hash', 'text', (column) => column.notNull().unique())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('apps', 'text', (column) => column.notNull())
				.addColumn('access', 'text', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('used_at', 'integer')
				.execute();
			await db.schema.createIndex('app_password_person').on('app_password').column('person_id').execute();
		},
	},
	'010-known-devices': {
		async up(db) {
			await db.schema
				.createTable('known_device')
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('hash', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('known_device_key', ['person_id', 'hash'])
				.execute();
		},
	},
	'006-letters': {
		async up(db) {
			await db.schema.alterTable('one_time_link').addColumn('email', 'text').execute();
		},
	},
};
