import type { Collection, Field, RecordId, Register, Row } from '@mana/model';
import { systemFields } from '@mana/model';
import { placeOf, type Slot } from './replica.ts';

/** A row of whatever collection. */
export type AnyRow = Row<Collection>;

interface Reader {
	readonly blank: Readonly<Record<string, unknown>>;
	readonly names: ReadonlyMap<number, string>;
}

const readers = new WeakMap<Collection, Reader>();

/** The row that the registers of a record make, `undefined` when it has none or was purged. */
export function buildRow(collection: Collection, id: RecordId, registers: Iterable<[Slot, Register]>): AnyRow | undefined {
	const { blank, names } = readerOf(collection);
	const row: Record<string, unknown> = { id, ...blank };
	let sets: Map<string, Set<string>> | null = null;
	let empty = true;
	for (const [slot, { value }] of registers) {
		empty = false;
		const { field: number, key } = placeOf(slot);
		if (number === systemFields.purged.number && value === true) return undefined;
		const name = names.get(number);
		const field = name && collection.byNumber.get(number);
		if (!name || !field) continue; // written by a newer app: kept and passed on, not shown
		if (!field.keyed) row[name] = field.read(value);
		else if (value === true) {
			sets ??= new Map();
			const keys = sets.get(name);
			if (keys) keys.add(key);
			else sets.set(name, new Set([key]));
		}
	}
	if (empty) return undefined;
	if (sets) for (const [name, keys] of sets) row[name] = keys;
	return row as unknown as AnyRow;
}

/** Whether two rows of one collection read the same. */
export function sameRow(a: AnyRow, b: AnyRow): boolean {
	const left = a as unknown as Record<string, unknown>;
	const right = b as unknown as Record<string, unknown>;
	for (const name in left) if (!sameValue(left[name], right[name])) return false;
	return true;
}

function readerOf(collection: Collection): Reader {
	let reader = readers.get(collection);
	if (!reader) {
		const names = new Map<number, string>();
		const blank: Record<string, unknown> = { createdAt: null, deletedAt: null };
		for (const [name, field] of Object.entries<Field<unknown>>(collection.fields)) {
			names.set(field.number, name);
			blank[name] = field.fallback;
		}
		names.set(systemFields.createdAt.number, 'createdAt');
		names.set(systemFields.deletedAt.number, 'deletedAt');
		readers.set(collection, (reader = { blank, names }));
	}
	return reader;
}

function sameValue(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((key) => b.has(key));
	if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, at) => byte === b[at]);
	return false;
}
