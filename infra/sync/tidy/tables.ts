import { counter, LAW_BITS, type Law, systemFields, text } from '@mana/model';
import type { Migration } from '@mana/store';
import { sql } from 'kysely';
import { NONE } from '../digests/tables.ts';

const hasLaw = ({ code }: Law) => sql<boolean>`(field & ${sql.lit((1 << LAW_BITS) - 1)}) = ${sql.lit(code)}`;

/** Whether a cell is an update of a document, and whether it is a part of a counter: in the words of the index that finds them. */
export const IS_UPDATE = hasLaw(text);
export const IS_COUNT = hasLaw(counter);
/** Whether a part of a counter was folded. What says so (`foldedAt`) is longer than any number. */
export const IS_FOLDED = sql<boolean>`length(value) > 16`;

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

export const leftoversMigration: Migration = {
	async up(db) {
		// Both are few beside all others, but for what is due; only they are looked for by age.
		await db.schema
			.createIndex('cell_merged')
			.on('cell')
			.columns(['space', 'seq'])
			.where(sql<boolean>`${IS_UPDATE} and value is null`)
			.execute();
		await db.schema.createIndex('cell_count').on('cell').columns(['space', 'seq']).where(IS_COUNT).execute();
		// Leftovers are in no sum any more: all are counted anew when somebody asks.
		await db.updateTable('space').set({ digests: NONE }).execute();
		await db.deleteFrom('digest').execute();
	},
};
