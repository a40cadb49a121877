import { type Entry, readRow, type RecordId } from '@mana/model';
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
	const touched = new Map<number, Map<RecordId, Cell[]>>();
	for (const cell of cells) {
		const records = touched.get(cell.collection) ?? new Map<RecordId, Cell[]>();
		touched.set(cell.collection, records.set(cell.record, [...(records.get(cell.record) ?? []), cell]));
	}
	for (const [collection, records] of touched) {
		const all = [...records];
		for (let at = 0; at < all.length; at += BATCH) {
			await keepRecords(within, kinds, { space, collection, seq }, all.slice(at, at + BATCH));
			await others();
		}
	}
	// Whatever says something of what changed has changed with it, and whatever that is a part of.
	let changed: readonly RecordId[] = [...touched.values()].flatMap((records) => [...records.keys()]);
	for (let deep = 0; deep < DEEPEST; deep++) changed = await touchObjects(within, space, changed, seq);
}

type Cell = ProjectionChange['cells'][number];
/** What changed together: in which space, of which collection, up to which counter of the space. */
interface Part {
	readonly space: SpaceId;
	readonly collection: number;
	readonly seq: number;
}
/** A record as it is now. */
interface Kept {
	readonly id: RecordId;
	readonly entries: readonly Entry[];
	readonly changed_at: number;
}

/** Lets everything else have a turn: a change may be as long as a whole space. */
const others = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes over some records of a collection, all with as many questions as one. */
async function keepRecords(
	within: Within,
	kinds: readonly ObjectKind[],
	part: Part,
	changed: readonly (readonly [RecordId, readonly Cell[]])[],
): Promise<void> {
	const { space, collection, seq } = part;
	const ids = changed.map(([id]) => id);
	const before = await within
		.selectFrom('mana_record')
		.select(['id', 'registers', 'changed_at'])
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where('id', 'in', ids)
		.execute();
	const known = new Map(before.map((row) => [row.id, row]));
	const all = changed.map(([id, cells]): Kept => {
		const row = known.get(id);
		const registers = new Map((row ? entriesOf(row.registers) : []).map((entry) => [`${entry.field} ${entry.key}`, entry]));
		for (const { field, key, value } of cells) registers.set(`${field} ${key}`, { field, key, value });
		const changed_at = cells.reduce((latest, { stamp }) => Math.max(latest, timeOf(stamp)), row?.changed_at ?? 0);
		return { id, entries: [...registers.values()], changed_at };
	});
	await within
		.insertInto('mana_record')
		.values(
			all.map(({ id, entries, changed_at }) => {
				const registers = JSON.stringify(entries.map(({ field, key, value }) => [field, key, value]));
				return { space, collection, id, registers, seq, changed_at };
			}),
		)
		.onConflict((conflict) =>
			conflict.columns(['space', 'collection', 'id']).doUpdateSet((eb) => ({
				registers: eb.ref('excluded.registers'),
				seq: eb.ref('excluded.seq'),
				changed_at: eb.ref('excluded.changed_at'),
			})),
		)
		.execute();
	await within.deleteFrom('mana_tie').where('space', '=', space).where('by', 'in', ids).execute();
	const own = kinds.find((kind) => kind.collection.number === collection);
	const moved = own ? await placeObjects(within, own, part, all) : [];
	const parts = kinds.flatMap((kind) => kind.parts).filter((one) => one.collection.number === collection);
	const ties = all.flatMap(({ id, entries }) =>
		[...new Set(parts.flatMap((one) => one.of(id, entries) ?? []))].map((object) => ({ space, by: id, object, record: id })),
	);
	if (ties.length > 0) await within.insertInto('mana_tie').values(ties).execute();
	const namings = kinds.flatMap((kind) => kind.namings);
	const said = namings.filter((one) => one.collection.number === collection);
	if (said.length > 0)
		for (const { id, entries } of all) await keepNamings(within, space, id, said.flatMap((one) => one.of(id, entries)), seq); // prettier-ignore
	if (namings.length > 0) for (const id of moved) await touchNaming(within, space, id, seq);
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

/** Notes where objects are now, and that they are no longer where they were. @returns those of which others see another UID, or that they came or went */
async function placeObjects(
	within: Within,
	kind: ObjectKind,
	{ space, collection, seq }: Part,
	all: readonly Kept[],
): Promise<RecordId[]> {
	const known = await within
		.deleteFrom('mana_object')
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where(
			'id',
			'in',
			all.map(({ id }) => id),
		)
		.returning(['id', 'home', 'name', 'uid'])
		.execute();
	const before = new Map(known.map((row) => [row.id, row]));
	const now = all.map(({ id, entries, changed_at }) => {
		const row = readRow(kind.collection, id, entries);
		return { id, changed_at, row, place: row ? kind.place(row) : null };
	});
	const placed = now.flatMap(({ id, changed_at, place }) =>
		place ? [{ space, id, collection, ...place, seq, changed_at }] : [],
	);
	if (placed.length > 0) await within.insertInto('mana_object').values(placed).execute();
	// One may be where another was or still is, where two were given one name: what is left is noted first, and only where nothing is.
	const left = new Map(
		now.flatMap(({ id, place }) => {
			const { home, name } = before.get(id) ?? {};
			if (home === undefined || name === undefined || (place && home === place.home && name === place.name)) return [];
			return [[`${home}/${name}`, { space, home, name, seq }]];
		}),
	);
	for (const [home, gone] of Map.groupBy(left.values(), (one) => one.home)) {
		const names = gone.map(({ name }) => name);
		const there = await within
			.selectFrom('mana_object')
			.select('name')
			.where('space', '=', space)
			.where('home', '=', home)
			.where('name', 'in', names)
			.execute();
		for (const { name } of there) left.delete(`${home}/${name}`);
	}
	if (left.size > 0)
		await within
			.insertInto('mana_left')
			.values([...left.values()])
			.onConflict((conflict) => conflict.columns(['space', 'home', 'name']).doUpdateSet({ seq }))
			.execute();
	for (const [home, here] of Map.groupBy(placed, (one) => one.home))
		await within
			.deleteFrom('mana_left')
			.where('space', '=', space)
			.where('home', '=', home)
			.where(
				'name',
				'in',
				here.map(({ name }) => name),
			)
			.execute();
	const ties = now.flatMap(({ id, row, place }) =>
		row && place ? [...new Set(kind.ties(row))].map((record) => ({ space, by: id, object: id, record })) : [],
	);
	for (let at = 0; at < ties.length; at += BATCH)
		await within
			.insertInto('mana_tie')
			.values(ties.slice(at, at + BATCH))
			.execute();
	return now.flatMap(({ id, place }) => (before.get(id)?.uid !== place?.uid || before.get(id)?.home !== place?.home ? [id] : []));
}

/** Drops everything that is known of a space. */
export async function dropSpace(within: Within, space: SpaceId): Promise<void> {
	for (const table of ['mana_record', 'mana_object', 'mana_tie', 'mana_naming', 'mana_left', 'mana_reading'] as const)
		await within.deleteFrom(table).where('space', '=', space).execute();
}
