import type { Migrations } from '@mana/store';

/**
 * - `planned`: nothing has happened yet, and it can be taken back.
 * - `under-way`: nobody gets in any more, and the services are let go of the person one by one.
 * - `emptied`: the person is in no table any more; the bytes of deleted rows may still be in the file.
 * - `done`
 */
export type DepartureState = 'planned' | 'under-way' | 'emptied' | 'done';

export interface LeavingTables {
	/** Somebody who leaves this Mana, or has left. The row stays as the proof, with nobody's name in it. */
	departure: {
		id: string;
		/** `null` once they are gone. */
		person_id: string | null;
		state: DepartureState;
		/** Whether an admin began it. */
		by_admin: number;
		planned_at: number;
		due_at: number;
		/** When the last session ended: what was allowed before may be used for minutes. */
		began_at: number | null;
		finished_at: number | null;
		/** What became of it in each service (`Report`), as JSON. */
		report: string;
	};
	/** A session that ended because its person left: its browser hears why. The row says nothing of whom. */
	departed_session: {
		/** Digest of a token, as in `retired_token`. */
		hash: string;
		at: number;
	};
}

export const leavingMigrations: Migrations = {
	'009-leaving': {
		async up(db) {
			await db.schema
				.createTable('departure')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.unique())
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('by_admin', 'integer', (column) => column.notNull())
				.addColumn('planned_at', 'integer', (column) => column.notNull())
				.addColumn('due_at', 'integer', (column) => column.notNull())
				.addColumn('began_at', 'integer')
				.addColumn('finished_at', 'integer')
				.addColumn('report', 'text', (column) => column.notNull())
				.execute();
		},
	},
	'015-departed-sessions': {
		async up(db) {
			await db.schema
				.createTable('departed_session')
				.addColumn('hash', 'text', (column) => column.primaryKey())
				.addColumn('at', 'integer', (column) => column.notNull())
				.execute();
		},
	},
};
