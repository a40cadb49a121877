import type { Migrations } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import type { TroubleCode } from './trouble.ts';

/** What a server of an app keeps of people's accounts elsewhere. */
export interface MirrorTables {
	mirror_account: {
		id: string;
		person: string;
		/** How it is spoken to: `dav`. */
		service: string;
		/** As its person typed it. */
		address: string;
		user_name: string;
		/** Password, sealed with the secret of this service. */
		sealed: Uint8Array;
		created_at: number;
		is_paused: number;
		trouble: TroubleCode | null;
		trouble_detail: string | null;
		/** How often it failed since it went well. */
		failures: number;
		/** When it is looked at next, ms since 1970. */
		next_at: number;
		/** Names the look that is under way, so that several copies of the service never look at once; `null`: nobody does. */
		lease: string | null;
		/** Until when that look has it for itself, unless it says that it goes on. */
		leased_until: number;
	};
	/** A folder of an account, and the one here that says the same. */
	mirror_link: {
		id: string;
		account: string;
		space: SpaceId;
		home: string;
		url: string;
		name: string;
		may_write: number;
		/** What to ask its server with for what changed; `null`: for everything. */
		token: string | null;
		trouble: TroubleCode | null;
		trouble_detail: string | null;
		synced_at: number | null;
		/** 1: its person agreed to lose here what is gone there, at the next look. */
		may_lose: number;
		/** Of how many objects that changed there how many are done, while it is looked at. */
		total: number;
		done: number;
	};
	/** An object that is on both sides. */
	mirror_item: {
		link: string;
		href: string;
		uid: string;
		/** Id of its record; empty: it has none. */
		record: string;
		/** Of the version that was common last; `null`: it is not known to have arrived there; empty: not known any more. */
		etag: string | null;
		/** What both sides said last; `null`: nothing in common yet. */
		base: string | null;
		/** What stood here then, where that is more: lines that the server has no place for. `null`: the same as there. */
		whole: string | null;
		/** Of what stands here when it was common. */
		version: string;
		/** When it was first found to be missing here. */
		gone_at: number | null;
		/** Why it stays on one side. */
		note: string | null;
	};
}

export const mirrorMigrations: Migrations = {
	'001-mirror': {
		async up(db) {
			await db.schema
				.createTable('mirror_account')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('service', 'text', (column) => column.notNull())
				.addColumn('address', 'text', (column) => column.notNull())
				.addColumn('user_name', 'text', (column) => column.notNull())
				.addColumn('sealed', 'blob', (column) => column.notNull())
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('is_paused', 'integer', (column) => column.notNull())
				.addColumn('trouble', 'text')
				.addColumn('trouble_detail', 'text')
				.addColumn('failures', 'integer', (column) => column.notNull())
				.addColumn('next_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('mirror_account_person').on('mirror_account').column('person').execute();
			await db.schema
				.createTable('mirror_link')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('account', 'text', (column) => column.notNull())
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('url', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('may_write', 'integer', (column) => column.notNull())
				.addColumn('token', 'text')
				.addColumn('trouble', 'text')
				.addColumn('trouble_detail', 'text')
				.addColumn('synced_at', 'integer')
				.addColumn('total', 'integer', (column) => column.notNull())
				.addColumn('done', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('mirror_link_account').on('mirror_link').column('account').execute();
			await db.schema.createIndex('mirror_link_home').on('mirror_link').columns(['space', 'home']).execute();
			await db.schema
				.createTable('mirror_item')
				.addColumn('link', 'text', (column) => column.notNull())
				.addColumn('href', 'text', (column) => column.notNull())
				.addColumn('uid', 'text', (column) => column.notNull())
				.addColumn('record', 'text', (column) => column.notNull())
				.addColumn('etag', 'text')
				.addColumn('base', 'text')
				.addColumn('version', 'text', (column) => column.notNull())
				.addColumn('gone_at', 'integer')
				.addColumn('note', 'text')
				.addPrimaryKeyConstraint('mirror_item_key', ['link', 'href'])
				.execute();
			await db.schema.createIndex('mirror_item_record').on('mirror_item').column('record').execute();
		},
	},
	'002-many-gone': {
		async up(db) {
			await db.schema
				.alterTable('mirror_link')
				.addColumn('may_lose', 'integer', (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
	'003-lease': {
		async up(db) {
			await db.schema.alterTable('mirror_account').addColumn('lease', 'text').execute();
			await db.schema
				.alterTable('mirror_account')
				.addColumn('leased_until', 'integer', (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
	'004-whole': {
		async up(db) {
			await db.schema.alterTable('mirror_item').addColumn('whole', 'text').execute();
		},
	},
};
