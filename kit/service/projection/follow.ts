import type { Collection } from '@mana/model';
import type { Store } from '@mana/store';
import type { Cell, Frame, FrameOf, SpaceId } from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import { pause } from '../pause.ts';
import { readProblem } from '../problem.ts';
import type { ServiceIdentity } from '../service-token.ts';
import { advance, begin, end, readCollections, readCursors, writeCollections } from './cursors.ts';
import { framesOf } from './frames.ts';
import { projectionMigrations, type ProjectionTables } from './tables.ts';

/** mana-sync says at least a word a second; after this long without one the connection is given up, in milliseconds. */
const SILENCE_MS = 5_000;
/** Between two attempts, in milliseconds: the first wait, doubled up to the longest. */
const AGAIN = { firstMs: 250, longestMs: 10_000 } as const;

/** What changed in one space: the newest state of registers, to be put in place of what the service has of them. */
export interface ProjectionChange {
	readonly space: SpaceId;
	readonly cells: readonly Cell[];
	/** The state this leads to: the history, and the space's counter in it. */
	readonly epoch: number;
	readonly seq: number;
	/** Whether the projection is now a state that the space had. While a space is read for the first time it is not, part by part. */
	readonly complete: boolean;
}

export interface FollowOptions<Tables> {
	/** The service's own store: what `apply` writes and how far it came are kept in one transaction. */
	readonly store: Pick<Store<Tables>, 'db' | 'migrate'>;
	/** Where mana-sync is: `addressOf('mana-sync')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	/** What to follow; the service's row in the schema has to declare it under `reads`. */
	readonly collections: readonly Collection[];
	/** Names what the service keeps of them. Another name than before has the projection made anew, from the beginning of each space. */
	readonly form?: string;
	/** Takes over a change. Writes with `within` only; when it throws, nothing of it is kept and it comes again. */
	apply(within: Transaction<Tables>, change: ProjectionChange): Promise<void>;
	/** Drops all that the service has of a space: it was shut to the service, or comes anew from its beginning. */
	forget(within: Transaction<Tables>, space: SpaceId): Promise<void>;
	/** Told why the stream broke off; it is taken up again by itself. */
	readonly lost?: (error: unknown) => void;
}

/** Another copy of the service took over what this one was about to: it begins again from where both stand. */
class OutOfStep extends Error {
	override readonly name = 'OutOfStep';
}

/**
 * Keeps a projection of declared collections, over all spaces that let the service in (house.md, Data). Each change is applied exactly
 * once: it is committed together with the cursor that it leads to, whatever crashes and however many copies of the service follow.
 *
 * @example
 * const projection = await follow({
 *   store, address: addressOf('mana-sync'), identity, collections: [tasks],
 *   apply: async (within, { space, cells }) => keepTasks(within, space, cells),
 *   forget: async (within, space) => dropTasks(within, space),
 * });
 */
export async function follow<Tables>(options: FollowOptions<Tables>): Promise<Projection<Tables>> {
	await options.store.migrate('projection', projectionMigrations);
	const projection = new Projection(options);
	await projection.open();
	return projection;
}

export class Projection<Tables> {
	readonly #options: FollowOptions<Tables>;
	readonly #db: Kysely<ProjectionTables>;
	readonly #names: readonly string[];
	readonly #stopping = new AbortController();
	readonly #ready = Promise.withResolvers<void>();
	#running: Promise<void> = Promise.resolve();
	/** The epoch of each space as it stands in the store, and the head that was told last. */
	readonly #epochs = new Map<SpaceId, number>();
	readonly #heads = new Map<SpaceId, number>();
	/** The frames of a part that is not whole yet. */
	#part: Cell[] = [];
	#heard = false;
	/** How far each space has come since this began, and who waits for it to come further. */
	readonly #told = new Map<SpaceId, number>();
	readonly #waiting = new Set<{ readonly space: SpaceId; readonly seq: number; resolve(reached: boolean): void }>();

	constructor(options: FollowOptions<Tables>) {
		this.#options = options;
		this.#db = options.store.db as unknown as Kysely<ProjectionTables>;
		this.#names = options.collections.map(({ name }) => name).sort();
	}

	/** Resolves once everything that mana-sync knew was applied for the first time. */
	ready(): Promise<void> {
		return this.#ready.promise;
	}

