import { type ObjectKind, objectsOf, type Placed, type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import type { Migrations } from '@mana/store';
import { type Project, projects, tasks } from '../model.ts';

/** A task is a file in the list that it is in; its text names its tags and the task that it is a step of. */
export const taskKind: ObjectKind<typeof tasks> = {
	collection: tasks,
	place({ id, deletedAt, project, uid: known, calendarName }) {
		if (deletedAt !== null) return null;
		const uid = known || id;
		return { home: project ?? '', uid, name: calendarName || `${uid}.ics` };
	},
	ties: ({ tags, parent }) => [...tags, ...(parent === null ? [] : [parent])] as RecordId[],
	parts: [],
	namings: [],
};

/** A task with the name under which it is in its calendar. */
export type PlacedTask = Placed<typeof tasks>;

/** Tasks that are in calendars. */
export function tasksOf(db: RecordDb, space: SpaceId, wanted: Parameters<typeof objectsOf>[3]): Promise<PlacedTask[]> {
	return objectsOf(db, taskKind, space, wanted);
}

/** The projects of spaces. */
export async function projectsOf(db: RecordDb, spaces: readonly SpaceId[]): Promise<{ space: SpaceId; project: Project }[]> {
	return (await rowsOf(db, spaces, projects)).map(({ space, row }) => ({ space, project: row }));
}

/** Tables of an earlier version, which the kit keeps by now (`kit/dav/records`). */
export const todoMigrations: Migrations = {
	'001-records': {
		async up(db) {
			await db.schema
				.createTable('record')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('registers', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addColumn('changed_at', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('record_key', ['space', 'collection', 'id'])
				.execute();
			await db.schema
				.createTable('task')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('uid', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('tags', 'text', (column) => column.notNull())
				.addColumn('parent', 'text')
				.addPrimaryKeyConstraint('task_key', ['space', 'id'])
				.execute();
			await db.schema.createIndex('task_home').on('task').columns(['space', 'home', 'name']).execute();
			await db.schema.createIndex('task_uid').on('task').columns(['space', 'uid']).execute();
			await db.schema
				.createTable('left_task')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('home', 'text', (column) => column.notNull())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('left_task_key', ['space', 'home', 'name'])
				.execute();
			await db.schema
				.createTable('reading')
				.addColumn('space', 'text', (column) => column.primaryKey())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('seq', 'integer', (column) => column.notNull())
				.execute();
		},
	},
	'002-kit': {
		async up(db) {
			for (const table of ['record', 'task', 'left_task', 'reading']) await db.schema.dropTable(table).execute();
		},
	},
};
