import { randomBytes } from 'node:crypto';
import type { Migrations } from '@mana/store';
import type { Kysely } from 'kysely';
import { connectionMigrations } from './connections/tables.ts';
import { providerMigrations } from './provider/tables.ts';
import { relyingMigrations } from './relying/tables.ts';
import { administrationMigrations } from './administration/tables.ts';
import { beginning, contentHash, linkHash } from './audit/chain.ts';
import { archiveMigrations } from './archive/tables.ts';
import { leavingMigrations } from './leaving/tables.ts';
import type { AuditRow } from './store.ts';
import { credentialMigrations } from './credential-tables.ts';

/**
 * The tables of mana-auth. `person`, `session`, `credential` and `verification` are better-auth's, under our names: its instants are
 * ISO 8601 text (UTC, so text order is time order). Instants in all other tables are milliseconds since 1970.
 */
export const migrations: Migrations = {
	'001-identity': {
		async up(db) {
			await db.schema
				.createTable('person')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('email', 'text', (column) => column.notNull().unique())
				.addColumn('email_verified', 'integer', (column) => column.notNull())
				.addColumn('image', 'text')
				.addColumn('role', 'text', (column) => column.notNull())
				.addColumn('language', 'text', (column) => column.notNull())
				.addColumn('created_at', 'text', (column) => column.notNull())
				.addColumn('updated_at', 'text', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('session')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('token', 'text', (column) => column.notNull().unique())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('created_at', 'text', (column) => column.notNull())
				.addColumn('updated_at', 'text', (column) => column.notNull())
				.addColumn('expires_at', 'text', (column) => column.notNull())
				.addColumn('address', 'text')
				.addColumn('agent', 'text')
				.addColumn('rotated_at', 'integer', (column) => column.notNull())
				.addColumn('confirmed', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('session_person').on('session').column('person_id').execute();
			await db.schema
				.createTable('credential')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('account_id', 'text', (column) => column.notNull())
				.addColumn('provider_id', 'text', (column) => column.notNull())
				.addColumn('person_id', 'text', (column) => column.notNull().references('person.id').onDelete('cascade'))
				.addColumn('access_token', 'text')
				.addColumn('refresh_token', 'text')
				.addColumn('id_token', 'text')
				.addColumn('access_token_expires_at', 'text')
				.addColumn('refresh_token_expires_at', 'text')
				.addColumn('scope', 'text')
				.addColumn('password', 'text')
				.addColumn('created_at', 'text', (column) => column.notNull())
				.addColumn('updated_at', 'text', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('credential_person').on('credential').column('person_id').execute();
			await db.schema
				.createTable('verification')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('identifier', 'text', (column) => column.notNull())
				.addColumn('value', 'text', (column) => column.notNull())
				.addColumn('expires_at', 'text', (column) => column.notNull())
				.addColumn('created_at', 'text', (column) => column.notNull())
				.addColumn('updated_at', 'text', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('retired_token')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('session_id', 'text', (column) => column.notNull().references('session.id').onDelete('cascade'))
				.addColumn('retired_at', 'integer', (column) => column.notNull())
				.addColumn('replaced_at', 'integer')
				.execute();
			await db.schema.createIndex('retired_token_session').on('retired_token').column('session_id').execute();
		},
	},
	'002-doors': {
		async up(db) {
			await db.schema
				.createTable('instance')
				.addColumn('one', 'integer', (column) => column.primaryKey())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema
				.createTable('one_time_link')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('person_id', 'text', (column) => column.references('person.id').onDelete('cascade'))
				.addColumn('role', 'text')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('expires_at', 'integer')
				.execute();
			await db.schema
				.createTable('attempt')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('account', 'text', (column) => column.notNull())
				.addColumn('address', 'text', (column) => column.notNull())
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('attempt_account').on('attempt').columns(['kind', 'account', 'at']).execute();
			await db.schema.createIndex('attempt_address').on('attempt').columns(['kind', 'address', 'at']).execute();
			await db.schema
				.createTable('known_address')
				.addColumn('account', 'text', (column) => column.notNull())
				.addColumn('address', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('known_address_key', ['account', 'address'])
				.execute();
			await db.schema
				.createTable('security_event')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('person_id', 'text')
				.addColumn('account', 'text')
				.addColumn('address', 'text', (column) => column.notNull())
				.addColumn('agent', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('security_event_person').on('security_event').columns(['person_id', 'at']).execute();
			await db.schema
				.createTable('signing_key')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('public_jwk', 'text', (column) => column.notNull())
				.addColumn('sealed', 'blob', (column) => column.notNull())
				.addColumn('active_from', 'integer', (column) => column.notNull())
				.addColumn('active_until', 'integer', (column) => column.notNull())
				.execute();
		},
	},
	'003-audit': {
		// Depends on the events that it takes over.
		hash: 'the audit log, with the security events that there were',
		async up(db) {
			await db.schema
				.createTable('audit_entry')
				.addColumn('seq', 'integer', (column) => column.primaryKey())
				.addColumn('at', 'integer', (column) => column.notNull())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('person_id', 'text')
				.addColumn('actor_id', 'text')
				.addColumn('account', 'text')
				.addColumn('address', 'text')
				.addColumn('agent', 'text')
				.addColumn('detail', 'text')
				.addColumn('salt', 'text')
				.addColumn('content', 'text', (column) => column.notNull())
				.addColumn('previous', 'text', (column) => column.notNull())
				.addColumn('hash', 'text', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('audit_entry_person').on('audit_entry').columns(['person_id', 'seq']).execute();
			await db.schema.createIndex('audit_entry_account').on('audit_entry').columns(['account', 'seq']).execute();
			await db.schema
				.createTable('audit_head')
				.addColumn('one', 'integer', (column) => column.primaryKey())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('hash', 'text', (column) => column.notNull())
				.addColumn('seal', 'text')
				.execute();
			const events = db as Kysely<{ security_event: SecurityEventRow & { id: string } }>;
			const entries = chained(await events.selectFrom('security_event').selectAll().orderBy('at').orderBy('id').execute());
			for (const entry of entries) await db.insertInto('audit_entry').values(entry).execute();
			await db
				.insertInto('audit_head')
				.values({ one: 1, seq: entries.length, hash: entries.at(-1)?.hash ?? beginning, seal: null })
				.execute();
			await db.schema.dropTable('security_event').execute();
		},
	},
	...credentialMigrations,
	...administrationMigrations,
	...providerMigrations,
	...relyingMigrations,
	...leavingMigrations,
	...archiveMigrations,
	...connectionMigrations,
};

/** A row of the table that was the log before. */
interface SecurityEventRow {
	readonly kind: string;
	readonly person_id: string | null;
	readonly account: string | null;
	readonly address: string;
	readonly agent: string;
	readonly at: number;
}

function chained(events: readonly SecurityEventRow[]): AuditRow[] {
	const entries: AuditRow[] = [];
	for (const { kind, person_id, account, address, agent, at } of events) {
		const salt = randomBytes(16).toString('base64url');
		const content = contentHash({ person: person_id, actor: null, account, address, agent, detail: {}, salt });
		const link = { seq: entries.length + 1, at, kind, content, previous: entries.at(-1)?.hash ?? beginning };
		const said = { person_id, actor_id: null, account, address, agent, detail: '{}', salt };
		entries.push({ ...link, ...said, hash: linkHash(link) });
	}
	return entries;
}
