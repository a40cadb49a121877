import { createHash } from 'node:crypto';
import type { ChunkHash, Press } from '@mana/sync/snapshot/index';

/** gzip, which every browser takes off again before the page sees a byte; SHA-256 for the name. */
export const press: Press = {
	compress: (bytes) => Bun.gzipSync(bytes as Uint8Array<ArrayBuffer>),
	hash: (bytes) => createHash('sha256').update(bytes).digest('hex') as ChunkHash,
};
