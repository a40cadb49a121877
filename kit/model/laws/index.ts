import type { Register } from '../value.ts';
import { command } from './command.ts';
import { counter } from './counter.ts';
import type { Law } from './law.ts';
import { lww } from './lww.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { set } from './set.ts';
import { text } from './text.ts';
import { tree } from './tree.ts';

export { foldedAt, foldedTotal, sumKey } from './counter.ts';
export { compareWrites, type Law } from './law.ts';
export { command, counter, lww, max, min, set, text, tree };

/** Every merge law by its code. Codes are permanent, and all that three bits can say. */
export const laws: readonly Law[] = [lww, max, min, counter, set, text, command, tree];

/** Bits of a field number that hold the law's code. */
export const LAW_BITS = 3;

/** The number a field has on the wire and in the stores: its permanent id and the code of its law. */
export function fieldNumber(id: number, law: Law): number {
	return (id << LAW_BITS) | law.code;
}

/** The law inside a field number. */
export function lawOf(field: number): Law {
	return laws[field & ((1 << LAW_BITS) - 1)]!;
}

/** Merges two states of the register of `field`. */
export function mergeRegisters(field: number, a: Register, b: Register): Register {
	return lawOf(field).merge(a, b);
}
