import type { Collection, RecordId, Row, Value } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';
import type { ChangeWords } from './change-words.ts';

/** A field of a row as a person reads it: the parts of a set or a map one after another. */
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
		if (value === null || value === '' || ((value instanceof Set || value instanceof Map) && value.size === 0)) return [];
		return [{ field: words.named(collection, name), value: valueWords(mana, words, collection, row.id, name, value) }];
	});
}

/** Whether a value of a field says something to a person: an order key does not. */
export function isTold(collection: Collection, name: string): boolean {
	return collection.fields[name]?.type !== 'position';
}

/** What a type makes of a value is told by its name, if it has one. */
function plainOf(value: unknown): Value {
	if (value === null || value === undefined) return null;
	if (typeof value !== 'object' || value instanceof Uint8Array) return value as Value;
	return 'name' in value ? String(value.name) : JSON.stringify(value);
}
