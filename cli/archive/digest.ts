import { createReadStream } from 'node:fs';

/** What identifies a file's content. */
export interface Digest {
	readonly bytes: number;
	/** Hexadecimal. */
	readonly sha256: string;
}

/** Reads a stream to its end. */
export async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<Digest> {
	const hash = new Bun.CryptoHasher('sha256');
	let bytes = 0;
	for await (const chunk of stream) {
		hash.update(chunk);
		bytes += chunk.byteLength;
	}
	return { bytes, sha256: hash.digest('hex') };
}

export function digestFile(file: string): Promise<Digest> {
	return digestOf(createReadStream(file));
}
