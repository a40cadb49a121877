import { type Collection, type Entry, readRow, type RecordId, type Row } from '@mana/model';
import type { ProjectionChange } from '@mana/service/projection/index';
import { type SpaceId, timeOf } from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import type { RecordTables } from './tables.ts';

export type RecordDb = Kysely<RecordTables>;
type Within = Transaction<RecordTables>;

/** Where a record lies as a file. */
export interface Place {
	/** Id of what it lies in; empty: of nothing. */
	readonly home: string;
	readonly uid: string;
	/** Name of its file. */
	readonly name: string;
}

/** Which records of an app are files. */
export interface ObjectKind<C extends Collection = Collection> {
	readonly collection: C;
	/** `null`: it is none, since it is in the trash or a part of another one. */
	place(row: Row<C>): Place | null;
	/** Records of which its text says something too: its tags, its parent. */
	ties(row: Row<C>): readonly RecordId[];
	/** Records that stand in the text of an object and are no files themselves. */
	readonly parts: readonly Part[];
}

/** Records that belong to another one: an occurrence that was changed to its event, a guest to what they are invited to. */
export interface Part {
	readonly collection: Collection;
	/** The record that it belongs to; `null`: to none. */
	of(id: RecordId, entries: readonly Entry[]): RecordId | null;
}

/** Says to what the records of a collection belong. */
export function part<C extends Collection>(collection: C, of: (row: Row<C>) => RecordId | null): Part {
	return {
		collection,
		of(id, entries) {
			const row = readRow(collection, id, entries);
			return row ? of(row) : null;
		},
	};
}

/** A record with the name under which it is in its collection. */
export interface Placed<C extends Collection = Collection> extends Place {
	readonly space: SpaceId;
	/** The space's counter when it changed last, with what belongs to it. */
	readonly seq: number;
	/** When it was written last, ms since 1970. */
	readonly changedAt: number;
	readonly row: Row<C>;
}

/** Which objects of a space are wanted. */
export interface Wanted {
	readonly home?: string;
	readonly names?: readonly string[];
	readonly uids?: readonly string[];
	readonly ids?: readonly RecordId[];
	readonly after?: number;
}

/** How many are asked for at once. */
const BATCH = 500;
/** A guest belongs to an occurrence, which belongs to a series. */
const DEEPEST = 2;

/** Takes over what changed. @param newName a name that no reading of a space ever had */
export async function keepChange<C extends Collection>(
	within: Within,
	kind: ObjectKind<C>,
	{ space, cells, seq }: ProjectionChange,
	newName: () => string,
): Promise<void> {
	await within
		.insertInto('mana_reading')
		.values({ space, name: newName(), seq })
		.onConflict((conflict) => conflict.column('space').doUpdateSet({ seq }))
		.execute();
	const touched = new Map<string, ProjectionChange['cells'][number][]>();
	for (const cell of cells) {
		const key = `${cell.collection} ${cell.record}`;
		touched.set(key, [...(touched.get(key) ?? []), cell]);
	}
	for (const group of touched.values()) await keepRecord(within, kind, space, group, seq);
}

async function keepRecord<C extends Collection>(
	within: Within,
	kind: ObjectKind<C>,
	space: SpaceId,
	cells: ProjectionChange['cells'],
	seq: number,
): Promise<void> {
	const { collection, record: id } = cells[0]!;
	const before = await within
		.selectFrom('mana_record')
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
		.insertInto('mana_record')
		.values({ space, collection, id, ...now })
		.onConflict((conflict) => conflict.columns(['space', 'collection', 'id']).doUpdateSet(now))
		.execute();
	await within.deleteFrom('mana_tie').where('space', '=', space).where('by', '=', id).execute();
	if (collection === kind.collection.number)
		await placeObject(within, kind, { space, id, seq, changed_at }, readRow(kind.collection, id, entries));
	for (const part of kind.parts.filter((one) => one.collection.number === collection)) {
		const object = part.of(id, entries);
		if (object !== null) await within.insertInto('mana_tie').values({ space, by: id, object, record: id }).execute();
	}
	// Whatever says something of it has changed with it, and whatever that is a part of.
	let changed: readonly RecordId[] = [id];
	for (let deep = 0; deep < DEEPEST; deep++) changed = await touchObjects(within, space, changed, seq);
}

