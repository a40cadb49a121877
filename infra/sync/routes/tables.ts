import type { Migrations } from '@mana/store';

/** Where records stand in the fields by which devices ask for a part of a space. */
export const routesMigration: Migrations[string] = {
	async up(db) {
		await db.schema
			.createTable('route')
			.addColumn('space', 'integer', (column) => column.notNull())
			.addColumn('collection', 'integer', (column) => column.notNull())
			.addColumn('record', 'text', (column) => column.notNull())
			.addColumn('field', 'integer', (column) => column.notNull())
			.addColumn('key', 'text', (column) => column.notNull())
			.addColumn('seq', 'integer', (column) => column.notNull())
			.addColumn('born', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('route_key', ['space', 'collection', 'record', 'field'])
			.execute();
		await db.schema.createIndex('route_window').on('route').columns(['space', 'collection', 'field', 'key', 'record']).execute();
		await db.schema
			.createTable('routed')
			.addColumn('collection', 'integer', (column) => column.notNull())
			.addColumn('field', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('routed_key', ['collection', 'field'])
			.execute();
	},
};
