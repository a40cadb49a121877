import { type Collection, type Entry, readRow, type RecordId, type Row } from '@mana/model';
import type { ProjectionChange } from '@mana/service/projection/index';
import type { Migrations } from '@mana/store';
import { type SpaceId, timeOf } from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import { type Project, projects, type Tag, tags, type Task, tasks } from '../model.ts';

/** What the server keeps of people's tasks: a projection, made anew whenever it is lost. */
export interface RecordTables {
	record: {
		space: SpaceId;
		collection: number;
		id: RecordId;
		/** JSON: field, key and value of every register. */
		registers: string;
		/** The space's counter when something of it changed last; of a task, also when one of its tags did. */
		seq: number;
		/** When it was written last, ms since 1970. */
		changed_at: number;
	};
	/** Tasks that are in a calendar. */
	task: {
		space: SpaceId;
		id: RecordId;
		/** Id of the project; empty: the inbox. */
		home: string;
		uid: string;
		/** Name of its file. */
		name: string;
		/** Ids of its tags, each between blanks. */
		tags: string;
		parent: string | null;
	};
	/** Files that were in a calendar and are no more. */
	left_task: { space: SpaceId; home: string; name: string; seq: number };
	/** How far a space was read, and under which name that can be spoken of: another one each time it is read from the start. */
	reading: { space: SpaceId; name: string; seq: number };
}

export const recordMigrations: Migrations = {
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
};

type Within = Transaction<RecordTables>;
export type Db = Kysely<RecordTables>;

/** How many are asked for at once. */
const BATCH = 500;

/** Takes over what changed. @param newName a name that no reading of a space ever had */
export async function keepChange(within: Within, { space, cells, seq }: ProjectionChange, newName: () => string): Promise<void> {
	await within
		.insertInto('reading')
		.values({ space, name: newName(), seq })
		.onConflict((conflict) => conflict.column('space').doUpdateSet({ seq }))
		.execute();
	const touched = new Map<string, ProjectionChange['cells'][number][]>();
	for (const cell of cells) {
		const key = `${cell.collection} ${cell.record}`;
		touched.set(key, [...(touched.get(key) ?? []), cell]);
	}
	for (const group of touched.values()) await keepRecord(within, space, group, seq);
	// A tag's name stands in each of its tasks.
	const renamed = [...touched.values()].flatMap(([cell]) => (cell!.collection === tags.number ? [cell!.record] : []));
	for (const tag of renamed)
		await within
			.updateTable('record')
			.set({ seq })
			.where('space', '=', space)
			.where('collection', '=', tasks.number)
			.where('id', 'in', (from) =>
				from.selectFrom('task').select('task.id').where('task.space', '=', space).where('task.tags', 'like', `% ${tag} %`),
			)
			.execute();
}

async function keepRecord(within: Within, space: SpaceId, cells: ProjectionChange['cells'], seq: number): Promise<void> {
	const { collection, record: id } = cells[0]!;
	const before = await within
		.selectFrom('record')
		.select(['registers', 'changed_at'])
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where('id', '=', id)
		.executeTakeFirst();
	const registers = new Map((before ? entriesOf(before.registers) : []).map((entry) => [`${entry.field} ${entry.key}`, entry]));
	for (const { field, key, value } of cells) registers.set(`${field} ${key}`, { field, key, value });
	const changed_at = cells.reduce((latest, { stamp }) => Math.max(latest, timeOf(stamp)), before?.changed_at ?? 0);
	const entries = [...registers.values()];
	const now = { registers: JSON.stringify(entries.map(({ field, key, value }) => [field, key, value])), seq, changed_at };
	await within
		.insertInto('record')
		.values({ space, collection, id, ...now })
		.onConflict((conflict) => conflict.columns(['space', 'collection', 'id']).doUpdateSet(now))
		.execute();
	if (collection === tasks.number) await placeTask(within, space, id, readRow(tasks, id, entries), seq);
}

/** Notes where a task is now, and that it is no longer where it was. */
async function placeTask(within: Within, space: SpaceId, id: RecordId, task: Task | undefined, seq: number): Promise<void> {
	const before = await within
		.deleteFrom('task')
		.where('space', '=', space)
		.where('id', '=', id)
		.returning(['home', 'name'])
		.executeTakeFirst();
	const shown = task && task.deletedAt === null ? task : null;
	const home = shown?.project ?? '';
	const uid = shown ? shown.uid || id : '';
	const name = shown ? shown.calendarName || `${uid}.ics` : '';
	if (shown) {
		const tags = [...shown.tags].map((tag) => ` ${tag} `).join('');
		await within.insertInto('task').values({ space, id, home, uid, name, tags, parent: shown.parent }).execute();
		await within.deleteFrom('left_task').where('space', '=', space).where('home', '=', home).where('name', '=', name).execute();
	}
	if (before && (!shown || before.home !== home || before.name !== name))
		await within
			.insertInto('left_task')
			.values({ space, ...before, seq })
			.onConflict((conflict) => conflict.columns(['space', 'home', 'name']).doUpdateSet({ seq }))
			.execute();
}