/** Objects that say something of these records have changed. @returns which */
async function touchObjects(within: Within, space: SpaceId, records: readonly RecordId[], seq: number): Promise<RecordId[]> {
	const touched = new Set<RecordId>();
	for (let at = 0; at < records.length; at += BATCH) {
		const tied = await within
			.selectFrom('mana_tie')
			.select('object')
			.distinct()
			.where('space', '=', space)
			.where('record', 'in', records.slice(at, at + BATCH))
			.execute();
		for (const { object } of tied) touched.add(object);
	}
	const objects = [...touched];
	for (let at = 0; at < objects.length; at += BATCH)
		await within
			.updateTable('mana_object')
			.set({ seq })
			.where('space', '=', space)
			.where('id', 'in', objects.slice(at, at + BATCH))
			.execute();
	return objects;
}

/** Notes where an object is now, and that it is no longer where it was. */
async function placeObject<C extends Collection>(
	within: Within,
	kind: ObjectKind<C>,
	{ space, id, seq, changed_at }: { space: SpaceId; id: RecordId; seq: number; changed_at: number },
	row: Row<C> | undefined,
): Promise<void> {
	const before = await within
		.deleteFrom('mana_object')
		.where('space', '=', space)
		.where('id', '=', id)
		.returning(['home', 'name'])
		.executeTakeFirst();
	const place = row ? kind.place(row) : null;
	if (place) {
		await within
			.insertInto('mana_object')
			.values({ space, id, ...place, seq, changed_at })
			.execute();
		const { home, name } = place;
		await within.deleteFrom('mana_left').where('space', '=', space).where('home', '=', home).where('name', '=', name).execute();
	}
	if (before && (!place || before.home !== place.home || before.name !== place.name))
		await within
			.insertInto('mana_left')
			.values({ space, ...before, seq })
			.onConflict((conflict) => conflict.columns(['space', 'home', 'name']).doUpdateSet({ seq }))
			.execute();
	const ties = row && place ? [...new Set(kind.ties(row))] : [];
	if (ties.length > 0)
		await within
			.insertInto('mana_tie')
			.values(ties.map((record) => ({ space, by: id, object: id, record })))
			.execute();
}

/** Drops everything that is known of a space. */
export async function dropSpace(within: Within, space: SpaceId): Promise<void> {
	for (const table of ['mana_record', 'mana_object', 'mana_tie', 'mana_left', 'mana_reading'] as const)
		await within.deleteFrom(table).where('space', '=', space).execute();
}

/** Objects that are in collections, by their names. */
export async function objectsOf<C extends Collection>(
	db: RecordDb,
	{ collection }: ObjectKind<C>,
	space: SpaceId,
	wanted: Wanted,
): Promise<Placed<C>[]> {
	const lists = { name: wanted.names, uid: wanted.uids, id: wanted.ids } as const;
	const [column, values] = (Object.entries(lists) as [keyof typeof lists, readonly string[] | undefined][]).find(
		([, list]) => list !== undefined,
	) ?? [null, undefined];
	const found: Placed<C>[] = [];
	for (let at = 0; at === 0 || at < (values?.length ?? 0); at += BATCH) {
		let query = db
			.selectFrom('mana_object as object')
			.innerJoin('mana_record as record', (join) =>
				join
					.onRef('record.space', '=', 'object.space')
					.onRef('record.id', '=', 'object.id')
					.on('record.collection', '=', collection.number),
			)
			.select(['object.id', 'object.home', 'object.name', 'object.uid', 'object.seq', 'object.changed_at', 'record.registers'])
			.where('object.space', '=', space);
		if (wanted.home !== undefined) query = query.where('object.home', '=', wanted.home);
		if (wanted.after !== undefined) query = query.where('object.seq', '>', wanted.after);
		if (column !== null) query = query.where(`object.${column}`, 'in', values!.slice(at, at + BATCH));
		for (const { id, registers, changed_at, ...place } of await query.orderBy('object.name').execute()) {
			const row = readRow(collection, id, entriesOf(registers));
			if (row) found.push({ space, row, changedAt: changed_at, ...place });
		}
	}
	return found;
}