	/**
	 * Waits until the projection has come as far as a write of which one has just heard, so that whoever wrote reads what they wrote.
	 *
	 * @param limitMs how long, in milliseconds
	 * @returns whether it has
	 */
	async reached(space: SpaceId, seq: number, limitMs: number): Promise<boolean> {
		const at = await this.#db.selectFrom('mana_projection').select('seq').where('space', '=', space).executeTakeFirst();
		if ((at?.seq ?? 0) >= seq || (this.#told.get(space) ?? 0) >= seq) return true;
		const { promise, resolve } = Promise.withResolvers<boolean>();
		const waiting = { space, seq, resolve };
		this.#waiting.add(waiting);
		const timer = setTimeout(() => resolve(false), limitMs);
		try {
			return await promise;
		} finally {
			clearTimeout(timer);
			this.#waiting.delete(waiting);
		}
	}

	/** Finishes the change under way, then stops. */
	async close(): Promise<void> {
		this.#stopping.abort();
		await this.#running;
	}

	/** Starts anew when other collections are followed than before, then begins. */
	async open(): Promise<void> {
		const { form } = this.#options;
		const names = this.#names.join(' ') + (form === undefined ? '' : ` as ${form}`);
		const spaces = [...(await readCursors(this.#db)).keys()];
		await this.#transaction(async (trx) => {
			const before = await readCollections(trx);
			if (before === names) return;
			for (const space of spaces) if (await end(trx, space)) await this.#forget(trx, space);
			await writeCollections(trx, names);
		});
		this.#running = this.#follow();
	}

	async #follow(): Promise<void> {
		const { signal } = this.#stopping;
		for (let waitMs: number = AGAIN.firstMs; !signal.aborted; waitMs = Math.min(AGAIN.longestMs, waitMs * 2)) {
			this.#heard = false;
			try {
				await this.#read(signal);
			} catch (error) {
				if (!signal.aborted && !(error instanceof OutOfStep)) this.#options.lost?.(error);
			}
			if (this.#heard) waitMs = AGAIN.firstMs;
			if (!signal.aborted) await pause(waitMs, signal);
		}
	}

	async #read(signal: AbortSignal): Promise<void> {
		const { address, identity } = this.#options;
		const cursors = await readCursors(this.#db);
		this.#epochs.clear();
		this.#heads.clear();
		this.#part = [];
		for (const [space, { epoch }] of cursors) this.#epochs.set(space, epoch);
		const response = await fetch(`${address}/projection-changes`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await identity.token('mana-sync')}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				collections: this.#names,
				cursors: [...cursors].map(([space, { epoch, seq }]) => [space, epoch, seq]),
			}),
			signal,
		});
		if (!response.ok || !response.body)
			throw (await readProblem(response)) ?? new Error(`mana-sync answered ${response.status}.`);
		// The next frame is not read before this one is applied: who is slow slows the sender down.
		for await (const frame of framesOf(response.body, SILENCE_MS)) {
			if (signal.aborted) return;
			await this.#hear(frame);
		}
	}

	async #hear(frame: Frame): Promise<void> {
		switch (frame.type) {
			case 'subbed':
				return this.#opened(frame);
			case 'delta':
				return this.#changed(frame);
			case 'revoked':
				return this.#shut(frame.space);
			case 'pong':
				this.#heard = true;
				this.#ready.resolve();
				return;
			default:
				throw new Error(`mana-sync said ${frame.type.toUpperCase()}, which has no place in a projection.`);
		}
	}

	/** A part begins, perhaps of a history that is new to us. */
	async #opened({ space, epoch, seq }: FrameOf<'subbed'>): Promise<void> {
		this.#part = [];
		this.#heads.set(space, seq);
		const before = this.#epochs.get(space);
		if (before === epoch) return;
		await this.#transaction(async (trx) => {
			if (before !== undefined && (await end(trx, space, before))) await this.#forget(trx, space);
			if (!(await begin(trx, space, epoch))) throw new OutOfStep();
		});
		this.#epochs.set(space, epoch);
	}

	async #changed({ space, from, to, more, cells }: FrameOf<'delta'>): Promise<void> {
		this.#part.push(...cells);
		if (more) return;
		const whole = this.#part;
		this.#part = [];
		const epoch = this.#epochs.get(space);
		if (epoch === undefined) throw new OutOfStep();
		const complete = to >= (this.#heads.get(space) ?? 0);
		await this.#transaction(async (trx) => {
			const how = await advance(trx, space, { epoch, from, to });
			if (how === 'lost') throw new OutOfStep();
			if (how === 'passed') return;
			await this.#options.apply(trx as unknown as Transaction<Tables>, { space, cells: whole, epoch, seq: to, complete });
		});
		this.#reach(space, to);
		this.#heard = true;
	}

	#reach(space: SpaceId, seq: number): void {
		this.#told.set(space, seq);
		for (const waiting of this.#waiting) if (waiting.space === space && waiting.seq <= seq) waiting.resolve(true);
	}

	async #shut(space: SpaceId): Promise<void> {
		this.#part = [];
		this.#epochs.delete(space);
		this.#heads.delete(space);
		this.#told.delete(space);
		await this.#transaction(async (trx) => {
			if (await end(trx, space)) await this.#forget(trx, space);
		});
	}

	#forget(trx: Transaction<ProjectionTables>, space: SpaceId): Promise<void> {
		return this.#options.forget(trx as unknown as Transaction<Tables>, space);
	}

	#transaction(work: (trx: Transaction<ProjectionTables>) => Promise<void>): Promise<void> {
		return this.#db.transaction().execute(work);
	}
}
