/** Bytes of every chunk of a blob but its last, which may be shorter (sync.md §6.11). */
export const CHUNK_BYTES = 1024 * 1024;

/** Chunks that one question or one manifest may name: a blob has at most 16 GiB. */
export const MOST_CHUNKS = 16_384;

const HASH = /^[0-9a-f]{64}$/;

/** SHA-256, from WebCrypto. */
export type Sha256 = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/** Whether a text is a SHA-256 in 64 lower-case hexadecimal digits. */
export function isContentHash(text: string): boolean {
	return HASH.test(text);
}

/** Where the chunks of a content of `size` bytes begin and end, in order. Nothing has no chunk. */
export function chunkRanges(size: number): { readonly from: number; readonly to: number }[] {
	return Array.from({ length: Math.ceil(size / CHUNK_BYTES) }, (_, i) => ({
		from: i * CHUNK_BYTES,
		to: Math.min(size, (i + 1) * CHUNK_BYTES),
	}));
}

/** The hash of one chunk, in 64 lower-case hexadecimal digits. */
export async function chunkHash(bytes: Uint8Array<ArrayBuffer>, sha256: Sha256): Promise<string> {
	return hexOf(new Uint8Array(await sha256(bytes)));
}

/**
 * The name of a blob: SHA-256 over the SHA-256s of its chunks (32 bytes each) one after another. A browser can make it of a file of any
 * size with one chunk in memory; WebCrypto cannot hash a whole file so.
 *
 * @param chunks their hashes, in order
 */
export function manifestHash(chunks: readonly string[], sha256: Sha256): Promise<string> {
	return chunkHash(joinHashes(chunks), sha256);
}

/** Hashes as stores keep them: 32 bytes each, one after another. */
export function joinHashes(chunks: readonly string[]): Uint8Array<ArrayBuffer> {
	const hex = chunks.join('');
	return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Reads what `joinHashes` wrote. */
export function splitHashes(bytes: Uint8Array): string[] {
	const hex = hexOf(bytes);
	return Array.from({ length: bytes.length / 32 }, (_, i) => hex.slice(64 * i, 64 * (i + 1)));
}

/** By hand, because `Uint8Array.toHex` is younger than browsers that are in use. */
function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
