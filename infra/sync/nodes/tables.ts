import type { Migration } from '@mana/store';
import type { Generated } from 'kysely';

/** Which processes serve this store. A row stands for one life of one of them; alone on SQLite there is none. */
export interface NodeTables {
	node: {
		/** Random, new whenever a node is counted in. */
		id: string;
		/** Of `membership`: it knows everything up to here, and sends nothing that was allowed only before. */
		heard: number;
		/** 1: it did not answer in time. It must be counted in anew before it sends anything (`nodes.ts`). */
		fenced: Generated<number>;
	};
}

export const nodesMigration: Migration = {
	async up(db) {
		await db.schema
			.createTable('node')
			.addColumn('id', 'text', (column) => column.primaryKey())
			.addColumn('heard', 'integer', (column) => column.notNull())
			.addColumn('fenced', 'integer', (column) => column.notNull().defaultTo(0))
			.execute();
	},
};
