import type { Collection, RecordId, Row, Value } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';
import type { ChangeWords } from './change-words.ts';

/** A field of a row as a person reads it: the parts of a set or a map, or files, one after another. */
export function valueWords(
	mana: Mana,
	words: ChangeWords,
	collection: Collection,
	record: RecordId,
	name: string,
	value: unknown,
): string {
	const place = { collection: collection.number, record, field: words.numberOf(collection, name), key: '' };
	if (value instanceof Set || value instanceof Map) {
		const parts = [...value.entries()].map(([key, part]) =>
			words.value(mana, { ...place, key: String(key) }, value instanceof Set ? true : plainOf(part)),
		);
		return parts.join(', ') || m.inspector_change_nothing();
	}
	if (Array.isArray(value))
		return value.map((part) => words.value(mana, place, plainOf(part))).join(', ') || m.inspector_change_nothing();
	return words.value(mana, place, plainOf(value));
}

/** Every field of a row that says something. */
export function rowWords<C extends Collection>(
	mana: Mana,
	words: ChangeWords,
	collection: C,
	row: Row<C>,
): { readonly field: string; readonly value: string }[] {
	const values = row as unknown as Readonly<Record<string, unknown>>;
	return [...Object.keys(collection.fields), ...(values['deletedAt'] === null ? [] : ['deletedAt'])].flatMap((name) => {
		const value = values[name];
		if (!isTold(collection, name)) return [];
		if (value === null || value === '' || isEmpty(value)) return [];
		return [{ field: words.named(collection, name), value: valueWords(mana, words, collection, row.id, name, value) }];
	});
}

function isEmpty(value: unknown): boolean {
	return value instanceof Set || value instanceof Map ? value.size === 0 : Array.isArray(value) && value.length === 0;
}

/** Whether a value of a field says something to a person: an order key does not. */
export function isTold(collection: Collection, name: string): boolean {
	return collection.fields[name]?.type !== 'position';
}

/** What a type makes of a value is told by its name, if it has one. */
function plainOf(value: unknown): Value {
	if (value === null || value === undefined) return null;
	if (typeof value !== 'object' || value instanceof Uint8Array) return value as Value;
	const named = 'file' in value && typeof value.file === 'object' && value.file !== null ? value.file : value;
	return 'name' in named ? String(named.name) : JSON.stringify(value);
}
