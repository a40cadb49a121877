import type { SpaceId } from '../cell.ts';
import type { Frame, FrameOf } from '../frames.ts';
import { limits } from '../limits.ts';
import { BadFrame } from './bad-frame.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** How the bodies of some types of frames are written, and how they are read: apart, since a client only says what clients say. */
export type Writers<T extends Frame['type']> = { readonly [K in T]: (out: ByteWriter, frame: FrameOf<K>) => void };
export type Readers<T extends Frame['type']> = { readonly [K in T]: (from: ByteReader) => FrameOf<K> };

/** The codes of all types. Permanent. */
export const codes: { readonly [T in Frame['type']]: number } = {
	hello: 1,
	welcome: 2,
	sub: 3,
	subbed: 4,
	push: 5,
	ack: 6,
	delta: 7,
	bye: 8,
	ping: 9,
	pong: 10,
	auth: 11,
	snapshot: 12,
	move: 13,
	revoked: 14,
	digest: 15,
	presence: 16,
	credit: 17,
	reach: 18,
	renew: 20,
};

/** A SUB with a part behind it has a code of its own: one that lost its end must not be taken for a question about everything. */
export const SUB_OF_PART = 19;

export function readText(from: ByteReader): string {
	return from.text(limits.textBytes);
}

export function readSpace(from: ByteReader): SpaceId {
	return from.id() as string as SpaceId;
}

/** A counted list; every item takes at least a byte, so the count cannot exceed what is left. */
export function readList<T>(from: ByteReader, most: number, item: () => T): T[] {
	const count = from.varint();
	if (count > most) throw new BadFrame('too-many', `${count} where ${most} are allowed`);
	if (count > from.remaining) throw new BadFrame('truncated', `${count} items in ${from.remaining} bytes`);
	return Array.from({ length: count }, item);
}
