import type { Migrations } from '@mana/store';

/** Other software that people sign in to with their account here. Instants are milliseconds since 1970. */
export interface ProviderTables {
	software: {
		id: string;
		name: string;
		/** SHA-256 of its secret; `null` for software that can keep none, such as an app on a phone. */
		secret: string | null;
		/** JSON lists of addresses, compared letter by letter. */
		redirect_uris: string;
		logout_uris: string;
		created_at: number;
	};
	/** What a person allowed a piece of software to learn. */
	software_consent: { person_id: string; software_id: string; scope: string; at: number };
	software_code: {
		/** SHA-256. */
		hash: string;
		software_id: string;
		person_id: string;
		session_id: string;
		/** Everything that comes of one sign-in: ended together when a part of it is used twice. */
		family: string;
		redirect_uri: string;
		scope: string;
		nonce: string | null;
		/** PKCE, S256. */
		challenge: string;
		auth_time: number;
		expires_at: number;
		used: number;
	};
	software_token: {
		/** SHA-256. */
		hash: string;
		kind: 'access' | 'refresh';
		software_id: string;
		person_id: string;
		session_id: string;
		family: string;
		scope: string;
		auth_time: number;
		created_at: number;
		expires_at: number;
		/** A refresh token that was replaced: its use means that somebody holds a copy. */
		used: number;
	};
}

export const providerMigrations: Migrations = {
	'007-provider': {
		async up(db) {
			await db.schema
				.alterTable('signing_key')
				.addColumn('alg', 'text', (column) => column.notNull().defaultTo('EdDSA'))
				.execute();
			await db.schema
				.createTable('software')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('secret', 'text')
				.addColumn('redirect_uris', 'text', (column) => column.notNull())
				.addColumn('logout_uris', 'text', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('software_consent')
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('software_id', 'text', (column) => column.notNull().references('software.id').onDelete('cascade'))
				.addColumn('scope', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('software_consent_key', ['person_id', 'software_id'])
				.execute();
			await db.schema
				.createTable('software_code')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('software_id', 'text', (column) => column.notNull().references('software.id').onDelete('cascade'))
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('session_id', 'text', (column) => column.notNull())
				.addColumn('family', 'text', (column) => column.notNull())
				.addColumn('redirect_uri', 'text', (column) => column.notNull())
				.addColumn('scope', 'text', (column) => column.notNull())
				.addColumn('nonce', 'text')
				.addColumn('challenge', 'text', (column) => column.notNull())
				.addColumn('auth_time', 'integer', (column) => column.notNull())
				.addColumn('expires_at', 'integer', (column) => column.notNull())
				.addColumn('used', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('software_token')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('software_id', 'text', (column) => column.notNull().references('software.id').onDelete('cascade'))
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('session_id', 'text', (column) => column.notNull())
				.addColumn('family', 'text', (column) => column.notNull())
				.addColumn('scope', 'text', (column) => column.notNull())
				.addColumn('auth_time', 'integer', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('expires_at', 'integer', (column) => column.notNull())
				.addColumn('used', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('software_token_family').on('software_token').column('family').execute();
			await db.schema.createIndex('software_token_person').on('software_token').column('person_id').execute();
		},
	},
};
