import { counter, foldedAt, foldedTotal, lawOf, sumKey, type Value } from '@mana/model';
import type { Cell, Op, Place } from '../cell.ts';
import { SERVER } from '../tombstone.ts';
import type { Held } from './depend.ts';

/** Where the sum of all folded parts of a counter stands that count in the same direction. */
export function sumPlaceOf<P extends Place>(part: P): P {
	return { ...part, key: sumKey(part.key) };
}

/** What folding a part of a counter writes: the sum with its total in it, and up to what it was folded. `null` when it is no such part. */
export function foldPart(part: Place, held: Held): readonly (Place & { readonly value: Value })[] | null {
	const total = held(part)?.value;
	if (lawOf(part.field) !== counter || part.key.length < 2 || typeof total !== 'number') return null;
	const place = sumPlaceOf(part);
	const sum = countIn(held(place)) + total;
	if (!Number.isSafeInteger(sum)) return null;
	return [
		{ ...place, value: sum },
		{ ...part, value: foldedAt(total) },
	];
}

/**
 * What an op writes whose part was folded meanwhile: as much as it says more than what was folded goes to the sum, and is then folded as well.
 * So a step counts once, however late and however often it comes. Every other op writes what it says.
 */
export function overFold(op: Op, held: Held): readonly Op[] {
	const total = foldedUnder(op, held);
	if (total === null || typeof op.value !== 'number') return [op];
	if (op.value <= total) return [];
	const place = sumPlaceOf(op);
	return [
		{ ...place, value: countIn(held(place)) + op.value - total },
		{ ...op, value: foldedAt(op.value) },
	];
}

/** Up to which total the part of a counter that an op writes was folded; `null` when it was not, or the op is about something else. */
export function foldedUnder(op: Place, held: Held): number | null {
	return lawOf(op.field) === counter ? foldedTotal(held(op)?.value) : null;
}

/** Whether a register says what it says because the server folded: nothing that anybody reads has changed with it. */
export function isFolding({ field, actor }: Pick<Cell, 'field' | 'actor'>): boolean {
	return actor === SERVER && lawOf(field) === counter;
}

function countIn(sum: Cell | undefined): number {
	return typeof sum?.value === 'number' ? sum.value : 0;
}
