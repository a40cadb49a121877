import type { Cell, SpaceId } from '../cell.ts';
import { type Name, nameKey } from '../name.ts';
import type { Scope } from '../scope.ts';
import { PartCount } from './part-count.ts';
import type { RouteMark, SpaceStore, WindowPart } from './store.ts';

interface PartSumsOptions {
	/** Records whose sums are kept, of all parts together: about 130 bytes each. */
	readonly most?: number;
	/** Cells that are read at once. */
	readonly chunk?: number;
	/** Lets others have their turn between two reads of a count. */
	readonly rest?: () => Promise<void>;
}

/** Counts that may wait for their turn: whoever comes on top asks again later. */
const MOST_WAITING = 100;
/** Counts that are tried before it is said that it cannot be said. */
const TRIES = 4;
/** Records that are read by name at once. */
const NAMES = 64;
/** After every seq: nothing but what is named is read. */
const BEYOND = Number.MAX_SAFE_INTEGER;

/**
 * The sums of parts of spaces, record by record. A part is counted when somebody asks about it for the first time, which costs what is in it, one
 * part at a time; after that only what changed since is read. Those that nobody asked about for longest are forgotten. All who keep the same part share one count.
 */
export class PartSums {
	readonly #store: SpaceStore;
	readonly #most: number;
	readonly #chunk: number;
	readonly #rest: () => Promise<void>;
	/** The one that was asked about last is the last one. */
	readonly #counts = new Map<string, PartCount>();
	readonly #turns = new Map<string, Promise<unknown>>();
	#counting: Promise<unknown> = Promise.resolve();
	#waiting = 0;

	constructor(store: SpaceStore, { most = 200_000, chunk = 512, rest = async () => undefined }: PartSumsOptions = {}) {
		this.#store = store;
		this.#most = most;
		this.#chunk = chunk;
		this.#rest = rest;
	}

	/** Records that are kept. */
	get size(): number {
		return [...this.#counts.values()].reduce((sum, { size }) => sum + size, 0);
	}

	/**
	 * What `look` sees of a part as it stands at the head of its space; `null`: too much is asked at once. What somebody may read is not judged here.
	 *
	 * @param anew somebody doubts what is kept: it is counted from the start
	 * @throws when there is no such space, or its history is replaced again and again
	 */
	read<T>(space: SpaceId, scope: Scope, look: (count: PartCount) => T, anew = false): Promise<T | null> {
		const name = `${space} ${JSON.stringify(scope)}`;
		const turn = (this.#turns.get(name) ?? Promise.resolve()).then(async () => {
			if (anew) this.#counts.delete(name);
			const count = await this.#current(name, space, scope);
			return count && look(count);
		});
		// How it ended is for who asked.
		const over = turn.then(
			() => undefined,
			() => undefined,
		);
		this.#turns.set(name, over);
		void over.then(() => this.#turns.get(name) === over && this.#turns.delete(name));
		return turn;
	}

	/** All cells of some records of a space, as they are read. */
	async *cellsOf(space: SpaceId, names: readonly Name[]): AsyncGenerator<readonly Cell[]> {
		for (let at = 0; at < names.length; at += NAMES) {
			const some = names.slice(at, at + NAMES);
			const tail = await this.#store.readSince(space, BEYOND, 1, undefined, { routes: () => false, whole: () => some });
			yield (tail?.whole ?? []).map(({ seq: _seq, ...cell }) => cell);
			await this.#rest();
		}
	}

	async #current(name: string, space: SpaceId, scope: Scope): Promise<PartCount | null> {
		for (let tries = 0; tries < TRIES; tries++) {
			const count = this.#counts.get(name) ?? (await this.#inTurn(() => this.#count(space, scope)));
			if (!count) return null;
			this.#counts.delete(name);
			if (!(await this.#bringOn(space, count))) continue;
			this.#counts.set(name, count);
			this.#forgetOld();
			return count;
		}
		throw new Error(`A part of space ${space} could not be counted.`);
	}

	async #inTurn<T>(work: () => Promise<T>): Promise<T | null> {
		if (this.#waiting >= MOST_WAITING) return null;
		this.#waiting++;
		const turn = this.#counting.then(work).finally(() => this.#waiting--);
		this.#counting = turn.catch(() => undefined); // who asked is told
		return turn;
	}

	/** Counts a part. What moves on meanwhile is read again behind it. */
	async #count(space: SpaceId, scope: Scope): Promise<PartCount> {
		const head = await this.#store.readSince(space, BEYOND, 1);
		if (!head) throw new Error(`Space ${space} is gone.`);
		const count = new PartCount(scope, head);
		for (const window of scope.windows) {
			let after: RouteMark | null = null;
			do {
				const part: WindowPart | null = await this.#store.readWindow(space, window, after, this.#chunk);
				count.take([], part?.cells ?? []);
				after = part?.next ?? null;
				await this.#rest();
			} while (after);
		}
		for await (const cells of this.cellsOf(space, count.listed)) count.take([], cells);
		return count;
	}

	/** Brings a count to the head of its space. False: it is void, for the history is another one or something was forgotten that it should have heard of. */
	async #bringOn(space: SpaceId, count: PartCount): Promise<boolean> {
		const named = new Map<string, Name>();
		for (;;) {
			const tail = await this.#store.readSince(space, count.seq, this.#chunk, undefined, {
				routes: (collection) => count.isWindowed(collection),
				whole: (routes) => [...count.inside(routes), ...named.values()],
			});
			if (!tail || tail.epoch !== count.epoch || tail.seq < count.seq || tail.horizon > count.seq) return false;
			// Of what stands in no window nobody could say before that it changed: it is read together with what else did.
			const more = count.namedIn(tail.cells).filter((cell) => !named.has(nameKey(cell)));
			for (const { collection, record } of more) named.set(nameKey({ collection, record }), { collection, record });
			if (more.length > 0) continue;
			count.take(tail.cells, tail.whole ?? []);
			named.clear();
			count.seq = tail.cells.at(-1)?.seq ?? tail.seq;
			if (count.seq === tail.seq) return true;
			await this.#rest();
		}
	}

	#forgetOld(): void {
		let kept = this.size;
		for (const [name, { size }] of this.#counts) {
			if (kept <= this.#most) return;
			this.#counts.delete(name);
			kept -= size;
		}
	}
}
