import type { AnyField, DraftOf, ReadOf } from './field.ts';
import { flag, instant } from './fields/index.ts';
import type { Lens } from './lens.ts';
import type { RecordId } from './record-id.ts';

/** The fields of a collection by name. */
export type Fields = Readonly<Record<string, AnyField>>;

/** One kind of record, declared once in an app's `model.ts`; types, validation, merge, storage and export follow from it. */
export interface Collection<F extends Fields = Fields> {
	/** `app/collection`, for people and documents. */
	readonly name: string;
	/** App number × 256 + collection number: permanent, travels on the wire. */
	readonly number: number;
	readonly fields: F;
	/** The declared and the system fields, and those of older versions, by their wire number. */
	readonly byNumber: ReadonlyMap<number, AnyField>;
	/**
	 * A row of which nothing was written. Rows are copies of it, and so all of one shape, which engines make and read several times faster than
	 * objects that grow by a field at a time.
	 */
	readonly blank: Readonly<Record<string, unknown>>;
	/** Grows with every lens. */
	readonly version: number;
	/** Builds that know an older version may read but no longer write. */
	readonly minVersion: number;
	/** How older versions are read and written, oldest first. */
	readonly lenses: readonly Lens[];
	/** Numbers of the fields by which a device may ask for a part of it (`routed`). */
	readonly routes: readonly number[];
	/** What a device keeps of it unless its person wants everything; `null`: everything. */
	readonly keeps: Keeps | null;
	/** Fields that name records which a device keeps as long as it keeps the one that names them. */
	readonly refers: readonly Reference[];
	/** Its records only tie others together: what they name is kept where something else that the same one names is. */
	readonly ties: boolean;
}

/** A field that names a record. */
export interface Reference {
	/** Its number. */
	readonly field: number;
	/** Of which collection: its name, or the number of the field that holds its number. */
	readonly to: string | number;
}

/** "What is not done yet, and what was done lately": the rest stays on the server until somebody looks at it. */
export interface Keeps {
	/** A routing field that holds an instant; where it holds nothing the record is kept. */
	readonly field: number;
	/** How long it is kept beyond that instant. */
	readonly days: number;
}

/** What there is to say of a collection beside its fields. */
export interface Details {
	/** What changed since its first version. */
	readonly lenses?: readonly Lens[];
	/** Default 1: every version may write. */
	readonly minVersion?: number;
	/** By the name of a routing field. */
	readonly keeps?: { readonly field: string; readonly days: number };
	/** By the name of a reference: the name of the collection that it leads to, or the field that holds the number of that collection. */
	readonly refers?: Readonly<Record<string, string | { readonly numberIn: string }>>;
	/** See `Collection.ties`. */
	readonly ties?: boolean;
}

/** What a page reads: the id, when it was made (ms), whether it is in the trash, and every field. */
export type Row<C> =
	C extends Collection<infer F>
		? { readonly id: RecordId; readonly createdAt: number | null; readonly deletedAt: number | null } & {
				readonly [K in keyof F]: ReadOf<F[K]>;
			}
		: never;

/** What a page writes: any of the fields, each in the form that its type takes. */
export type Draft<C> = C extends Collection<infer F> ? { readonly [K in keyof F]?: DraftOf<F[K]> } : never;

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
	{ lenses = [], minVersion = 1, keeps, refers = {}, ties = false }: Details = {},
): Collection<F> {
	for (const number of [place.app, place.number])
		if (!Number.isInteger(number) || number < 1 || number > 255)
			throw new Error(`${name}: app and collection numbers are 1 to 255.`);
	const byNumber = new Map<number, AnyField>();
	for (const [fieldName, field] of [...Object.entries(fields), ...Object.entries(systemFields)]) {
		const declared = Object.hasOwn(fields, fieldName);
		if (declared && RESERVED.has(fieldName)) throw new Error(`${name}.${fieldName}: every record has one of its own.`);
		if (declared && (field.id < 1 || field.id > 1000)) throw new Error(`${name}.${fieldName}: field ids are 1 to 1000.`);
		if ([...byNumber.values()].some((other) => other.id === field.id))
			throw new Error(`${name}.${fieldName}: id ${field.id} is taken.`);
		byNumber.set(field.number, field);
	}
	for (const [at, { version, from, to }] of lenses.entries()) {
		if (version < (lenses[at - 1]?.version ?? 2)) throw new Error(`${name}: lenses go from version 2 upwards.`);
		const later = lenses.slice(at + 1).some((lens) => lens.from.number === to.number);
		if (!later && byNumber.get(to.number) === undefined)
			throw new Error(`${name}: the lens to version ${version} leads nowhere.`);
		const other = [...byNumber.values()].some(({ id, number }) => id === from.id && number !== from.number);
		if (other || (byNumber.has(from.number) && Object.values(fields).some(({ number }) => number === from.number)))
			throw new Error(`${name}: id ${from.id} of an older version is taken.`);
		byNumber.set(from.number, from);
	}
	const version = lenses.at(-1)?.version ?? 1;
	if (minVersion > version) throw new Error(`${name}: there is no version ${minVersion} yet.`);
	const kept = keeps && fields[keeps.field];
	if (keeps && !kept?.routes)
		throw new Error(`${name}: a device can keep a part only by a field that routes, not by ${keeps.field}.`);
	return {
		name,
		number: place.app * 256 + place.number,
		fields,
		byNumber,
		// Not put in one by one: V8 keeps an object that grew to so many fields as a dictionary.
		blank: {
			id: null,
			createdAt: null,
			deletedAt: null,
			...Object.fromEntries(Object.entries(fields).map(([name, { fallback }]) => [name, fallback])),
		},
		version,
		minVersion,
		lenses,
		routes: Object.values(fields).flatMap(({ routes, number }) => (routes ? [number] : [])),
		keeps: keeps && kept ? { field: kept.number, days: keeps.days } : null,
		refers: Object.entries(refers).map(([fieldName, to]) => referenceOf(name, fields, fieldName, to)),
		ties,
	};
}

function referenceOf(name: string, fields: Fields, fieldName: string, to: NonNullable<Details['refers']>[string]): Reference {
	const field = fields[fieldName];
	if (field?.type !== 'reference' && field?.type !== 'parent')
		throw new Error(`${name}: ${fieldName} is no field that refers to a record.`);
	if (typeof to === 'string') return { field: field.number, to };
	const number = fields[to.numberIn];
	if (number?.type !== 'integer') throw new Error(`${name}: ${to.numberIn} is no field that holds the number of a collection.`);
	return { field: field.number, to: number.number };
}

/** Names that a row has without declaring them. */
const RESERVED: ReadonlySet<string> = new Set(['id', ...Object.keys(systemFields)]);

/** The app number inside a collection number. */
export function appOf(collectionNumber: number): number {
	return collectionNumber >> 8;
}
