import { fieldNumber, type Law } from './laws/index.ts';
import type { Value } from './value.ts';

/**
 * One typed field of a collection. `T` is what a page reads and writes; `Value` is what a cell holds.
 * A field type is one file in `fields/`, and adding one edits nothing else but `fields/index.ts`.
 */
export interface Field<T> {
	/** Name of the field type, for documents, export and forms: 'text', 'day', … */
	readonly type: string;
	/** Permanent number of the field inside its collection. Renaming a field is free, reusing a number is not. */
	readonly id: number;
	/** `id` and merge law, as it travels. */
	readonly number: number;
	readonly law: Law;
	/** True when the field has one register per key (sets), false when it has one register. */
	readonly keyed: boolean;
	/** What a record that never got a value reads. */
	readonly fallback: T;
	/** A sentence naming the broken rule, or `null` when the cell may hold `value`. */
	check(value: Value, key: string): string | null;
	/** What the page reads, from the registers that have been written. Keyed fields get the present keys. */
	read(value: Value): T;
	/** The cell value for what a page writes. */
	write(value: T): Value;
}

/** Options that every field type takes. */
export interface FieldOptions<T> {
	/** What a record reads before anybody wrote the field; without it the field is nullable. */
	readonly fallback?: T;
}

/** Type of what a page reads from a field. */
export type ReadOf<F> = F extends Field<infer T> ? T : never;

/** Builds a one-register field whose cell holds the value itself; `null` always means "cleared, reads the fallback". */
export function plainField<T extends Value>(
	type: string,
	id: number,
	law: Law,
	fallback: T,
	check: (value: NonNullable<Value>) => string | null,
): Field<T> {
	return {
		type,
		id,
		number: fieldNumber(id, law),
		law,
		keyed: false,
		fallback,
		check: (value, key) => (key !== '' ? `A ${type} field has no keys.` : value === null ? null : check(value)),
		read: (value) => (value === null ? fallback : (value as T)),
		write: (value) => (typeof value === 'string' ? value.toWellFormed() : value),
	};
}
