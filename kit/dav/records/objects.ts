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
	/** Where its text has the UIDs of other objects in it; empty: nowhere. */
	readonly namings: readonly Naming[];
}

/**
 * Records that make an object name others by their UIDs: a group its members, a person who they are related to. What those say else of
 * themselves means nothing to it: it has changed when they come, go, or have another UID.
 */
export interface Naming {
	/** Of the records that say so: those who are in a group say that themselves. */
	readonly collection: Collection;
	of(id: RecordId, entries: readonly Entry[]): readonly Named[];
}

/** An object in whose text another one is named. */
export interface Named {
	readonly object: RecordId;
	readonly names: RecordId;
}

/** Says whom the records of a collection make objects name. */
export function naming<C extends Collection>(collection: C, of: (row: Row<C>) => readonly Named[]): Naming {
	return {
		collection,
		of(id, entries) {
			const row = readRow(collection, id, entries);
			return row ? of(row) : [];
		},
	};
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
	readonly collection: C;
	readonly row: Row<C>;
}

/** Whether an object of one of several kinds is one of this collection. */
export function isOf<C extends Collection>(placed: Placed, collection: C): placed is Placed<C> {
	return placed.collection.number === collection.number;
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
export async function keepChange(
	within: Within,
	kinds: readonly ObjectKind[],
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
	for (const group of touched.values()) await keepRecord(within, kinds, space, group, seq);
}

async function keepRecord(
	within: Within,
	kinds: readonly ObjectKind[],
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
	const own = kinds.find((kind) => kind.collection.number === collection);
	const moved = own !== undefined && (await placeObject(within, own, { space, id, collection, seq, changed_at }, readRow(own.collection, id, entries))); // prettier-ignore
	for (const part of kinds.flatMap(({ parts }) => parts).filter((one) => one.collection.number === collection)) {
		const object = part.of(id, entries);
		if (object !== null) await within.insertInto('mana_tie').values({ space, by: id, object, record: id }).execute();
	}
	const namings = kinds.flatMap((kind) => kind.namings);
	const said = namings.filter((one) => one.collection.number === collection);
	if (said.length > 0) await keepNamings(within, space, id, said.flatMap((one) => one.of(id, entries)), seq); // prettier-ignore
	if (moved && namings.length > 0) await touchNaming(within, space, id, seq);
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
	await touch(within, space, objects, seq);
	return objects;
}

async function touch(within: Within, space: SpaceId, objects: readonly RecordId[], seq: number): Promise<void> {
	for (let at = 0; at < objects.length; at += BATCH)
		await within
			.updateTable('mana_object')
			.set({ seq })
			.where('space', '=', space)
			.where('id', 'in', objects.slice(at, at + BATCH))
			.execute();
}

/** Notes whom a record makes objects name by now. An object that names somebody else than before has changed. */
async function keepNamings(within: Within, space: SpaceId, by: RecordId, now: readonly Named[], seq: number): Promise<void> {
	const before = await within
		.deleteFrom('mana_naming')
		.where('space', '=', space)
		.where('by', '=', by)
		.returning(['object', 'names'])
		.execute();
	const keyed = (all: readonly Named[]) => new Map(all.map((one) => [`${one.object} ${one.names}`, one]));
	const [old, fresh] = [keyed(before), keyed(now)];
	const rows = [...fresh.values()].map(({ object, names }) => ({ space, by, object, names }));
	for (let at = 0; at < rows.length; at += BATCH)
		await within
			.insertInto('mana_naming')
			.values(rows.slice(at, at + BATCH))
			.execute();
	const differing = [...old].filter(([key]) => !fresh.has(key)).concat([...fresh].filter(([key]) => !old.has(key)));
	await touch(within, space, [...new Set(differing.map(([, { object }]) => object))], seq);
}

/** An object came, went, or has another UID: those whose text names it have changed. */
async function touchNaming(within: Within, space: SpaceId, names: RecordId, seq: number): Promise<void> {
	const naming = await within
		.selectFrom('mana_naming')
		.select('object')
		.distinct()
		.where('space', '=', space)
		.where('names', '=', names)
		.execute();
	await touch(
		within,
		space,
		naming.map(({ object }) => object),
		seq,
	);
}

/** Notes where an object is now, and that it is no longer where it was. @returns whether others see another UID of it, or that it came or went */
async function placeObject(
	within: Within,
	kind: ObjectKind,
	{
		space,
		id,
		collection,
		seq,
		changed_at,
	}: { space: SpaceId; id: RecordId; collection: number; seq: number; changed_at: number },
	row: Row<Collection> | undefined,
): Promise<boolean> {
	const before = await within
		.deleteFrom('mana_object')
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where('id', '=', id)
		.returning(['home', 'name', 'uid'])
		.executeTakeFirst();
	const place = row ? kind.place(row) : null;
	if (place) {
		await within
			.insertInto('mana_object')
			.values({ space, id, collection, ...place, seq, changed_at })
			.execute();
		const { home, name } = place;
		await within.deleteFrom('mana_left').where('space', '=', space).where('home', '=', home).where('name', '=', name).execute();
	}
	if (before && (!place || before.home !== place.home || before.name !== place.name))
		await within
			.insertInto('mana_left')
			.values({ space, home: before.home, name: before.name, seq })
			.onConflict((conflict) => conflict.columns(['space', 'home', 'name']).doUpdateSet({ seq }))
			.execute();
	const ties = row && place ? [...new Set(kind.ties(row))] : [];
	if (ties.length > 0)
		await within
			.insertInto('mana_tie')
			.values(ties.map((record) => ({ space, by: id, object: id, record })))
			.execute();
	return before?.uid !== place?.uid || before?.home !== place?.home;
}

/** Drops everything that is known of a space. */
export async function dropSpace(within: Within, space: SpaceId): Promise<void> {
	for (const table of ['mana_record', 'mana_object', 'mana_tie', 'mana_naming', 'mana_left', 'mana_reading'] as const)
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
					.onRef('record.collection', '=', 'object.collection'),
			)
			.select(['object.id', 'object.home', 'object.name', 'object.uid', 'object.seq', 'object.changed_at', 'record.registers'])
			.where('object.space', '=', space)
			.where('object.collection', '=', collection.number);
		if (wanted.home !== undefined) query = query.where('object.home', '=', wanted.home);
		if (wanted.after !== undefined) query = query.where('object.seq', '>', wanted.after);
		if (column !== null) query = query.where(`object.${column}`, 'in', values!.slice(at, at + BATCH));
		for (const { id, registers, changed_at, ...place } of await query.orderBy('object.name').execute()) {
			const row = readRow(collection, id, entriesOf(registers));
			if (row) found.push({ space, collection, row, changedAt: changed_at, ...place });
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

/** What makes these objects name others. */
export async function namingsOf(
	db: RecordDb,
	space: SpaceId,
	objects: readonly RecordId[],
): Promise<(Named & { /** The record that says so. */ readonly by: RecordId })[]> {
	const found: (Named & { readonly by: RecordId })[] = [];
	for (let at = 0; at < objects.length; at += BATCH)
		found.push(
			...(await db
				.selectFrom('mana_naming')
				.select(['by', 'object', 'names'])
				.where('space', '=', space)
				.where('object', 'in', objects.slice(at, at + BATCH))
				.execute()),
		);
	return found;
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
