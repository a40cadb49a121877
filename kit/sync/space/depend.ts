import { command, isRecordId, lawOf, requestOf, tree } from '@mana/model';
import type { Cell, Op, Place } from '../cell.ts';
import { deciders } from './deciders/index.ts';

/** What stands at a place now, or `undefined`. */
export type Held = (place: Place) => Cell | undefined;

/** Whether the decision on an op looks at registers that it does not write. */
export function dependsOnOthers({ field, value }: Op): boolean {
	const law = lawOf(field);
	return value !== null && (law === tree || law === command);
}

/** Those registers, as far as they can be known from what was read: a walk that ends where nothing stands yet. */
export function* dependenciesOf(op: Op, held: Held): IterableIterator<Place> {
	if (lawOf(op.field) === tree) yield* ancestorsOf(op, held);
	const request = lawOf(op.field) === command ? requestOf(op.value) : null;
	if (request) yield* deciders.get(request.command)?.needs(op, request, held) ?? [];
}

/** Deepest tree that is walked. A deeper one is taken for a circle. */
const DEEPEST = 256;

/** The registers that hold the parents above a moved record, from its new parent up. */
export function* ancestorsOf({ collection, record, field, key, value }: Op, held: Held): IterableIterator<Place> {
	let at = value;
	for (let depth = 0; isRecordId(at) && at !== record && depth < DEEPEST; depth++) {
		const place = { collection, record: at, field, key };
		yield place;
		at = held(place)?.value ?? null;
	}
}

/** Whether a record stands under itself, or too deep, once `op` is done. */
export function isCircle(op: Op, held: Held): boolean {
	if (op.value === op.record) return true;
	let depth = 0;
	for (const place of ancestorsOf(op, held)) if (held(place)?.value === op.record || ++depth === DEEPEST) return true;
	return false;
}
