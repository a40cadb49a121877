import { fieldNumber, type Law } from './laws/index.ts';
import type { Value } from './value.ts';

/**
 * One typed field of a collection. A page reads a `T` and writes a `D`; a cell holds a `Value`.
 * A field type is one file in `fields/`, and adding one edits nothing else but `fields/index.ts`.
 */
export interface Field<T, D = T> {
	/** Name of the field type, for documents, export and forms: 'text', 'day', … */
	readonly type: string;
	/** Permanent number of the field inside its collection. Renaming a field is free, reusing a number is not. */
	readonly id: number;
	/** `id` and merge law, as it travels. */
	readonly number: number;
	readonly law: Law;
	/** What a record that never got a value reads. */
	readonly fallback: T;
	/** Whether the server refuses a write by somebody who has not seen what it replaces (`guarded`). */
	readonly guarded: boolean;
	/** Whether a device may ask for a part of the collection by this field (`routed`). */
	readonly routes: boolean;
	/** Set where it names the record that this one is a part of (`partOf`). */
	readonly partOf?: true;
	/** A sentence naming the broken rule, or `null` when the cell may hold `value`. */
	check(value: Value, key: string): string | null;
	/** How the field stands in its cells: one register, or one for each key. */
	readonly form: OneRegister<T, D> | ByKey<T, D>;
	/** The value in JSON. */
	toPlain(value: T): unknown;
	/** What to write for a value from JSON; `undefined` when it has the wrong shape. What it holds is checked by `check`. */
	fromPlain(plain: unknown): D | undefined;
}

export interface OneRegister<T, D> {
	readonly kind: 'one';
	/** What the page reads. */
	read(value: Value): T;
	/** The cell value for what a page writes. */
	write(draft: D): Value;
}

export interface ByKey<T, D> {
	readonly kind: 'keys';
	/** What the page reads, from every register of the field that holds something, by key. */
	read(registers: ReadonlyMap<string, Value>): T;
	/** The registers to write, as keys with values. */
	write(draft: D, current: T, hand: Hand): readonly (readonly [key: string, value: Value])[];
}

/** Who writes, as far as a field with keys has to know. */
export interface Hand {
	/** A key, or the beginning of one, that nobody else ever has: not another device, not another tab. */
	readonly name: string;
	/** A key that was never given before, beginning with `name`. */
	fresh(): string;
	/** What a register of the field that is written shows, and whether a write of it is still on its way. */
	look(key: string): { readonly value: Value; readonly busy: boolean };
}

/** Options that every field type takes. */
export interface FieldOptions<T> {
	/** What a record reads before anybody wrote the field; without it the field is nullable. */
	readonly fallback?: T;
}

/** A field of any type, where only cells are looked at. */
export type AnyField = Field<any, any>; // oxlint-disable-line typescript/no-explicit-any -- invariance: a table of fields of any type

/** Type of what a page reads from a field. */
export type ReadOf<F> = F extends Field<infer T, infer _> ? T : never;

/** Type of what a page writes into a field. */
export type DraftOf<F> = F extends Field<infer _, infer D> ? D : never;

/** Builds a one-register field whose cell holds the value itself; `null` always means "cleared, reads the fallback". */
export function plainField<T extends Value>(
	type: string,
	id: number,
	law: Law,
	fallback: T,
	check: (value: NonNullable<Value>) => string | null,
): Field<T> & { readonly form: OneRegister<T, T> } {
	return {
		type,
		id,
		number: fieldNumber(id, law),
		law,
		fallback,
		guarded: false,
		routes: false,
		check: (value, key) => (key !== '' ? `A ${type} field has no keys.` : value === null ? null : check(value)),
		form: {
			kind: 'one',
			read: (value) => (value === null ? fallback : (value as T)),
			write: (value) => (typeof value === 'string' ? value.toWellFormed() : value),
		},
		toPlain: (value) => value,
		fromPlain: (plain) => plain as T,
	};
}

/**
 * The same field as a compare-and-set register (sync.md §6.4 `cas`): a write says what it replaces, and the server refuses it when
 * somebody else wrote meanwhile. For forms where silently losing is wrong. Only for fields whose later write wins.
 */
export function guarded<T, D>(field: Field<T, D>): Field<T, D> {
	if (field.law.code !== 0) throw new Error(`A ${field.type} field cannot be guarded: it merges what others wrote.`);
	return { ...field, guarded: true };
}

/**
 * The same field as one that routes: a device may ask for the records that stand in a window of it (`route.ts`), so a server keeps an
 * index of it. Declare few, and only where a collection grows for ever. Only for fields in one register.
 */
export function routed<T, D>(field: Field<T, D>): Field<T, D> {
	if (field.form.kind !== 'one' || field.law.name === 'command')
		throw new Error(`A ${field.type} field cannot route: it has no one value that a device may ask for.`);
	return { ...field, routes: true };
}

/**
 * The same reference as one to the record that this one is a part of, such as a number to its contact: what is a part is gone for good with the whole
 * (`trash.ts`). Only for references to records of the same app.
 */
export function partOf<T, D>(field: Field<T, D>): Field<T, D> {
	if (field.type !== 'reference') throw new Error(`A ${field.type} field does not name a record that this one is a part of.`);
	return { ...field, partOf: true };
}
