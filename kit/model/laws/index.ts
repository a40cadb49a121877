import type { Register } from '../value.ts';
import type { Law } from './law.ts';
import { lww } from './lww.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { set } from './set.ts';

export type { Law } from './law.ts';
export { lww, max, min, set };

/** Every merge law by its code. Codes are permanent: 3 counter, 5 text and 6 command are reserved (sync.md §6.4). */
export const laws: readonly (Law | undefined)[] = [lww, max, min, undefined, set];

/** Bits of a field number that hold the law's code. */
export const LAW_BITS = 3;

/** The number a field has on the wire and in the stores: its permanent id and the code of its law. */
export function fieldNumber(id: number, law: Law): number {
	return (id << LAW_BITS) | law.code;
}

/** The law inside a field number, or `undefined` when this build does not know it. */
export function lawOf(field: number): Law | undefined {
	return laws[field & ((1 << LAW_BITS) - 1)];
}

/** Merges two states of the register of `field`. Throws on a law this build does not know: refuse such an op before. */
export function mergeRegisters(field: number, a: Register, b: Register): Register {
	const law = lawOf(field);
	if (!law) throw new Error(`No merge law for field number ${field}.`);
	return law.merge(a, b);
}
