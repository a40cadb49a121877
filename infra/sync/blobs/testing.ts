// For tests: files cut into chunks, and HTTP about them with a person's token.
import { createHash } from 'node:crypto';
import { chunkRanges, manifestHash } from '@mana/sync/manifest';

export interface TestFile {
	readonly hash: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly chunks: readonly { readonly hash: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

/** A content, cut as a client cuts it. */
export async function fileOf(bytes: Uint8Array<ArrayBuffer>): Promise<TestFile> {
	const chunks = chunkRanges(bytes.length).map(({ from, to }) => {
		const part = bytes.slice(from, to);
		return { hash: createHash('sha256').update(part).digest('hex'), bytes: part };
	});
	const sha256 = (part: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', part);
	return {
		hash: await manifestHash(
			chunks.map(({ hash }) => hash),
			sha256,
		),
		bytes,
		chunks,
	};
}

/** A text that a blob field holds for it. */
export function referenceTo({ hash, bytes }: TestFile, name = 'photo.png'): string {
	return `${hash} ${bytes.length} image/png ${name}`;
}

/** Asks about files of one space as one person. @param space its URL, `http://…/spaces/…` */
export class FileCaller {
	readonly #space: string;
	readonly #token: string;

	constructor(space: string, token: string) {
		this.#space = space;
		this.#token = token;
	}

	fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
		return fetch(`${this.#space}${path}`, { ...init, headers: { authorization: `Bearer ${this.#token}`, ...init.headers } });
	}

	json(method: string, path: string, what: unknown): Promise<Response> {
		return this.fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
	}

	put({ hash, bytes }: TestFile['chunks'][number]): Promise<Response> {
		return this.fetch(`/chunks/${hash}`, { method: 'PUT', body: bytes });
	}

	async missing(file: TestFile): Promise<string[]> {
		const response = await this.json('POST', '/missing-chunks', { chunks: file.chunks.map(({ hash }) => hash) });
		return ((await response.json()) as { missing: string[] }).missing;
	}

	complete(file: TestFile): Promise<Response> {
		return this.json('PUT', `/blobs/${file.hash}`, { chunks: file.chunks.map(({ hash }) => hash) });
	}

	/** Sends all of it. @returns the status of the last answer */
	async upload(file: TestFile): Promise<number> {
		for (const chunk of file.chunks) {
			const { status } = await this.put(chunk);
			if (status !== 204) return status;
		}
		return (await this.complete(file)).status;
	}

	get({ hash }: Pick<TestFile, 'hash'>, headers: Record<string, string> = {}): Promise<Response> {
		return this.fetch(`/blobs/${hash}`, { headers });
	}
}