/** Objects whose text says something of a record: the tasks with a tag, the steps of a task. */
export async function objectsTiedTo<C extends Collection>(
	db: RecordDb,
	kind: ObjectKind<C>,
	space: SpaceId,
	record: RecordId,
): Promise<Placed<C>[]> {
	const ties = await db
		.selectFrom('mana_tie')
		.select('object')
		.where('space', '=', space)
		.where('record', '=', record)
		.where('by', '!=', record)
		.execute();
	return ties.length === 0 ? [] : objectsOf(db, kind, space, { ids: ties.map(({ object }) => object) });
}

/** The records of a collection that are parts of others, by what they belong to; those in the trash too. */
export async function partsOf<C extends Collection>(
	db: RecordDb,
	collection: C,
	space: SpaceId,
	wholes: readonly RecordId[],
): Promise<Map<RecordId, Row<C>[]>> {
	const parts = new Map<RecordId, Row<C>[]>();
	for (let at = 0; at < wholes.length; at += BATCH) {
		const rows = await db
			.selectFrom('mana_tie as tie')
			.innerJoin('mana_record as record', (join) =>
				join
					.onRef('record.space', '=', 'tie.space')
					.onRef('record.id', '=', 'tie.record')
					.on('record.collection', '=', collection.number),
			)
			.select(['tie.object', 'record.id', 'record.registers'])
			.where('tie.space', '=', space)
			.whereRef('tie.by', '=', 'tie.record')
			.where('tie.object', 'in', wholes.slice(at, at + BATCH))
			.orderBy('record.id')
			.execute();
		for (const { object, id, registers } of rows) {
			const row = readRow(collection, id, entriesOf(registers));
			if (row) parts.set(object, [...(parts.get(object) ?? []), row]);
		}
	}
	return parts;
}

/** What a record is, in the trash or not, with the counter of its last change; `null` when there was never one. */
export async function recordOf<C extends Collection>(
	db: RecordDb,
	space: SpaceId,
	collection: C,
	id: RecordId,
): Promise<{ readonly row: Row<C> | undefined; readonly seq: number } | null> {
	const held = await db
		.selectFrom('mana_record')
		.select(['registers', 'seq'])
		.where('space', '=', space)
		.where('collection', '=', collection.number)
		.where('id', '=', id)
		.executeTakeFirst();
	return held ? { row: readRow(collection, id, entriesOf(held.registers)), seq: held.seq } : null;
}

/** All records of a collection in spaces, those in the trash too. */
export async function rowsOf<C extends Collection>(
	db: RecordDb,
	spaces: readonly SpaceId[],
	collection: C,
): Promise<{ readonly space: SpaceId; readonly row: Row<C>; readonly seq: number }[]> {
	if (spaces.length === 0) return [];
	const held = await db
		.selectFrom('mana_record')
		.select(['space', 'id', 'registers', 'seq'])
		.where('collection', '=', collection.number)
		.where('space', 'in', spaces)
		.execute();
	return held.flatMap(({ space, id, registers, seq }) => {
		const row = readRow(collection, id, entriesOf(registers));
		return row ? [{ space, row, seq }] : [];
	});
}

/** Names of files that left a collection since. */
export async function leftSince(
	db: RecordDb,
	space: SpaceId,
	home: string,
	seq: number,
): Promise<{ name: string; seq: number }[]> {
	return db
		.selectFrom('mana_left')
		.select(['name', 'seq'])
		.where('space', '=', space)
		.where('home', '=', home)
		.where('seq', '>', seq)
		.execute();
}

/** How far spaces were read. */
export async function readingsOf(db: RecordDb, spaces: readonly SpaceId[]): Promise<Map<SpaceId, { name: string; seq: number }>> {
	if (spaces.length === 0) return new Map();
	const rows = await db.selectFrom('mana_reading').selectAll().where('space', 'in', spaces).execute();
	return new Map(rows.map(({ space, name, seq }) => [space, { name, seq }]));
}

function entriesOf(registers: string): Entry[] {
	return (JSON.parse(registers) as [number, string, Entry['value']][]).map(([field, key, value]) => ({ field, key, value }));
}
