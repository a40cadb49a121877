import type { Collection, Draft, Row } from './collection.ts';
import { csv } from './csv.ts';
import type { AnyField } from './field.ts';
import { text } from './laws/index.ts';
import { isRecordId, type RecordId } from './record-id.ts';
import { InvalidValue, writeDraft } from './records.ts';

/** A row read back from an export, with the draft that would make it. */
export interface Imported<C extends Collection> {
	readonly id: RecordId;
	readonly createdAt: number | null;
	readonly deletedAt: number | null;
	readonly draft: Draft<C>;
}

/** Rows as a JSON document: the collection's name, and one object a row with names as in the model; sets are sorted arrays. */
export function toJson<C extends Collection>(collection: C, rows: Iterable<Row<C>>): string {
	const list = [...rows].map((row) =>
		Object.fromEntries(
			columnsOf(collection).map((name) => {
				const value = (row as Readonly<Record<string, unknown>>)[name];
				const field: AnyField | undefined = collection.fields[name];
				return [name, field ? field.toPlain(value) : value];
			}),
		),
	);
	return `${JSON.stringify({ collection: collection.name, rows: list }, null, '\t')}\n`;
}

/**
 * Reads what `toJson` wrote. Fields that the collection does not have are passed over.
 *
 * @throws `InvalidValue` naming the first field that does not fit; `SyntaxError` when it is not JSON
 */
export function fromJson<C extends Collection>(collection: C, text: string): Imported<C>[] {
	const document: unknown = JSON.parse(text);
	if (!isObject(document) || document['collection'] !== collection.name || !Array.isArray(document['rows']))
		throw new InvalidValue(collection.name, 'rows', `This is not an export of ${collection.name}.`);
	return document['rows'].map((row: unknown) => readImported(collection, row));
}

/** Rows as CSV (RFC 4180): a line of names, CRLF, sets joined by spaces, moments as ISO 8601. For spreadsheets; read back JSON, not this. */
export function toCsv<C extends Collection>(collection: C, rows: Iterable<Row<C>>): string {
	const columns = columnsOf(collection);
	const lines = [...rows].map((row) =>
		columns.map((name) => {
			const value = row[name as keyof Row<C>] as unknown;
			return cellOf(collection.fields[name]?.toPlain(value) ?? value, isMoment(collection, name));
		}),
	);
	return csv([columns, ...lines]);
}

function columnsOf(collection: Collection): string[] {
	return ['id', 'createdAt', 'deletedAt', ...Object.keys(collection.fields)];
}

function isMoment(collection: Collection, name: string): boolean {
	return name === 'createdAt' || name === 'deletedAt' || collection.fields[name]?.type === 'instant';
}

function cellOf(value: unknown, moment: boolean): string | number {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return moment ? new Date(value).toISOString() : value;
	return Array.isArray(value) ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function readImported<C extends Collection>(collection: C, row: unknown): Imported<C> {
	if (!isObject(row) || !isRecordId(row['id'])) throw new InvalidValue(collection.name, 'id', 'Expected the id of a record.');
	const draft = Object.fromEntries(
		Object.entries<AnyField>(collection.fields).flatMap(([name, field]) => {
			const value = row[name];
			if (value === undefined || field.law === text) return [];
			const draft: unknown = field.fromPlain(value);
			if (draft === undefined)
				throw new InvalidValue(collection.name, name, `This is nothing that a ${field.type} field can hold.`);
			return [[name, draft]];
		}),
	) as Draft<C>;
	writeDraft(collection, draft);
	const [createdAt, deletedAt] = ['createdAt', 'deletedAt'].map((name) => moment(collection, name, row[name]));
	return { id: row['id'], createdAt: createdAt ?? null, deletedAt: deletedAt ?? null, draft };
}

function moment(collection: Collection, name: string, value: unknown): number | null {
	if (value === null || value === undefined) return null;
	if (!Number.isSafeInteger(value)) throw new InvalidValue(collection.name, name, 'Expected a moment in milliseconds.');
	return value as number;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
