import type { AnyField } from './field.ts';
import { compareWrites, lww, set } from './laws/index.ts';
import type { Entry } from './records.ts';
import type { Register, Value } from './value.ts';

/**
 * How one field of a collection was written before `version`, and how it is now (sync.md §6.10). Both fields keep their numbers for ever
 * and both stand in the store: what a new app writes it also writes the old way, and what an old app wrote later it reads through `up`.
 * So apps of both versions work on the same records, and no server has to know.
 */
export interface Lens {
	readonly version: number;
	readonly from: AnyField;
	readonly to: AnyField;
	/** The new value for an old one; `undefined` when there is none. Pure and total. */
	up(value: Value, key: string): Value | undefined;
	/** The old value for a new one. */
	down(value: Value, key: string): Value | undefined;
}

/**
 * Declares a lens. `null` (cleared, or out of a set) stays `null` both ways.
 *
 * @param version the version of the collection that has `to` in place of `from`
 * @throws when the two do not merge alike: then the later write of one could lose to an earlier one of the other
 */
export function lens(
	version: number,
	from: AnyField,
	to: AnyField,
	{ up, down }: { up(value: NonNullable<Value>): Value; down(value: NonNullable<Value>): Value },
): Lens {
	const alike = from.law === to.law && from.form.kind === to.form.kind && (to.law === lww || to.law === set);
	if (!alike)
		throw new Error(`A lens from ${from.type} to ${to.type}: both must be fields whose later write wins, or both have keys.`);
	return {
		version,
		from,
		to,
		up: (value, key) => through(up, to, value, key),
		down: (value, key) => through(down, from, value, key),
	};
}

/** An entry of a record with the write that it comes from. */
export type WrittenEntry = Entry & Pick<Register, 'stamp' | 'actor'>;

/** The registers of a record as a build with these lenses sees them. Fields that no lens knows come through as they are. */
export function seenThrough(lenses: readonly Lens[], entries: Iterable<WrittenEntry>): Iterable<WrittenEntry> {
	if (lenses.length === 0) return entries;
	const seen = new Map<string, WrittenEntry>();
	for (const entry of entries) seen.set(`${entry.field}:${entry.key}`, entry);
	for (const { from, to, up } of lenses) {
		for (const old of seen.values()) {
			if (old.field !== from.number) continue;
			const value = up(old.value, old.key);
			if (value === undefined) continue; // nothing that the new field could hold: the old register keeps it
			const name = `${to.number}:${old.key}`;
			const risen = { field: to.number, key: old.key, value, stamp: old.stamp, actor: old.actor };
			seen.set(name, newer(to, seen.get(name), risen));
		}
	}
	return seen.values();
}

/** What has to be written beside an entry, so that older builds see it too. */
export function mirrorsOf(lenses: readonly Lens[], { field, key, value }: Entry): Entry[] {
	const lens = lenses.findLast(({ to }) => to.number === field);
	const old = lens?.down(value, key);
	if (!lens || old === undefined) return [];
	const mirror = { field: lens.from.number, key, value: old };
	return [mirror, ...mirrorsOf(lenses.slice(0, lenses.indexOf(lens)), mirror)];
}

/** What both ways say of one write is said best by the new one. */
function newer(field: AnyField, held: WrittenEntry | undefined, risen: WrittenEntry): WrittenEntry {
	if (!held || (held.stamp === risen.stamp && held.actor === risen.actor)) return held ?? risen;
	return field.law.merge(held, risen) as WrittenEntry;
}

function through(change: (value: NonNullable<Value>) => Value, target: AnyField, value: Value, key: string): Value | undefined {
	if (value === null) return target.check(null, key) === null ? null : undefined;
	let changed: Value;
	try {
		changed = change(value);
	} catch {
		return undefined; // a lens that fails loses nothing: the register that it could not read stays
	}
	return target.check(changed, key) === null ? changed : undefined;
}

/** Whether one register was written after another: who is older has nothing to say about it. */
export function isLater(a: Register, b: Register): boolean {
	return (a.stamp !== b.stamp || a.actor !== b.actor) && compareWrites(a, b) > 0;
}
