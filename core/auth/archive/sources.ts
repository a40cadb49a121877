import { archivedSpace, type ArchivedSpace } from '@mana/archive';
import { Problem } from '@mana/service';
import type { Leaver } from '@mana/service/leaving';
import { z } from 'zod';
import { askAbout, type Neighbours } from '../leaving/neighbours.ts';

/** A service could not say what it holds. The archive is tried again. */
export class SourceFailed extends Error {
	override readonly name = 'SourceFailed';
	readonly service: string;
	/** A stable code. */
	readonly code: string;

	constructor(service: string, cause: unknown) {
		super(`${service} could not say what it holds: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
		this.service = service;
		this.code = cause instanceof Problem ? cause.code : 'broke-off';
	}
}

/** A file as mana-sync lists it. */
const listed = z.object({
	hash: z.string(),
	size: z.number(),
	type: z.string(),
	name: z.string(),
	here: z.boolean(),
});
export type ListedFile = z.infer<typeof listed>;

const openLine = z.object({ file: z.string(), text: z.string() });
/** A part of a file in a format of others: those of one file follow each other. */
export type OpenLine = z.infer<typeof openLine>;

/** What other services say of a person, for their archive. Everything that is thrown is a `SourceFailed`. */
export class Sources {
	readonly #neighbours: Neighbours;
	readonly #who: Leaver;
	readonly #signal: AbortSignal;

	/** @param signal ends whatever is asked */
	constructor(neighbours: Neighbours, who: Leaver, signal: AbortSignal) {
		this.#neighbours = neighbours;
		this.#who = who;
		this.#signal = signal;
	}

	/** What a service holds of the person, as lines of JSON. */
	held(service: string): AsyncGenerator<string> {
		return this.#lines(service, 'export', { address: this.#who.address });
	}

	async spaces(): Promise<ArchivedSpace[]> {
		return failing('mana-sync', async () => {
			const answer = await this.#ask('mana-sync', 'archive/spaces');
			return z.object({ spaces: z.array(archivedSpace) }).parse(await answer.json()).spaces;
		});
	}

	/** The records of a space, as lines of JSON; last, what they come to. */
	records({ id }: ArchivedSpace): AsyncGenerator<string> {
		return this.#lines('mana-sync', `archive/spaces/${id}/records`);
	}

	/** The files of a space by their hashes. @param after the last one that is had already */
	async *files({ id }: ArchivedSpace, after: string | null): AsyncGenerator<ListedFile> {
		const from = after === null ? '' : `?after=${after}`;
		for await (const line of this.#lines('mana-sync', `archive/spaces/${id}/files${from}`)) yield listed.parse(JSON.parse(line));
	}

	/** The bytes of a file; `null` where it is not there any more. */
	async file({ id }: ArchivedSpace, { hash }: ListedFile): Promise<AsyncIterable<Uint8Array> | null> {
		return failing('mana-sync', async () => {
			try {
				const answer = await this.#ask('mana-sync', `archive/spaces/${id}/files/${hash}`);
				return bytesOf('mana-sync', answer);
			} catch (error) {
				if (error instanceof Problem && error.status === 404) return null;
				throw error;
			}
		});
	}

	/** What the server of an app writes in formats of others. @param grant by whom and for whom it looks */
	async *open(service: string, grant: object): AsyncGenerator<OpenLine> {
		for await (const line of this.#lines(service, 'open-formats', grant)) yield openLine.parse(JSON.parse(line));
	}

	async *#lines(service: string, what: string, body?: object): AsyncGenerator<string> {
		const answer = await failing(service, () => this.#ask(service, what, body));
		const decoder = new TextDecoder();
		let text = '';
		for await (const piece of bytesOf(service, answer)) {
			const lines = (text + decoder.decode(piece, { stream: true })).split('\n');
			text = lines.pop() ?? '';
			yield* lines;
		}
		if (text !== '') throw new SourceFailed(service, new Error('It broke off in the middle of a line.'));
	}

	#ask(service: string, what: string, body?: object): Promise<Response> {
		return askAbout(this.#neighbours, service, this.#who.person, what, body, this.#signal);
	}
}

async function* bytesOf(service: string, { body }: Response): AsyncGenerator<Uint8Array> {
	if (!body) throw new SourceFailed(service, new Error('It answered with nothing.'));
	const reader = body.getReader();
	try {
		for (;;) {
			const { done, value } = await failing(service, () => reader.read());
			if (done) return;
			yield value;
		}
	} finally {
		// Where it broke off, there is nothing left to end.
		await reader.cancel().catch(() => undefined);
	}
}

async function failing<T>(service: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw error instanceof SourceFailed ? error : new SourceFailed(service, error);
	}
}
