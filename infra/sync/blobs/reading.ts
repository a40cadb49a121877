import { CHUNK_BYTES } from '@mana/sync/manifest';
import type { Readable } from './keeper.ts';
import type { Shelf } from './shelf.ts';

/** The part of a content that is asked for, first and last byte included. */
export interface Range {
	readonly first: number;
	readonly last: number;
}

/**
 * Reads a `Range` header (RFC 9110 §14.2).
 *
 * @returns `null`: answer the whole (no range, several, or another unit); `'outside'`: nothing of it exists
 */
export function rangeOf(header: string | undefined, bytes: number): Range | 'outside' | null {
	const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
	if (from === undefined || to === undefined || (from === '' && to === '')) return null;
	if (from === '')
		return Number(to) === 0 || bytes === 0 ? 'outside' : { first: Math.max(0, bytes - Number(to)), last: bytes - 1 };
	if (to !== '' && Number(to) < Number(from)) return null;
	if (Number(from) >= bytes) return 'outside';
	return { first: Number(from), last: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) };
}

/**
 * The bytes of a blob, chunk by chunk as they are taken.
 *
 * @param mayGoOn asked before every chunk: a member who is removed meanwhile gets no further
 */
export async function* bytesOf(
	shelf: Shelf,
	{ chunks }: Readable,
	{ first, last }: Range,
	mayGoOn: () => Promise<boolean>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = Math.floor(first / CHUNK_BYTES); at * CHUNK_BYTES <= last; at++) {
		if (!(await mayGoOn())) throw new Error('The reader was removed from the space.');
		const begin = at * CHUNK_BYTES;
		const range = { first: Math.max(first - begin, 0), last: Math.min(last - begin, CHUNK_BYTES - 1) };
		const stream = await shelf.get(chunks[at]!, range);
		if (!stream) throw new Error(`The chunk ${chunks[at]} is not in the folder.`);
		for await (const bytes of stream) yield bytes as Uint8Array<ArrayBuffer>;
	}
}
