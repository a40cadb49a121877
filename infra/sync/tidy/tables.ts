import { systemFields } from '@mana/model';
import type { Migration } from '@mana/store';
import { sql } from 'kysely';

export const horizonMigration: Migration = {
	async up(db) {
		await db.schema
			.alterTable('space')
			.addColumn('horizon', 'integer', (column) => column.notNull().defaultTo(0))
			.execute();
		await db.schema
			.createTable('mark')
			.addColumn('space', 'integer', (column) => column.notNull())
			.addColumn('at', 'integer', (column) => column.notNull())
			.addColumn('seq', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('mark_key', ['space', 'at'])
			.execute();
		// Few cells are flags of these two kinds, and only they are looked for by age.
		await db.schema
			.createIndex('cell_trashed')
			.on('cell')
			.columns(['space', 'seq'])
			.where(sql<boolean>`field = ${sql.lit(systemFields.deletedAt.number)} and value is not null`)
			.execute();
		await db.schema
			.createIndex('cell_purged')
			.on('cell')
			.columns(['space', 'seq'])
			.where(sql<boolean>`field = ${sql.lit(systemFields.purged.number)} and value is not null`)
			.execute();
	},
};
