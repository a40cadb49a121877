import { BadFrame } from './bad-frame.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/**
 * The byte before every batch. Version 1 writes 0. Bit 0 is reserved for "sealed": a key version (varint) and the ciphertext would
 * follow (sync.md §6.12), so that end-to-end encrypted spaces need no new protocol.
 */
const SEALED = 1;

export function writeFlags(out: ByteWriter): void {
	out.byte(0);
}

/** Throws `BadFrame` with `sealed` or `flags` for a batch that this version cannot read. */
export function readFlags(from: ByteReader): void {
	const flags = from.byte();
	if (flags & SEALED) throw new BadFrame('sealed', 'an encrypted batch, which this version cannot read');
	if (flags !== 0) throw new BadFrame('flags', `unknown flags ${flags}`);
}
