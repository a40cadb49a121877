import { type Collection, type Draft, type Row, systemFields } from './collection.ts';
import type { AnyField, Hand } from './field.ts';
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
	const row: Record<string, unknown> = { ...collection.blank, id };
	const keyed = new Map<AnyField, Map<string, Value>>();
	let empty = true;
	for (const { field: number, key, value } of entries) {
		empty = false;
		if (number === systemFields.purged.number && value === true) return undefined;
		const name = names.get(number);
		const field = collection.byNumber.get(number);
		if (name === undefined || !field) continue;
		if (field.form.kind === 'one') row[name] = field.form.read(value);
		else if (value !== null) {
			const registers = keyed.get(field) ?? new Map<string, Value>();
			keyed.set(field, registers.set(key, value));
		}
	}
	for (const [field, registers] of keyed)
		if (field.form.kind === 'keys') row[names.get(field.number)!] = field.form.read(registers);
	return empty ? undefined : (row as Row<C>);
}

/** Whoever writes, for the fields with keys of one record: by the field that is written. */
export type HandFor = (field: AnyField) => Hand;

/**
 * The registers that `draft` writes. A field with keys writes only what it changes in `current`.
 *
 * @param current answers the row as it is, `undefined` for a new record; asked only where a field with keys is written
 * @param handFor who writes; without it, somebody who never wrote before and will not write again
 * @throws `InvalidValue` naming the field and its rule
 */
export function writeDraft<C extends Collection>(
	collection: C,
	draft: Draft<C>,
	current: () => Row<C> | undefined = () => undefined,
	handFor: HandFor = () => stranger(),
): Entry[] {
	const before = (name: string) => (current() as Readonly<Record<string, unknown>> | undefined)?.[name];
	return Object.entries(draft as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
		if (value === undefined) return [];
		const field: AnyField | undefined = Object.hasOwn(collection.fields, name) ? collection.fields[name] : undefined;
		if (!field) throw new InvalidValue(collection.name, name, 'There is no such field.');
		const { form, number } = field;
		const entries: Entry[] =
			form.kind === 'one'
				? [{ field: number, key: '', value: form.write(value) }]
				: form
						.write(value, before(name) ?? field.fallback, handFor(field))
						.map(([key, value]) => ({ field: number, key, value }));
		for (const entry of entries) {
			const rule = field.check(entry.value, entry.key);
			if (rule !== null) throw new InvalidValue(collection.name, name, rule);
		}
		return entries;
	});
}

/** A hand that nobody else has: what it writes collides with nothing. */
function stranger(): Hand {
	const name = crypto.randomUUID();
	let given = 0;
	return { name, fresh: () => `${name}.${given++}`, look: () => ({ value: null, busy: false }) };
}

/** Names of the declared fields and of the system fields that a row shows, by field number. */
export function namesOf(collection: Collection): ReadonlyMap<number, string> {
	let names = known.get(collection);
	if (!names) {
		names = new Map([
			...Object.entries<AnyField>(collection.fields).map(([name, field]) => [field.number, name] as const),
			[systemFields.createdAt.number, 'createdAt'],
			[systemFields.deletedAt.number, 'deletedAt'],
		]);
		known.set(collection, names);
	}
	return names;
}

const known = new WeakMap<Collection, ReadonlyMap<number, string>>();
