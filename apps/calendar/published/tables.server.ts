import type { Leaver, Leaving } from '@mana/service/leaving';
import type { Migration } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { sql } from 'kysely';
import type { Detail } from './told-events.ts';

/** Addresses under which calendars are published. Instants are ms since 1970. */
export interface PublishedTables {
	published: {
		id: string;
		space: SpaceId;
		/** Id of the calendar. */
		calendar: string;
		/** Who made it: without a right of theirs to write in the space nobody reads it by this. */
		person: string;
		detail: Detail;
		/** BCP 47 tag of the few words that are not people's own. */
		language: string;
		/** SHA-256 of the secret in its address, in hexadecimal digits. */
		secret_hash: string;
		/** The secret, sealed, so that its owner can be shown the address again. */
		sealed: Uint8Array;
		created_at: number;
		/** What was read last, as an entity tag names it; empty: nobody read it yet. */
		etag: string;
		/** When it became that. */
		changed_at: number;
	};
}

export const publishedMigration: Migration = {
	async up(db) {
		await db.schema
			.createTable('published')
			.addColumn('id', 'text', (column) => column.primaryKey())
			.addColumn('space', 'text', (column) => column.notNull())
			.addColumn('calendar', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('detail', 'text', (column) => column.notNull())
			.addColumn('language', 'text', (column) => column.notNull())
			.addColumn('secret_hash', 'text', (column) => column.notNull().unique())
			.addColumn('sealed', 'blob', (column) => column.notNull())
			.addColumn('created_at', 'integer', (column) => column.notNull())
			.addColumn('etag', 'text', (column) => column.notNull())
			.addColumn('changed_at', 'integer', (column) => column.notNull())
			.execute();
		await db.schema.createIndex('published_calendar').on('published').columns(['space', 'calendar']).execute();
		await db.schema.createIndex('published_person').on('published').column('person').execute();
	},
};

export const publishedLeaving: Leaving<PublishedTables> = {
	published: {
		holds: 'which calendars are published under an address',
		where: ({ person }: Leaver) => sql`person = ${person}`,
		without: ['secret_hash', 'sealed'],
	},
};
