import type { Field, ReadOf } from './field.ts';
import { flag, instant } from './fields/index.ts';
import type { RecordId } from './record-id.ts';

/** The fields of a collection by name. */
export type Fields = Readonly<Record<string, Field<any>>>; // oxlint-disable-line typescript/no-explicit-any -- invariance: a table of fields of any type

/** One kind of record, declared once in an app's `model.ts`; types, validation, merge, storage and export follow from it. */
export interface Collection<F extends Fields = Fields> {
	/** `app/collection`, for people and documents. */
	readonly name: string;
	/** App number × 256 + collection number: permanent, travels on the wire. */
	readonly number: number;
	readonly fields: F;
	/** The declared and the system fields by their wire number. */
	readonly byNumber: ReadonlyMap<number, Field<unknown>>;
}

/** What a page reads: the id, when it was made (ms), whether it is in the trash, and every field. */
export type Row<C> =
	C extends Collection<infer F>
		? { readonly id: RecordId; readonly createdAt: number | null; readonly deletedAt: number | null } & {
				readonly [K in keyof F]: ReadOf<F[K]>;
			}
		: never;

/** What a page writes: any of the fields. A set takes all of its keys, or what to add and what to remove. */
export type Draft<C> =
	C extends Collection<infer F>
		? { readonly [K in keyof F]?: ReadOf<F[K]> extends ReadonlySet<string> ? SetDraft : ReadOf<F[K]> }
		: never;

export type SetDraft = Iterable<string> | { readonly add?: Iterable<string>; readonly remove?: Iterable<string> };

/** Fields that every record has (sync.md §6.2). Their ids lie above those of declared fields. */
export const systemFields = {
	/** When the record was put in the trash; `null` while it is not. Edits made meanwhile are kept under it. */
	deletedAt: instant(1001),
	createdAt: instant(1002),
	/** Set when the trash was emptied: the record is gone for readers and is purged after the horizon. */
	purged: flag(1003),
} as const;

/**
 * Declares a collection.
 *
 * @param name `app/collection`
 * @param place the app's permanent number (1–255) and the collection's inside it (1–255)
 * @throws when a field id is used twice or is not in 1–1000: numbers are for ever, so this must fail at start, not later
 */
export function collection<const F extends Fields>(
	name: string,
	place: { readonly app: number; readonly number: number },
	fields: F,
): Collection<F> {
	for (const number of [place.app, place.number])
		if (!Number.isInteger(number) || number < 1 || number > 255)
			throw new Error(`${name}: app and collection numbers are 1 to 255.`);
	const byNumber = new Map<number, Field<unknown>>();
	for (const [fieldName, field] of [...Object.entries(fields), ...Object.entries(systemFields)]) {
		const declared = Object.hasOwn(fields, fieldName);
		if (declared && RESERVED.has(fieldName)) throw new Error(`${name}.${fieldName}: every record has one of its own.`);
		if (declared && (field.id < 1 || field.id > 1000)) throw new Error(`${name}.${fieldName}: field ids are 1 to 1000.`);
		if ([...byNumber.values()].some((other) => other.id === field.id))
			throw new Error(`${name}.${fieldName}: id ${field.id} is taken.`);
		byNumber.set(field.number, field);
	}
	return { name, number: place.app * 256 + place.number, fields, byNumber };
}

/** Names that a row has without declaring them. */
const RESERVED: ReadonlySet<string> = new Set(['id', ...Object.keys(systemFields)]);

/** The app number inside a collection number. */
export function appOf(collectionNumber: number): number {
	return collectionNumber >> 8;
}
