import { type Collection, readRow, type RecordId, type Row } from '@mana/model';
import type { ProjectionChange } from '@mana/service/projection/index';
import { type SpaceId, timeOf } from '@mana/sync';
import type { Transaction } from 'kysely';
import type { Named, ObjectKind } from './kind.ts';
import { BATCH, entriesOf } from './objects.ts';
import type { RecordTables } from './tables.ts';

type Within = Transaction<RecordTables>;

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
