import { CHUNK_BYTES, chunkHash, chunkRanges, manifestHash } from '../../manifest.ts';
import { SignedOut, type TokenSource } from '../link.ts';

/** Chunks that are sent at the same time. */
const PARALLEL = 4;

const sha256 = (bytes: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', bytes);

/** The server said no, and would say it again. `code` is the problem's: 'space-full', 'person-full', 'disk-full', 'forbidden' … */
export class Refused extends Error {
	override readonly name = 'Refused';
	readonly code: string;

	constructor(code: string, detail: string) {
		super(detail);
		this.code = code;
	}
}

/** The record names a file whose sender has not finished sending it. */
export class Arriving extends Error {
	override readonly name = 'Arriving';
}

/** It did not work now, and may work later. */
export class TryAgain extends Error {
	override readonly name = 'TryAgain';
}

/** What a file is known by, and its parts. */
export interface Manifest {
	readonly hash: string;
	readonly chunks: readonly string[];
}

/** Cuts and hashes a file, one chunk in memory at a time. */
export async function manifestOf(content: Blob): Promise<Manifest> {
	const chunks: string[] = [];
	for (const { from, to } of chunkRanges(content.size))
		chunks.push(await chunkHash(new Uint8Array(await content.slice(from, to).arrayBuffer()), sha256));
	return { hash: await manifestHash(chunks, sha256), chunks };
}

/** Files of one space over HTTP (docs/sync.md, "Files"). */
export class Transfer {
	readonly #base: string;
	readonly #token: TokenSource;
	readonly #signal: AbortSignal;
	#known: Promise<string> | null = null;

	/**
	 * @param base the space's address, `/api/mana-sync/spaces/…`
	 * @param signal ends everything that is under way
	 */
	constructor(base: string, token: TokenSource, signal: AbortSignal) {
		this.#base = base;
		this.#token = token;
		this.#signal = signal;
	}

	/** Whether the server has all of a file. @throws like `fetch` */
	async has(hash: string): Promise<boolean> {
		try {
			await this.#ask(`/blobs/${hash}`, { method: 'HEAD' });
			return true;
		} catch (error) {
			if (error instanceof Arriving) return false;
			throw error;
		}
	}

	/**
	 * Sends what the server lacks of a file, and completes it.
	 *
	 * @param progress bytes that the server has
	 * @throws `Refused`, `SignedOut`; anything else: try again
	 */
	async send(content: Blob, { hash, chunks }: Manifest, progress: (bytes: number) => void): Promise<void> {
		const ranges = chunkRanges(content.size);
		const { missing } = (await (await this.#json('POST', '/missing-chunks', { chunks })).json()) as { missing: string[] };
		const lacking = new Set(missing);
		const todo = ranges.flatMap((range, i) => (lacking.delete(chunks[i]!) ? [{ ...range, hash: chunks[i]! }] : []));
		let bytes = content.size - todo.reduce((sum, { from, to }) => sum + to - from, 0);
		progress(bytes);
		const work = async () => {
			for (let chunk; (chunk = todo.shift());) {
				const { from, to } = chunk;
				await this.#ask(`/chunks/${chunk.hash}`, { method: 'PUT', body: content.slice(from, to) });
				progress((bytes += to - from));
			}
		};
		const workers = Array.from({ length: PARALLEL }, () =>
			work().catch((error: unknown) => {
				todo.length = 0; // the others finish what they are at
				throw error;
			}),
		);
		await Promise.allSettled(workers);
		await Promise.all(workers);
		await this.#json('PUT', `/blobs/${hash}`, { chunks });
	}

	/**
	 * Fetches a file and checks it against its hash. Where the connection breaks it goes on from the last whole chunk.
	 *
	 * @param size what the reference says; a longer answer is cut off
	 * @param progress bytes that are here
	 * @throws `Arriving`, `Refused`, `SignedOut`; anything else: try again
	 */
	async fetch(
		hash: string,
		size: number,
		parts: FetchedParts,
		progress: (bytes: number) => void,
	): Promise<Manifest & { readonly content: Blob }> {
		if (parts.bytes < size || size === 0) await this.#fetchRest(hash, size, parts, progress);
		if (parts.bytes !== size || (await manifestHash(parts.chunks, sha256)) !== hash) {
			parts.clear();
			throw new Error(`What came is not the file ${hash}.`);
		}
		return { hash, chunks: parts.chunks, content: new Blob(parts.content) };
	}

	async #fetchRest(hash: string, size: number, parts: FetchedParts, progress: (bytes: number) => void): Promise<void> {
		const response = await this.#ask(`/blobs/${hash}`, parts.bytes > 0 ? { headers: { range: `bytes=${parts.bytes}-` } } : {});
		if (parts.bytes > 0 && response.status !== 206) parts.clear();
		let rest = new Uint8Array(0);
		for await (const piece of piecesOf(response)) {
			const joined = new Uint8Array(rest.length + piece.length);
			joined.set(rest);
			joined.set(piece, rest.length);
			let from = 0;
			for (; joined.length - from >= CHUNK_BYTES; from += CHUNK_BYTES)
				await parts.add(joined.slice(from, from + CHUNK_BYTES), sha256);
			rest = joined.slice(from);
			progress(parts.bytes + rest.length);
			if (parts.bytes + rest.length > size) break;
		}
		if (rest.length > 0 && parts.bytes + rest.length >= size) await parts.add(rest, sha256);
		if (parts.bytes < size) throw new TryAgain('The connection broke off.');
	}

	#json(method: string, path: string, what: object): Promise<Response> {
		return this.#ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
	}

	async #ask(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
		let response = await this.#once(path, init);
		if (response.status === 401) {
			this.#known = null;
			response = await this.#once(path, init);
		}
		if (response.ok) return response;
		if (response.status === 401) throw new SignedOut();
		const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
		// An answer to HEAD tells its code by its status alone.
		const silent = init.method === 'HEAD' && response.status === 404 ? 'unknown-blob' : 'unknown';
		const { code = silent, detail = `Answered with ${response.status}.` } = problem;
		if (code === 'unknown-blob') throw new Arriving(detail);
		const again = code === 'chunks-missing' || code === 'chunk-invalid' || response.status === 429;
		if (response.status === 507 || (response.status >= 400 && response.status < 500 && !again)) throw new Refused(code, detail);
		throw new TryAgain(detail);
	}

	async #once(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
		this.#known ??= this.#token().then(({ token }) => token);
		const token = await this.#known.catch((error: unknown) => {
			this.#known = null;
			throw error;
		});
		// What is kept is kept by us, where a removal from the space also removes it.
		return fetch(`${this.#base}${path}`, {
			...init,
			headers: { ...init.headers, authorization: `Bearer ${token}` },
			cache: 'no-store',
			signal: this.#signal,
		});
	}
}

/** What came of a file so far: whole chunks, so that a broken download goes on. */
export class FetchedParts {
	chunks: string[] = [];
	content: Blob[] = [];
	bytes = 0;

	async add(bytes: Uint8Array<ArrayBuffer>, hash: (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>): Promise<void> {
		this.chunks.push(await chunkHash(bytes, hash));
		this.content.push(new Blob([bytes]));
		this.bytes += bytes.length;
	}

	clear(): void {
		this.chunks = [];
		this.content = [];
		this.bytes = 0;
	}
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
	const reader = response.body?.getReader();
	if (!reader) return;
	try {
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => undefined); // it had broken off already
	}
}
