import { z } from 'zod';
import type { Bundle } from '../../client/bundle.ts';

const count = z.number().int().nonnegative();
const shape = z.object({
	collection: count,
	record: count,
	field: count,
	key: count,
	kind: z.enum(['null', 'boolean', 'number', 'text', 'bytes']),
	size: count,
});
const at = z.number();
const event = z.discriminatedUnion('what', [
	z.object({ at, what: z.literal('wrote'), n: count, ops: count, shapes: z.array(shape).readonly() }),
	z.object({
		at,
		what: z.enum(['sent', 'heard']),
		frame: z.string(),
		facts: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])),
	}),
	z.object({ at, what: z.literal('phase'), phase: z.string(), code: z.string().nullable() }),
	z.object({ at, what: z.literal('opened'), over: z.enum(['stream', 'exchange']) }),
	z.object({ at, what: z.enum(['started', 'stopped', 'woken']) }),
]);

/** What the simulator needs of a bundle; the rest is for people to read. */
const bundle = z.object({
	format: z.literal('mana-sync-bundle'),
	version: z.literal(1),
	at,
	standing: z.object({ skewMs: z.number() }),
	trace: z.array(event).readonly(),
});

export type ReadBundle = z.infer<typeof bundle>;
export type ReadEvent = ReadBundle['trace'][number];

/**
 * Reads a bundle that a browser saved.
 *
 * @throws a sentence that names what does not fit
 */
export function readBundle(text: string): ReadBundle {
	let content: unknown;
	try {
		content = JSON.parse(text);
	} catch {
		throw new Error('This is no bundle of the sync inspector: it is no JSON.');
	}
	const read = bundle.safeParse(content);
	if (read.success) return read.data;
	throw new Error(`This is no bundle of the sync inspector that this version reads.\n${z.prettifyError(read.error)}`);
}

/** What a client bundles is what is read here. */
export type Fits = Bundle extends ReadBundle ? true : never;
