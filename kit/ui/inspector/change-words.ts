import { appOf, type Collection, systemFields, type RecordId, type Value } from '@mana/model';
import type { Place, Transaction } from '@mana/sync/cell';
import type { Mana } from '@mana/sync/client/api';
import { today } from '../data/today.svelte.ts';
import { speakBytes } from '../i18n/bytes.ts';
import { loadWords, m } from '../i18n/index.ts';
import { language } from '../i18n/language.svelte.ts';
import { preferences } from '../preferences/preferences.svelte.ts';
import { isShared, sharedDescriber } from '../shared/describe.ts';
import type { AppManifest, Describer } from '../shell/manifest.ts';

/** What changes are called: by the app that they are of, or as plainly as can be. */
export interface ChangeWords {
	/** What a transaction writes: “Water the plants”: title, day. New records are named without their fields. */
	writes(mana: Mana, transaction: Pick<Transaction, 'ops'>): string;
	record(mana: Mana, place: Pick<Place, 'collection' | 'record'>): string;
	field(place: Pick<Place, 'collection' | 'field'>): string;
	value(mana: Mana, place: Place, value: Value): string;
	/** A field by the name that its collection gives it. */
	named(collection: Collection, name: string): string;
	numberOf(collection: Collection, name: string): number;
}

/** Texts are told up to here. */
const LONGEST = 280;

/** Fetches how the apps call what they keep. */
export async function changeWords(apps: readonly AppManifest[]): Promise<ChangeWords> {
	await loadWords(['inspector', 'shared', ...apps.map(({ id }) => id)]);
	const found = await Promise.all(
		apps.map(async ({ number, describe }) => [number, describe && (await describe()).describer] as const),
	);
	const byApp = new Map<number, Describer | undefined>(found);
	const of = (collection: number): Describer | undefined =>
		isShared(collection) ? sharedDescriber : byApp.get(appOf(collection));

	const words: ChangeWords = {
		writes(mana, { ops }) {
			const byRecord = Map.groupBy(ops, ({ collection, record }) => `${collection}/${record}`);
			const [first, ...more] = [...byRecord.values()];
			if (!first) return '';
			const what = words.record(mana, first[0]!);
			const isNew = first.some(({ field }) => field === systemFields.createdAt.number);
			const fields = [...new Set(first.map((op) => words.field(op)))].join(', ');
			const told = isNew ? m.inspector_change_new({ what }) : m.inspector_change_of({ what, fields });
			return more.length > 0 ? m.inspector_change_and_more({ what: told, count: more.length }) : told;
		},
		record: (mana, { collection, record }) =>
			of(collection)?.record(mana, collection, record as RecordId) ?? m.inspector_change_record(),
		field({ collection, field }) {
			if (field === systemFields.deletedAt.number || field === systemFields.purged.number) return m.inspector_change_trash();
			if (field === systemFields.createdAt.number) return m.inspector_change_made();
			return of(collection)?.field(collection, field) ?? m.inspector_change_field();
		},
		value: (mana, place, value) => clipped(of(place.collection)?.value(mana, place, value, preferences) ?? plain(place, value)),
		named: (collection, name) => words.field({ collection: collection.number, field: words.numberOf(collection, name) }),
		numberOf: fieldNumberOf,
	};
	return words;
}

/** Fields that every record has and that hold a moment. */
const moments: ReadonlySet<number> = new Set([systemFields.createdAt.number, systemFields.deletedAt.number]);

/** A value without a word about what it means. */
function plain({ field }: Pick<Place, 'field'>, value: Value): string {
	if (value === null || value === '') return m.inspector_change_nothing();
	if (moments.has(field)) return today.moment(Number(value));
	if (typeof value === 'boolean') return value ? m.inspector_change_yes() : m.inspector_change_no();
	if (value instanceof Uint8Array) return speakBytes(value.length, language.tag);
	return String(value);
}

function clipped(text: string): string {
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The number of a field by its name, those that every record has too. */
function fieldNumberOf(collection: Collection, name: string): number {
	const system: Readonly<Record<string, { readonly number: number }>> = systemFields;
	return (collection.fields[name] ?? system[name])?.number ?? 0;
}
