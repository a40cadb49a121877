import type { Field } from '../field.ts';
import { fieldNumber, set as law } from '../laws/index.ts';
import { isOrderKey } from '../order.ts';
import { isRecordId, type RecordId, recordIdToBytes } from '../record-id.ts';
import type { Value } from '../value.ts';
import { type BlobReference, isReference, referenceOf, textOf } from './blob.ts';

/** A file that belongs to a record. */
export interface Attachment {
	readonly id: RecordId;
	readonly file: BlobReference;
	/** When it was added, ms since 1970: the id tells. */
	readonly addedAt: number;
	/** Id of the person who added it, as their device said; '' where nobody was signed in. */
	readonly by: string;
	/** Place among the others, by hand. */
	readonly position: string | null;
}

/** What to write of an attachment; what is left out stays. A new one needs its `file`. */
export interface AttachmentDraft {
	readonly file?: BlobReference;
	/** Another name for the same file. */
	readonly name?: string;
	readonly by?: string;
	readonly position?: string;
}

/** Attachments to write by their ids; `null` takes one out. */
export type AttachmentsDraft = Readonly<Record<string, AttachmentDraft | null>>;

/**
 * The files of a record, in their order. Each is known by an id of its own (`Writer.newId`), so that two people who add, rename, move and
 * remove different ones never collide; the same file may be there twice. Three registers each: the reference, its place, who added it.
 */
export function attachments(id: number): Field<readonly Attachment[], AttachmentsDraft> {
	return {
		type: 'attachments',
		id,
		number: fieldNumber(id, law),
		law,
		fallback: [],
		guarded: false,
		routes: false,
		check(value, key) {
			const part = PARTS.find(({ suffix }) => key.slice(26) === suffix);
			if (!part || !isRecordId(key.slice(0, 26))) return 'A key of attachments is an id, or an id with .place or .by.';
			return value === null || part.fits(value) ? null : part.rule;
		},
		form: {
			kind: 'keys',
			read: readAll,
			write(draft, current) {
				const known = new Map<string, Attachment>(current.map((one) => [one.id, one]));
				return Object.entries(draft).flatMap(([id, change]) => registersOf(id, change, known.get(id)));
			},
		},
		toPlain: (all) => all.map(({ id, file, by, position }) => ({ id, ...file, by, position })),
		fromPlain: (plain) => (Array.isArray(plain) ? draftOf(plain) : undefined),
	};
}

const PLACE = '.place';
const BY = '.by';

/** The registers of one attachment, by what follows its id in their keys. */
const PARTS: readonly { readonly suffix: string; readonly rule: string; fits(value: Value): boolean }[] = [
	{ suffix: '', rule: 'Expected the hash, size, media type and name of a file.', fits: (value) => referenceOf(value) !== null },
	{ suffix: PLACE, rule: 'Expected an order key.', fits: isOrderKey },
	{ suffix: BY, rule: 'Expected the id of a person.', fits: (value) => typeof value === 'string' && value.length <= 128 },
];

function readAll(registers: ReadonlyMap<string, Value>): readonly Attachment[] {
	const all = [...registers].flatMap(([key, value]): Attachment[] => {
		const file = referenceOf(value);
		if (!file || !isRecordId(key)) return [];
		const by = registers.get(key + BY);
		const position = registers.get(key + PLACE);
		return [
			{
				id: key,
				file,
				addedAt: timeOf(key),
				by: typeof by === 'string' ? by : '',
				position: isOrderKey(position) ? position : null,
			},
		];
	});
	// What has no place comes last, by age.
	return all.sort((a, b) => compare(a.position ?? '~', b.position ?? '~') || compare(a.id, b.id));
}

function registersOf(id: string, change: AttachmentDraft | null, known?: Attachment): [key: string, value: Value][] {
	if (change === null) return known ? PARTS.map(({ suffix }) => [id + suffix, null]) : [];
	const file = change.file ?? known?.file;
	if (!file) return []; // somebody removed it: there is nothing to rename or to move
	const { name = file.name, by, position } = change;
	const registers: [string, Value][] = [];
	if (file !== known?.file || name !== file.name) registers.push([id, textOf({ ...file, name })]);
	if (position !== undefined && position !== known?.position) registers.push([id + PLACE, position]);
	if (by !== undefined && by !== known?.by) registers.push([id + BY, by]);
	return registers;
}

function draftOf(plain: readonly unknown[]): AttachmentsDraft | undefined {
	const draft: Record<string, AttachmentDraft> = {};
	for (const one of plain) {
		if (!isReference(one)) return undefined;
		const { id, by, position, hash, size, type, name } = one as BlobReference & Record<'id' | 'by' | 'position', unknown>;
		if (typeof id !== 'string') return undefined;
		draft[id] = {
			file: { hash, size, type, name },
			...(typeof by === 'string' && { by }),
			...(typeof position === 'string' && { position }),
		};
	}
	return draft;
}

/** The milliseconds in the first six bytes of an id. */
function timeOf(id: RecordId): number {
	return recordIdToBytes(id)
		.subarray(0, 6)
		.reduce((time, byte) => time * 256 + byte, 0);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