/** Drops everything that is known of a space. */
export async function dropSpace(within: Within, space: SpaceId): Promise<void> {
	for (const table of ['record', 'task', 'left_task', 'reading'] as const)
		await within.deleteFrom(table).where('space', '=', space).execute();
}

/** A task with the name under which it is in its calendar. */
export interface PlacedTask {
	readonly space: SpaceId;
	readonly home: string;
	readonly name: string;
	readonly uid: string;
	readonly seq: number;
	readonly changedAt: number;
	readonly task: Task;
}

/** Which tasks of a space are wanted. */
export interface Wanted {
	readonly home?: string;
	readonly names?: readonly string[];
	readonly uids?: readonly string[];
	readonly ids?: readonly RecordId[];
	readonly parents?: readonly RecordId[];
	readonly after?: number;
}

/** Tasks that are in calendars, by their names. */
export async function tasksOf(db: Db, space: SpaceId, wanted: Wanted): Promise<PlacedTask[]> {
	const lists = { name: wanted.names, uid: wanted.uids, id: wanted.ids, parent: wanted.parents } as const;
	const [column, values] = (Object.entries(lists) as [keyof typeof lists, readonly string[] | undefined][]).find(
		([, list]) => list !== undefined,
	) ?? [null, undefined];
	const found: PlacedTask[] = [];
	for (let at = 0; at === 0 || at < (values?.length ?? 0); at += BATCH) {
		let query = db
			.selectFrom('task')
			.innerJoin('record', (join) =>
				join
					.onRef('record.space', '=', 'task.space')
					.onRef('record.id', '=', 'task.id')
					.on('record.collection', '=', tasks.number),
			)
			.select(['task.id', 'task.home', 'task.name', 'task.uid', 'record.seq', 'record.changed_at', 'record.registers'])
			.where('task.space', '=', space);
		if (wanted.home !== undefined) query = query.where('task.home', '=', wanted.home);
		if (wanted.after !== undefined) query = query.where('record.seq', '>', wanted.after);
		if (column !== null) query = query.where(`task.${column}`, 'in', values!.slice(at, at + BATCH));
		for (const { id, registers, changed_at, ...row } of await query.orderBy('task.name').execute()) {
			const task = readRow(tasks, id, entriesOf(registers));
			if (task) found.push({ space, task, changedAt: changed_at, ...row });
		}
	}
	return found;
}

/** What a record is, in the trash or not, with the counter of its last change; `null` when there was never one. */
export async function recordOf<C extends Collection>(
	db: Db,
	space: SpaceId,
	collection: C,
	id: RecordId,
): Promise<{ readonly row: Row<C> | undefined; readonly seq: number } | null> {
	const held = await db
		.selectFrom('record')
		.select(['registers', 'seq'])
		.where('space', '=', space)
		.where('collection', '=', collection.number)
		.where('id', '=', id)
		.executeTakeFirst();
	return held ? { row: readRow(collection, id, entriesOf(held.registers)), seq: held.seq } : null;
}

/** The projects and tags of spaces. */
export async function projectsOf(
	db: Db,
	spaces: readonly SpaceId[],
): Promise<{ space: SpaceId; project: Project; seq: number }[]> {
	const rows = await rowsOf(db, spaces, projects);
	return rows.map(({ row, ...more }) => ({ project: row, ...more }));
}

export async function tagsOf(db: Db, space: SpaceId): Promise<Tag[]> {
	return (await rowsOf(db, [space], tags)).map(({ row }) => row);
}

async function rowsOf<C extends Collection>(db: Db, spaces: readonly SpaceId[], collection: C) {
	if (spaces.length === 0) return [];
	const held = await db
		.selectFrom('record')
		.select(['space', 'id', 'registers', 'seq'])
		.where('collection', '=', collection.number)
		.where('space', 'in', spaces)
		.execute();
	return held.flatMap(({ space, id, registers, seq }) => {
		const row = readRow(collection, id, entriesOf(registers));
		return row ? [{ space, row, seq }] : [];
	});
}

/** Names of files that left a calendar since. */
export async function leftSince(db: Db, space: SpaceId, home: string, seq: number): Promise<{ name: string; seq: number }[]> {
	return db
		.selectFrom('left_task')
		.select(['name', 'seq'])
		.where('space', '=', space)
		.where('home', '=', home)
		.where('seq', '>', seq)
		.execute();
}

/** How far spaces were read. */
export async function readingsOf(db: Db, spaces: readonly SpaceId[]): Promise<Map<SpaceId, { name: string; seq: number }>> {
	if (spaces.length === 0) return new Map();
	const rows = await db.selectFrom('reading').selectAll().where('space', 'in', spaces).execute();
	return new Map(rows.map(({ space, name, seq }) => [space, { name, seq }]));
}

function entriesOf(registers: string): Entry[] {
	return (JSON.parse(registers) as [number, string, Entry['value']][]).map(([field, key, value]) => ({ field, key, value }));
}
