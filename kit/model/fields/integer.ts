import { type Field, type FieldOptions, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

interface IntegerOptions extends FieldOptions<number> {
	readonly from?: number;
	readonly to?: number;
}

/** A whole number between `from` and `to` (both included; defaults are the safe integers). */
export function integer(id: number, options: IntegerOptions & { fallback: number }): Field<number>;
export function integer(id: number, options?: IntegerOptions): Field<number | null>;
export function integer(
	id: number,
	{ fallback, from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER }: IntegerOptions = {},
): Field<number | null> {
	return plainField('integer', id, lww, fallback ?? null, (value) => {
		if (!Number.isSafeInteger(value)) return 'Expected a whole number.';
		return (value as number) < from || (value as number) > to ? `Expected a number from ${from} to ${to}.` : null;
	});
}
