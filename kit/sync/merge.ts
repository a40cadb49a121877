import { mergeRegisters } from '@mana/model';
import type { Cell, Op, Place } from './cell.ts';

/** A string that names a place, for maps. Sorts by record. */
export function placeKey(place: Place): string {
	return `${place.record}${place.collection}.${place.field}.${place.key}`;
}

/** The cell that `op` asks for when its transaction has `stamp` and its device is `actor`. */
export function cellOf(op: Op, stamp: number, actor: number): Cell {
	return { collection: op.collection, record: op.record, field: op.field, key: op.key, value: op.value, stamp, actor };
}

/**
 * Merges `incoming` into what a replica holds at the same place. Returns `held` itself (the same object) when nothing changed,
 * `incoming` itself when it won.
 */
export function mergeCell<C extends Cell>(held: C | undefined, incoming: C): C {
	return held === undefined ? incoming : (mergeRegisters(incoming.field, held, incoming) as C);
}
