import type { MailKindName } from '@mana/schema';
import type { Kysely } from 'kysely';

/**
 * - `waiting`: it lies in the mailbox and is handed over at `run_at`, for the first time or again.
 * - `taken`: its service has it.
 * - `refused`: it will not be taken; `reason` says why.
 * - `ignored`: a program wrote it, or it is one of ours.
 * - `repeated`: the same mail lies there twice.
 */
export type IncomingState = 'waiting' | 'taken' | 'refused' | 'ignored' | 'repeated';

/** Tables of what comes in by mail. Instants are milliseconds since 1970. */
export interface IncomingTables {
	/** An address at which mail is taken; one that was ended or renewed has no row any more. */
	mail_address: {
		token: string;
		kind: MailKindName;
		/** Whose it is. */
		person: string;
		/** What its taker had it made for; empty: a person's own. */
		about: string;
		made_at: number;
	};
	/** A mail that came to an address of ours: known before it is handed over, and kept so that it is dealt with once. */
	mail_in: {
		/** From its Message-ID and the address. */
		key: string;
		mailbox: string;
		validity: string;
		uid: number;
		token: string;
		kind: MailKindName;
		person: string;
		from_address: string;
		/** When it came. */
		at: number;
		state: IncomingState;
		run_at: number;
		/** How often handing it over failed. */
		tries: number;
		reason: string | null;
		/** 1: it was moved or marked in the mailbox. */
		filed: number;
		finished_at: number | null;
	};
	/** How far a mailbox was read, and which process reads it. */
	mailbox_place: { name: string; validity: string; uid: number; holder: string; held_until: number };
}

export const incomingMigration = {
	// oxlint-disable-next-line typescript/no-explicit-any -- a migration knows no tables of today
	async up(db: Kysely<any>): Promise<void> {
		await db.schema
			.createTable('mail_address')
			.addColumn('token', 'text', (column) => column.primaryKey())
			.addColumn('kind', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('about', 'text', (column) => column.notNull())
			.addColumn('made_at', 'integer', (column) => column.notNull())
			.addUniqueConstraint('mail_address_thing', ['kind', 'person', 'about'])
			.execute();
		await db.schema.createIndex('mail_address_person').on('mail_address').column('person').execute();
		await db.schema
			.createTable('mail_in')
			.addColumn('key', 'text', (column) => column.primaryKey())
			.addColumn('mailbox', 'text', (column) => column.notNull())
			.addColumn('validity', 'text', (column) => column.notNull())
			.addColumn('uid', 'integer', (column) => column.notNull())
			.addColumn('token', 'text', (column) => column.notNull())
			.addColumn('kind', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('from_address', 'text', (column) => column.notNull())
			.addColumn('at', 'integer', (column) => column.notNull())
			.addColumn('state', 'text', (column) => column.notNull())
			.addColumn('run_at', 'integer', (column) => column.notNull())
			.addColumn('tries', 'integer', (column) => column.notNull())
			.addColumn('reason', 'text')
			.addColumn('filed', 'integer', (column) => column.notNull())
			.addColumn('finished_at', 'integer')
			.execute();
		await db.schema.createIndex('mail_in_state').on('mail_in').columns(['state', 'run_at']).execute();
		await db.schema.createIndex('mail_in_place').on('mail_in').columns(['mailbox', 'uid']).execute();
		await db.schema.createIndex('mail_in_person').on('mail_in').column('person').execute();
		await db.schema
			.createTable('mailbox_place')
			.addColumn('name', 'text', (column) => column.primaryKey())
			.addColumn('validity', 'text', (column) => column.notNull())
			.addColumn('uid', 'integer', (column) => column.notNull())
			.addColumn('holder', 'text', (column) => column.notNull())
			.addColumn('held_until', 'integer', (column) => column.notNull())
			.execute();
	},
};
