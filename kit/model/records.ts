import { type Collection, type Draft, type Row, type SetDraft, systemFields } from './collection.ts';
import type { Field } from './field.ts';
import type { RecordId } from './record-id.ts';
import type { Value } from './value.ts';

/** One register of a record: its field number, its key ('' unless the field is keyed), and what it holds. */
export interface Entry {
	readonly field: number;
	readonly key: string;
	readonly value: Value;
}

/** A value broke the rule of its field. Nothing was written. */
export class InvalidValue extends Error {
	override readonly name = 'InvalidValue';
	/** `app/collection` */
	readonly collection: string;
	readonly field: string;
	/** A sentence for a person. */
	readonly rule: string;

	constructor(collection: string, field: string, rule: string) {
		super(`${collection}.${field}: ${rule}`);
		this.collection = collection;
		this.field = field;
		this.rule = rule;
	}
}

/** The row that the registers of a record make; `undefined` when it has none or was purged. Fields of newer apps are passed over. */
export function readRow<C extends Collection>(collection: C, id: RecordId, entries: Iterable<Entry>): Row<C> | undefined {
	const names = namesOf(collection);
	const row: Record<string, unknown> = { id, createdAt: null, deletedAt: null };
	const sets = new Map<string, Set<string>>();
	for (const [name, field] of Object.entries(collection.fields)) row[name] = field.fallback;
	let empty = true;
	for (const { field: number, key, value } of entries) {
		empty = false;
		if (number === systemFields.purged.number && value === true) return undefined;
		const name = names.get(number);
		const field = collection.byNumber.get(number);
		if (name === undefined || !field) continue;
		if (!field.keyed) row[name] = field.read(value);
		else if (value === true) sets.set(name, (sets.get(name) ?? new Set()).add(key));
	}
	for (const [name, keys] of sets) row[name] = keys;
	return empty ? undefined : (row as Row<C>);
}

/**
 * The registers that `draft` writes. A whole set writes what it adds and what it takes away from `current`.
 *
 * @param current the row as it is, for sets; `undefined` for a new record
 * @throws `InvalidValue` naming the field and its rule
 */
export function writeDraft<C extends Collection>(collection: C, draft: Draft<C>, current?: Row<C>): Entry[] {
	const before = current as Readonly<Record<string, unknown>> | undefined;
	return Object.entries(draft as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
		if (value === undefined) return [];
		const field = Object.hasOwn(collection.fields, name) ? collection.fields[name] : undefined;
		if (!field) throw new InvalidValue(collection.name, name, 'There is no such field.');
		const entries = field.keyed
			? writeSet(field, value as SetDraft, (before?.[name] ?? field.fallback) as ReadonlySet<string>)
			: [{ field: field.number, key: '', value: field.write(value as never) }];
		for (const entry of entries) {
			const rule = field.check(entry.value, entry.key);
			if (rule !== null) throw new InvalidValue(collection.name, name, rule);
		}
		return entries;
	});
}

/** Names of the declared fields and of the system fields that a row shows, by field number. */
export function namesOf(collection: Collection): ReadonlyMap<number, string> {
	let names = known.get(collection);
	if (!names) {
		names = new Map([
			...Object.entries<Field<unknown>>(collection.fields).map(([name, field]) => [field.number, name] as const),
			[systemFields.createdAt.number, 'createdAt'],
			[systemFields.deletedAt.number, 'deletedAt'],
		]);
		known.set(collection, names);
	}
	return names;
}

const known = new WeakMap<Collection, ReadonlyMap<number, string>>();

function writeSet(field: Field<unknown>, draft: SetDraft, present: ReadonlySet<string>): Entry[] {
	const whole = Symbol.iterator in draft;
	const wanted = new Set(whole ? draft : draft.add);
	const unwanted = whole ? [...present].filter((key) => !wanted.has(key)) : [...(draft.remove ?? [])];
	return [
		...unwanted.filter((key) => !wanted.has(key)).map((key) => ({ field: field.number, key, value: null })),
		...[...wanted].map((key) => ({ field: field.number, key, value: true })),
	].filter(({ key, value }) => present.has(key) !== (value === true));
}
