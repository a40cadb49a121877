import { appOf, type Collection, fromBase64, isRecordId, type RecordId, systemFields, toBase64, type Value } from '@mana/model';
import { type Cell, isLeftover, type Op, SPACES_APP } from '@mana/sync';

/** What a register holds, as JSON: bytes as `{ base64 }`. */
export type Plain = boolean | number | string | { readonly base64: string };

/** A record as a line of an archive: everything that it holds, under the names that its app has for it. */
export interface ArchivedRecord {
	/** `app/collection`; `#513` where no app of this Mana declares it. */
	readonly collection: string;
	readonly id: RecordId;
	/** By field; `#7` of a field that nobody declares. */
	readonly fields: Readonly<Record<string, Plain>>;
	/** Of fields that hold many values (sets, documents, counters): by field, then by key. */
	readonly keyed?: Readonly<Record<string, Readonly<Record<string, Plain>>>>;
}

/** Finds what an app declares. */
export type FindCollection<Key> = (key: Key) => Collection | undefined;

/** A cell that an archive keeps: it holds something. */
export type HeldCell = Cell & { readonly value: Exclude<Value, null> };

/**
 * Whether an archive keeps a cell. One that holds nothing reads as if it were not there, and what only tells that something is over
 * is of no use elsewhere.
 */
export function isHeld(cell: Cell): cell is HeldCell {
	return cell.value !== null && !isLeftover(cell);
}

/** Whether a collection is people's own content: who is in a space is its server's to say, and cannot be brought elsewhere. */
export function isContent(collection: number): boolean {
	return ![0, SPACES_APP].includes(appOf(collection));
}

/** One record, of its cells. */
export function recordOf(cells: readonly HeldCell[], numbered: FindCollection<number>): ArchivedRecord {
	const { collection, record: id } = cells[0]!;
	const model = numbered(collection);
	const single = cells.filter(({ key }) => key === '');
	const many = Map.groupBy(
		cells.filter(({ key }) => key !== ''),
		({ field }) => nameOf(model, field),
	);
	return {
		collection: model?.name ?? `#${collection}`,
		id,
		fields: Object.fromEntries(single.map(({ field, value }) => [nameOf(model, field), toPlain(value)])),
		...(many.size > 0 && {
			keyed: Object.fromEntries(
				[...many].map(([name, held]) => [name, Object.fromEntries(held.map(({ key, value }) => [key, toPlain(value)]))]),
			),
		}),
	};
}

/** What has to be written for a record to be as the archive has it. @returns `null` when it is no record that can be read */
export function opsOf(line: unknown, named: FindCollection<string>): Op[] | null {
	if (!isObject(line) || typeof line['collection'] !== 'string' || !isRecordId(line['id'])) return null;
	const { fields, keyed = {}, id: record } = line;
	if (!isObject(fields) || !isObject(keyed)) return null;
	const model = named(line['collection']);
	const collection = model?.number ?? numberIn(line['collection']);
	if (collection === null) return null;
	const ops: Op[] = [];
	const add = (name: string, key: string, plain: unknown): boolean => {
		const field = fieldNamed(model, name);
		const value = fromPlain(plain);
		if (field === null || value === undefined) return false;
		ops.push({ collection, record, field, key, value });
		return true;
	};
	for (const [name, plain] of Object.entries(fields)) if (!add(name, '', plain)) return null;
	for (const [name, values] of Object.entries(keyed)) {
		if (!isObject(values)) return null;
		for (const [key, plain] of Object.entries(values)) if (!add(name, key, plain)) return null;
	}
	return ops;
}

const system = Object.entries(systemFields).map(([name, { number }]) => [name, number] as const);

function nameOf(model: Collection | undefined, number: number): string {
	const declared = model && Object.entries(model.fields).find(([, field]) => field.number === number);
	return declared?.[0] ?? system.find(([, one]) => one === number)?.[0] ?? `#${number}`;
}

function fieldNamed(model: Collection | undefined, name: string): number | null {
	if (model && Object.hasOwn(model.fields, name)) return model.fields[name]!.number;
	return system.find(([one]) => one === name)?.[1] ?? numberIn(name);
}

function numberIn(name: string): number | null {
	return /^#\d{1,9}$/.test(name) ? Number(name.slice(1)) : null;
}

/** A value as JSON. */
export function toPlain(value: Exclude<Value, null>): Plain {
	return value instanceof Uint8Array ? { base64: toBase64(value) } : value;
}

/** The value that a text of JSON stood for; `undefined` where it stood for none. */
export function fromPlain(plain: unknown): Value | undefined {
	if (isObject(plain)) return typeof plain['base64'] === 'string' ? bytesOf(plain['base64']) : undefined;
	return ['boolean', 'number', 'string'].includes(typeof plain) ? (plain as boolean | number | string) : undefined;
}

/** A text that somebody wrote into the file by hand need not be base64. */
function bytesOf(text: string): Uint8Array | undefined {
	return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? fromBase64(text) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
