import type { Field } from '../field.ts';
import { fieldNumber, text as law } from '../laws/index.ts';
import { toBase64 } from '../value.ts';

/** A text that many edit at once, as the Yjs updates that make it. `@mana/sync/text` opens it; nothing here reads it. */
export interface Document {
	/** What the cells hold, by key. A big update is cut into parts; `updatesOf` joins them. */
	readonly cells: ReadonlyMap<string, Uint8Array>;
}

/** What happened to the text; and the keys of cells whose updates are all in it, so that they can go. */
export interface DocumentDraft {
	readonly append: Uint8Array;
	readonly instead?: Iterable<string>;
}

/** Bytes of an update that stand in one cell. */
const PART_BYTES = 48 * 1024;

/** A long text with formatting (notes, pages): concurrent edits of one text all stay, character by character (Yjs). */
export function document(id: number): Field<Document, DocumentDraft> {
	return {
		type: 'document',
		id,
		number: fieldNumber(id, law),
		law,
		fallback: { cells: new Map() },
		guarded: false,
		routes: false,
		check(value, key) {
			if (key.length === 0 || key.length > 64 || !key.isWellFormed()) return 'A key of a document has 1 to 64 characters.';
			return value === null || value instanceof Uint8Array ? null : 'A document is made of Yjs updates.';
		},
		form: {
			kind: 'keys',
			read: (registers) => ({ cells: registers as ReadonlyMap<string, Uint8Array> }),
			write: ({ append, instead = [] }, _current, hand) => [
				...partsOf(hand.fresh(), append),
				...[...instead].map((key) => [key, null] as const),
			],
		},
		toPlain: (value) => updatesOf(value).map(toBase64),
		fromPlain: () => undefined, // only Yjs can make one update of several
	};
}

/** The updates of a document. One whose parts are not all there is passed over: they come and go together, so none ever is. */
export function updatesOf({ cells }: Document): Uint8Array[] {
	const updates: Uint8Array[] = [];
	const cut = new Map<string, Uint8Array[]>();
	for (const [key, bytes] of cells) {
		const [, name, at, count] = /^(.+)\/(\d+)\.(\d+)$/.exec(key) ?? [];
		if (name === undefined) {
			updates.push(bytes);
			continue;
		}
		const parts = cut.get(name) ?? [];
		cut.set(name, parts);
		parts[Number(at)] = bytes;
		if (Object.keys(parts).length === Number(count)) updates.push(join(parts));
	}
	return updates;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

function partsOf(key: string, update: Uint8Array): (readonly [key: string, value: Uint8Array])[] {
	if (update.length <= PART_BYTES) return [[key, update]];
	const count = Math.ceil(update.length / PART_BYTES);
	return Array.from({ length: count }, (_, i) => {
		return [`${key}/${i}.${count}`, update.slice(i * PART_BYTES, (i + 1) * PART_BYTES)] as const;
	});
}
