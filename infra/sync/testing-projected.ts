// For tests: what a service is told of one space over `/projection-changes`, judged as it comes.
import type { ServiceIdentity } from '@mana/service';
import { framesOf } from '@mana/service/projection/frames';
import type { Frame, SpaceId } from '@mana/sync';

/** A service that reads a stream for as long as it lasts, and from its start when it is opened anew. */
export class ProjectionTap {
	/** Frames of the space that were judged. */
	seen = 0;
	/** What the service is told that the space is: shut to it, or open. */
	state: 'unknown' | 'open' | 'shut' = 'unknown';
	/** Writes above this stamp were made after the service was shut out; `null`: it is let in. */
	shutAfter: number | null = null;
	readonly #stop = new AbortController();
	readonly #waiting = new Set<() => void>();
	readonly #space: SpaceId;
	readonly #collection: number;
	#reading: Promise<void> = Promise.resolve();

	/** @param collection the only one that the service asks for */
	constructor(space: SpaceId, collection: number) {
		this.#space = space;
		this.#collection = collection;
	}

	/** @param name of the collection; @param failed told of what must not be */
	open(url: string, identity: ServiceIdentity, name: string, failed: (error: unknown) => void): void {
		this.#reading = this.#read(url, identity, name).catch((error: unknown) => {
			if (!this.#stop.signal.aborted) failed(error);
		});
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.#reading;
	}

	/** Resolves when the service was told this. */
	async told(state: 'open' | 'shut'): Promise<void> {
		while (this.state !== state) await new Promise<void>((resolve) => this.#waiting.add(resolve));
	}

	async #read(url: string, identity: ServiceIdentity, name: string): Promise<void> {
		const answer = await fetch(`${url}/projection-changes`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await identity.token('mana-sync')}`, 'content-type': 'application/json' },
			body: JSON.stringify({ collections: [name], cursors: [] }),
			signal: this.#stop.signal,
		});
		if (!answer.body || answer.status !== 200) throw new Error(`The stream was refused: ${answer.status} ${await answer.text()}`);
		for await (const frame of framesOf(answer.body, 10_000)) this.#hear(frame);
	}

	#hear(frame: Frame): void {
		if (!('space' in frame) || frame.space !== this.#space) return;
		this.seen++;
		if (frame.type === 'revoked') this.state = 'shut';
		else if (frame.type === 'subbed') this.state = 'open';
		else if (frame.type !== 'delta') throw new Error(`A service is told ${frame.type.toUpperCase()}.`);
		else this.#judge(frame);
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const wake of waiting) wake();
	}

	#judge({ cells }: Extract<Frame, { type: 'delta' }>): void {
		if (this.state !== 'open') throw new Error('A DELTA leaves for a service that is shut out.');
		const foreign = cells.find(({ collection }) => collection !== this.#collection);
		if (foreign) throw new Error(`Something of collection ${foreign.collection} leaves for a service that did not ask for it.`);
		const { shutAfter } = this;
		const late = shutAfter !== null && cells.find(({ stamp }) => stamp > shutAfter);
		if (late) throw new Error('What was written after a service was shut out leaves for it.');
	}
}
