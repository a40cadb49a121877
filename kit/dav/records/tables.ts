import type { RecordId } from '@mana/model';
import type { Migrations } from '@mana/store';
import type { SpaceId } from '@mana/sync';

/** What a server of an app keeps of people's records to show them as files: a projection, made anew whenever it is lost. */
export interface RecordTables {
	mana_record: {
		space: SpaceId;
		collection: number;
		id: RecordId;
		/** JSON: field, key and value of every register. */
		registers: string;
		/** The space's counter when something of it changed last. */
		seq: number;
		/** When it was written last, ms since 1970. */
		changed_at: number;
	};
	/** Records that are files in a collection of DAV. */
	mana_object: {
		space: SpaceId;
		collection: number;
		id: RecordId;
		/** What it lies in: the id of a project, a calendar …; empty: what is in none. */
		home: string;
		uid: string;
		/** Name of its file. */
		name: string;
		/** The space's counter when something that its text says changed last, in this record or in one that it is tied to. */
		seq: number;
		changed_at: number;
	};
	/** An object's text also says something of a record: `by` is the one of both that names the other. */
	mana_tie: { space: SpaceId; by: RecordId; object: RecordId; record: RecordId };
	/** An object's text has the UID of another one in it: `by` is the record that makes it so. */
	mana_naming: { space: SpaceId; by: RecordId; object: RecordId; names: RecordId };
	/** Files that were somewhere and are no more. */
	mana_left: { space: SpaceId; home: string; name: string; seq: number };
	/** How far a space was read, and under which name that can be spoken of: another one each time it is read from the start. */
	mana_reading: { space: SpaceId; name: string; seq: number };
}

export const recordMigrations: Migrations = {
	'001-records': {
		async up(db) {
			// Spaces that were read before there were these tables are read once more, from their beginning.
			await db.deleteFrom('mana_projection').execute();
			await db.schema
				.createTable('mana_record')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('registers', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('changed_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_record_key', ['space', 'collection', 'id'])
				.execute();
			await db.schema
				.createTable('mana_object')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('uid', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('changed_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_object_key', ['space', 'id'])
				.execute();
			await db.schema.createIndex('mana_object_home').on('mana_object').columns(['space', 'home', 'name']).execute();
			await db.schema.createIndex('mana_object_uid').on('mana_object').columns(['space', 'uid']).execute();
			await db.schema
				.createTable('mana_tie')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('by', 'text', (column) => column.notNull())
				.addColumn('object', 'text', (column) => column.notNull())
				.addColumn('record', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_tie_key', ['space', 'by', 'object', 'record'])
				.execute();
			await db.schema.createIndex('mana_tie_record').on('mana_tie').columns(['space', 'record']).execute();
			await db.schema.createIndex('mana_tie_object').on('mana_tie').columns(['space', 'object']).execute();
			await db.schema
				.createTable('mana_left')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_left_key', ['space', 'home', 'name'])
				.execute();
			await db.schema
				.createTable('mana_reading')
				.addColumn('space', 'text', (column) => column.primaryKey())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.execute();
		},
	},
	'002-namings': {
		async up(db) {
			// Who names whom stands in no table yet: all spaces are read once more, under other names.
			for (const table of ['mana_projection', 'mana_record', 'mana_tie', 'mana_left', 'mana_reading'])
				await db.deleteFrom(table).execute();
			await db.schema.dropTable('mana_object').execute();
			await db.schema
				.createTable('mana_object')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('uid', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('changed_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_object_in_collection', ['space', 'id', 'collection'])
				.execute();
			await db.schema.createIndex('mana_object_home').on('mana_object').columns(['space', 'home', 'name']).execute();
			await db.schema.createIndex('mana_object_uid').on('mana_object').columns(['space', 'uid']).execute();
			await db.schema
				.createTable('mana_naming')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('by', 'text', (column) => column.notNull())
				.addColumn('object', 'text', (column) => column.notNull())
				.addColumn('names', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('mana_naming_key', ['space', 'by', 'object', 'names'])
				.execute();
			await db.schema.createIndex('mana_naming_object').on('mana_naming').columns(['space', 'object']).execute();
			await db.schema.createIndex('mana_naming_names').on('mana_naming').columns(['space', 'names']).execute();
		},
	},
};
