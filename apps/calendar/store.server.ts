import type { MirrorTables } from '@mana/dav/mirror/index';
import type { RecordTables } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { Leaver, Leaving } from '@mana/service/leaving';
import type { Migrations } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { sql } from 'kysely';
import { bookingLeaving, bookingMigration, type BookingTables } from './booking/tables.server.ts';
import { publishedLeaving, publishedMigration, type PublishedTables } from './published/tables.server.ts';

/** What calendar-server keeps of its own, beside what it reads of people's records. Instants are ms since 1970. */
export interface OwnTables extends BookingTables, PublishedTables {
	/** Somebody elsewhere with whom mails about an event are exchanged, and what they were told last. */
	invited: {
		space: SpaceId;
		event: RecordId;
		/** In small letters. */
		address: string;
		/** `guest`: invited from here; `visitor`: booked the time themselves; `host`: invites somebody of this Mana, who answers. */
		role: 'guest' | 'visitor' | 'host';
		/** Id of the person of this Mana in whose name it is written. */
		person: string;
		/** BCP 47 tag of the mails. */
		language: string;
		/** Names them in the links that they get. */
		token: string;
		/** What the last mail said, as `fingerprint` has it; empty: nothing was sent yet. */
		said: string;
		/** SEQUENCE of the last mail. */
		sequence: number;
		/** The calendar message of the last mail. */
		message: string;
		/** What is to be said once nothing changes any more; `null`: nothing. */
		pending: string | null;
		/** When that is sent. */
		due_at: number | null;
		created_at: number;
	};
}

export type CalendarTables = RecordTables & MirrorTables & OwnTables;

export const migrations: Migrations = {
	'001-invited': {
		async up(db) {
			await db.schema
				.createTable('invited')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('event', 'text', (column) => column.notNull())
				.addColumn('address', 'text', (column) => column.notNull())
				.addColumn('role', 'text', (column) => column.notNull())
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('language', 'text', (column) => column.notNull())
				.addColumn('token', 'text', (column) => column.notNull().unique())
				.addColumn('said', 'text', (column) => column.notNull())
				.addColumn('sequence', 'integer', (column) => column.notNull())
				.addColumn('message', 'text', (column) => column.notNull())
				.addColumn('pending', 'text')
				.addColumn('due_at', 'integer')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('invited_key', ['space', 'event', 'address'])
				.execute();
			await db.schema.createIndex('invited_due').on('invited').column('due_at').execute();
			await db.schema.createIndex('invited_person').on('invited').column('person').execute();
		},
	},
	'002-booking': bookingMigration,
	'003-published': publishedMigration,
};

const theirs = ({ person, address }: Leaver) => sql`(person = ${person} or address = ${address?.toLowerCase() ?? null})`;

/** What each table of calendar-server's own holds of a person. */
export const calendarLeaving: Leaving<OwnTables> = {
	invited: { holds: 'who elsewhere was written to about which event', where: theirs, without: ['token'] },
	...bookingLeaving,
	...publishedLeaving,
};
