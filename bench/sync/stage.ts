import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Actor } from './actor/start.ts';
import type { Engine } from './engines.ts';

/** What a workload measures is not built, by us or by this peer. Said in the report instead of a figure. */
export class NotThere extends Error {
	override readonly name = 'NotThere';
}

/** The replicas do not hold the same, so that no figure of the run counts (rule 5 of sync.md §5.4). */
export class Diverged extends Error {
	override readonly name = 'Diverged';
}

/** What one run of one engine plays on: a folder, a server in a process of its own, clients in others. All of it ends with it. */
export class Stage implements AsyncDisposable {
	readonly engine: Engine;
	readonly folder = mkdtempSync(join(tmpdir(), 'mana-bench-'));
	readonly #actors: Actor[] = [];

	constructor(engine: Engine) {
		this.engine = engine;
	}

	/** A process of its own for clients of the engine. */
	async actor(): Promise<Actor> {
		const actor = await Actor.start(this.engine);
		this.#actors.push(actor);
		return actor;
	}

	/** The server, and the address that clients are given. */
	async serve(): Promise<{ server: Actor; address: Address }> {
		const server = await this.actor();
		return { server, address: await server.do<Address>('serve', { folder: this.folder }) };
	}

	/** A server and a writer that has filled it with `rows` rows; ten fields each. */
	async filled(rows: number, withinMs?: number): Promise<{ server: Actor; address: Address; writer: Actor }> {
		const { server, address } = await this.serve();
		const writer = await this.actor();
		await writer.do('connect', { address });
		await writer.do('fill', { count: rows }, withinMs);
		return { server, address, writer };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#actors.map((actor) => actor.end()));
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Where a server is, in the words of its engine. */
export interface Address {
	readonly url: string;
}

/** Waits until all clients of these processes hold the same. @throws `Diverged` when they do not within `withinMs` */
export async function sameState(actors: readonly Actor[], withinMs = 20_000): Promise<void> {
	const until = performance.now() + withinMs;
	for (;;) {
		const digests = new Set((await Promise.all(actors.map((actor) => actor.do<string[]>('digest')))).flat());
		if (digests.size === 1) return;
		if (performance.now() > until) throw new Diverged(`The replicas differ: ${[...digests].join(' and ')}.`);
		await Bun.sleep(50);
	}
}
