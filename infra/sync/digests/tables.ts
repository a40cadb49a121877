import type { Migration } from '@mana/store';
import type { Generated } from 'kysely';

/** What `space.digests` says: sums are not kept, or are whole. Any other number is that of a count under way, which has what changed since it began. */
export const [NONE, WHOLE] = [0, 2];

/** Sums of what spaces hold, kept by every commit. Derived: may be lost, and are counted anew then. */
export interface DigestTables {
	/** The sum of all cells of a collection, see `Sum` of `@mana/sync`. */
	digest: {
		space: number;
		collection: number;
		low: number;
		high: number;
	};
}

/** The column that it adds to `space`. */
export interface DigestColumns {
	digests: Generated<number>;
}

export const digestsMigration: Migration = {
	async up(db) {
		await db.schema
			.createTable('digest')
			.addColumn('space', 'integer', (column) => column.notNull())
			.addColumn('collection', 'integer', (column) => column.notNull())
			.addColumn('low', 'integer', (column) => column.notNull())
			.addColumn('high', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('digest_key', ['space', 'collection'])
			.execute();
		// A space that is made from now on has its sums from its first commit on; those of older ones are counted when somebody asks.
		await db.schema
			.alterTable('space')
			.addColumn('digests', 'integer', (column) => column.notNull().defaultTo(WHOLE))
			.execute();
		await db.updateTable('space').set({ digests: NONE }).execute();
	},
};
