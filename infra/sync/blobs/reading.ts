import type { Range } from '@mana/service';
import { CHUNK_BYTES } from '@mana/sync/manifest';
import type { Readable } from './keeper.ts';
import type { Shelf } from './shelf.ts';

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

/**
 * Bytes as the body of an answer. It reads nothing before it is asked (HEAD never asks), and breaks off when something goes wrong: the
 * reader sees that bytes are missing.
 */
export function streamOf(
	bytes: AsyncGenerator<Uint8Array<ArrayBuffer>>,
	failed: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
	return new ReadableStream(
		{
			async pull(controller) {
				try {
					const { value, done } = await bytes.next();
					if (done) controller.close();
					else controller.enqueue(value);
				} catch (error) {
					failed(error);
					controller.error(error);
				}
			},
			cancel: () => void bytes.return(undefined),
		},
		{ highWaterMark: 0 },
	);
}
