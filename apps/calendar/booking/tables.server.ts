import type { RecordId } from '@mana/model';
import type { Leaver, Leaving } from '@mana/service/leaving';
import type { Migration } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { sql } from 'kysely';

/** What is kept of pages on which people can be booked. Instants are ms since 1970. */
export interface BookingTables {
	booking_page: {
		id: string;
		person: string;
		/** Last part of its address. */
		name: string;
		/** `BookingSettings` as JSON, without the name. */
		settings: string;
		created_at: number;
	};
	booking: {
		space: SpaceId;
		event: RecordId;
		/** Id of its page, which may be gone. */
		page: string;
		person: string;
		/** When it is, as it was last booked or moved here; its event says what holds. */
		from_at: number;
		to_at: number;
		/** Who booked, and where they are written to. */
		name: string;
		address: string;
		changed_at: number;
		/** 1 when it was called off here. */
		is_off: number;
	};
	/** A row for each person that is locked while somebody books a time of theirs, so that one comes after the other. */
	booking_turn: { person: string; turn: number };
}

export const bookingMigration: Migration = {
	async up(db) {
		await db.schema
			.createTable('booking_page')
			.addColumn('id', 'text', (column) => column.primaryKey())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('name', 'text', (column) => column.notNull().unique())
			.addColumn('settings', 'text', (column) => column.notNull())
			.addColumn('created_at', 'integer', (column) => column.notNull())
			.execute();
		await db.schema.createIndex('booking_page_person').on('booking_page').column('person').execute();
		await db.schema
			.createTable('booking')
			.addColumn('space', 'text', (column) => column.notNull())
			.addColumn('event', 'text', (column) => column.notNull())
			.addColumn('page', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('from_at', 'integer', (column) => column.notNull())
			.addColumn('to_at', 'integer', (column) => column.notNull())
			.addColumn('name', 'text', (column) => column.notNull())
			.addColumn('address', 'text', (column) => column.notNull())
			.addColumn('changed_at', 'integer', (column) => column.notNull())
			.addColumn('is_off', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('booking_key', ['space', 'event'])
			.execute();
		await db.schema.createIndex('booking_person').on('booking').columns(['person', 'to_at']).execute();
		await db.schema
			.createTable('booking_turn')
			.addColumn('person', 'text', (column) => column.primaryKey())
			.addColumn('turn', 'integer', (column) => column.notNull())
			.execute();
	},
};

const theirs = ({ person }: Leaver) => sql`person = ${person}`;

export const bookingLeaving: Leaving<BookingTables> = {
	booking_page: { holds: 'pages on which one can be booked', where: theirs },
	booking: {
		holds: 'who booked a time',
		where: ({ person, address }) => sql`(person = ${person} or address = ${address?.toLowerCase() ?? null})`,
	},
	booking_turn: { holds: 'a counter by which one booking comes after the other', where: theirs },
};
