import { type Collection, type Entry, readRow, type RecordId, type Row } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import type { Kysely } from 'kysely';
import type { Named, ObjectKind, Placed, Wanted } from './kind.ts';
import type { RecordTables } from './tables.ts';

export type RecordDb = Kysely<RecordTables>;

/** How many are asked for at once. */
export const BATCH = 500;

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
): Promise<{ readonly space: SpaceId; readonly row: Row<C>; readonly seq: number; readonly changedAt: number }[]> {
	if (spaces.length === 0) return [];
	const held = await db
		.selectFrom('mana_record')
		.select(['space', 'id', 'registers', 'seq', 'changed_at'])
		.where('collection', '=', collection.number)
		.where('space', 'in', spaces)
		.execute();
	return held.flatMap(({ space, id, registers, seq, changed_at: changedAt }) => {
		const row = readRow(collection, id, entriesOf(registers));
		return row ? [{ space, row, seq, changedAt }] : [];
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

/** What a row holds of a record, cell by cell. */
export function entriesOf(registers: string): Entry[] {
	return (JSON.parse(registers) as [number, string, Entry['value']][]).map(([field, key, value]) => ({ field, key, value }));
}
