import type { Migrations } from '@mana/store';
import type { Method } from './zip.ts';

/**
 * - `text`, `file`: it stands in the ZIP.
 * - `missing`: it could not be had, which the archive says.
 */
export type EntryKind = 'text' | 'file' | 'missing';

export interface ArchiveTables {
	/** Everything of a person as one file, while it is made and as long as it can be fetched; one a person. */
	archive: {
		id: string;
		person_id: string;
		state: 'making' | 'ready';
		/** The job that makes it. Once that has failed for good, so has the archive. */
		job_id: string;
		begun_at: number;
		/** What is being written: the name of a service, or of a space. */
		now_at: string;
		steps_done: number;
		steps_all: number;
		/** Bytes of the file that are whole: what stands behind them was under way when the process ended. */
		bytes: number;
		ready_at: number | null;
		/** When the file is removed. */
		expires_at: number | null;
		/** Why the last try ended: a stable code, and which service it was about. */
		problem: string | null;
		problem_at: string | null;
	};
	/** What was written, step by step: a step that has a row here is done. */
	archive_entry: {
		archive_id: string;
		number: number;
		step: string;
		kind: EntryKind;
		path: string;
		method: Method;
		at: number;
		bytes: number;
		packed_bytes: number;
		crc: number;
		sha256: string;
		/** What the archive says of it besides (`EntryInfo`), as JSON. */
		info: string;
	};
}

export const archiveMigrations: Migrations = {
	'013-archive': {
		async up(db) {
			await db.schema
				.createTable('archive')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person_id', 'text', (column) => column.notNull().unique().references('person.id').onDelete('cascade'))
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('job_id', 'text', (column) => column.notNull())
				.addColumn('begun_at', 'integer', (column) => column.notNull())
				.addColumn('now_at', 'text', (column) => column.notNull())
				.addColumn('steps_done', 'integer', (column) => column.notNull())
				.addColumn('steps_all', 'integer', (column) => column.notNull())
				.addColumn('bytes', 'integer', (column) => column.notNull())
				.addColumn('ready_at', 'integer')
				.addColumn('expires_at', 'integer')
				.addColumn('problem', 'text')
				.addColumn('problem_at', 'text')
				.execute();
			await db.schema
				.createTable('archive_entry')
				.addColumn('archive_id', 'text', (column) => column.notNull().references('archive.id').onDelete('cascade'))
				.addColumn('number', 'integer', (column) => column.notNull())
				.addColumn('step', 'text', (column) => column.notNull())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('path', 'text', (column) => column.notNull())
				.addColumn('method', 'text', (column) => column.notNull())
				.addColumn('at', 'integer', (column) => column.notNull())
				.addColumn('bytes', 'integer', (column) => column.notNull())
				.addColumn('packed_bytes', 'integer', (column) => column.notNull())
				.addColumn('crc', 'integer', (column) => column.notNull())
				.addColumn('sha256', 'text', (column) => column.notNull())
				.addColumn('info', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('archive_entry_key', ['archive_id', 'number'])
				.execute();
			await db.schema.createIndex('archive_entry_step').on('archive_entry').columns(['archive_id', 'step']).execute();
		},
	},
};
