import type { SpaceId } from '../cell.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import type { Part } from '../frames.ts';
import { limits } from '../limits.ts';
import { sameReach, visibleTo } from '../permission.ts';
import { type Name, nameKey } from '../name.ts';
import { type Lack, ScopeIndex } from '../scope.ts';
import type { CatchUpPart, Cursor } from './catch-up.ts';
import { Forgotten } from './horizon.ts';
import { isTombstone } from '../tombstone.ts';
import { AccessChanged, type Reading } from './reach.ts';
import type { StoredCell, StoredRoute } from './state.ts';
import type { Look, RouteMark, SpaceStore, Tail, WindowPart } from './store.ts';

/** A part that is told to a replica. */
export interface ToldPart extends Part {
	/** A reading from the same cursor was broken off after something of it had been told. */
	readonly again?: boolean;
}

/**
 * What brings a replica that keeps a part of a space from `cursor` to a checkpoint (sync.md §6.7): first what it lacks of its scope, by
 * the index of routes, then what changed since `cursor`, as ever, of what is in the scope. A record that came to stand in a window since
 * comes whole, one that left is named in a MOVE.
 *
 * A `lack` that is the scope itself says that the replica has nothing yet.
 *
 * While the first is read the space may move on: whatever moved has a seq above `cursor`, so the second tells it.
 *
 * @returns the acl epoch of the last snapshot
 * @throws AccessChanged, see `catchUp`
 */
export async function* catchUpPart(
	store: SpaceStore,
	space: SpaceId,
	cursor: Cursor,
	chunk: number,
	reading: Reading | undefined,
	{ scope, lack: told, again = false }: ToldPart,
): AsyncGenerator<CatchUpPart, number> {
	const index = new ScopeIndex(scope);
	const head = await judged(store.readSince(space, cursor.seq, 1, reading?.person), reading);
	if (cursor.horizon !== undefined && cursor.horizon < head.horizon) throw new Forgotten(space);
	const known = head.epoch === cursor.epoch && cursor.seq <= head.seq;
	if (known && !told && head.seq === cursor.seq) return head.aclEpoch;
	const from = known ? cursor.seq : 0;
	const lack: Lack = from === 0 ? scope : (told ?? NOTHING_LACKING);
	const send = (cells: readonly StoredCell[], gone: readonly Name[], to: number, more: boolean): Uint8Array[] => {
		const visible = reading ? visibleTo(reading.access, cells) : cells;
		const moves = cut(reading ? visibleTo(reading.access, gone) : gone);
		return [
			...moves.map((records) => encodeFrame({ type: 'move', space, from, records })),
			...packDeltas(space, from, to, more, visible).map(encodeFrame),
		];
	};
	const more = (tail: Tail, cells: readonly StoredCell[]): CatchUpPart => ({
		frames: send(cells, [], from, true),
		to: from,
		complete: false,
		aclEpoch: tail.aclEpoch,
	});

	for (const window of lack.windows) {
		let after: RouteMark | null = null;
		do {
			const part: WindowPart = await judged(store.readWindow(space, window, after, chunk, reading?.person), reading);
			yield more(part, part.cells);
			after = part.next;
		} while (after);
	}
	for (const records of cut(lack.records, Math.max(1, chunk >> 3))) {
		const named = await judged(
			store.readSince(space, BEYOND, chunk, reading?.person, { routes: NEVER, whole: () => records }),
			reading,
		);
		yield more(named, named.whole ?? []);
	}

	// Who has nothing yet need not hear of what moved before this was read.
	const nothingYet = lack === scope && !again;
	const watch = new Watch(index, nothingYet ? head.seq : from, lack, again);
	for (let after = from; ;) {
		const tail = await judged(store.readSince(space, after, chunk, reading?.person, watch.look), reading);
		if (Math.max(from, from > 0 ? 0 : head.horizon) < tail.horizon) throw new Forgotten(space);
		const last = tail.cells.at(-1)?.seq ?? tail.seq;
		const complete = last === tail.seq;
		const { cells, gone } = watch.sort(tail);
		const to = complete ? tail.seq : from;
		yield { frames: send(cells, gone, to, !complete), to, complete, aclEpoch: tail.aclEpoch };
		if (complete) return tail.aclEpoch;
		after = last;
	}
}

/** Sorts what changed since a cursor by what becomes of it in a scope. */
class Watch {
	readonly look: Look;
	readonly #index: ScopeIndex;
	/** The seq of which the replica has what stands in windows. */
	readonly #since: number;
	/** Whether the replica may have got any record before, without this knowing. */
	readonly #sentBefore: boolean;
	/** Records that this brought whole. */
	readonly #brought = new Set<string>();
	/** What the last part said of the records in it. */
	#fates = new Map<string, Fate>();

	constructor(index: ScopeIndex, since: number, { windows, records }: Lack, again: boolean) {
		this.#index = index;
		this.#since = since;
		this.#sentBefore = again || windows.length + records.length > 0;
		// A collection that comes whole from now on: what stood outside of the windows before may have come to stand inside of them since.
		const widened = new Set(windows.map(({ collection }) => collection));
		this.look = {
			routes: (collection) => index.windowed.has(collection) || widened.has(collection),
			whole: (routes) => {
				this.#fates = new Map();
				for (const of of Map.groupBy(routes, nameKey).values()) this.#fates.set(nameKey(of[0]!), this.#fateOf(of));
				return [...this.#fates.values()].flatMap(({ kind, name }) => (kind === 'comes' ? name : []));
			},
		};
	}

	/** The cells that a replica gets of a part, and the records that it hears to have left. Of one that is no more it gets the tombstone instead. */
	sort({ cells, whole = [] }: Tail): { cells: readonly StoredCell[]; gone: readonly Name[] } {
		const ended = new Set<string>();
		const stay = cells.filter((cell) => {
			const fate = this.#fates.get(nameKey(cell));
			if (fate?.kind === 'goes' && isTombstone(cell)) return ended.add(nameKey(cell));
			return fate ? fate.kind === 'stays' && cell.seq > this.#since : this.#index.holds(cell, NO_ROUTES);
		});
		const gone: Name[] = [];
		for (const [key, { kind, name }] of this.#fates) {
			if (kind === 'comes') this.#brought.add(key);
			if (kind !== 'goes') continue;
			this.#brought.delete(key);
			if (!ended.has(key)) gone.push(name);
		}
		this.#fates = new Map();
		return { cells: [...stay, ...whole], gone };
	}

	#fateOf(routes: readonly StoredRoute[]): Fate {
		const { collection, record, born } = routes[0]!;
		const name = { collection, record };
		const key = nameKey(name);
		const moved = routes.some(({ seq }) => seq > this.#since);
		const inside = this.#index.holds(name, new Map(routes.map((route) => [route.field, route.key])));
		if (inside) return { name, kind: moved && !this.#brought.has(key) && !this.#index.lists(name) ? 'comes' : 'stays' };
		// What did not exist at the cursor was never sent, unless it was here for a while in between.
		const mayHave = born <= this.#since || this.#sentBefore || this.#brought.has(key);
		return { name, kind: moved && mayHave ? 'goes' : 'never' };
	}
}

interface Fate {
	readonly name: Name;
	/** In the scope as before, in it since the cursor, out of it since the cursor, or out of it as before. */
	readonly kind: 'stays' | 'comes' | 'goes' | 'never';
}

const NOTHING_LACKING: Lack = { windows: [], records: [] };
const NO_ROUTES = new Map<number, string>();
const NEVER = () => false;
/** After every seq: nothing but what is named is read. */
const BEYOND = Number.MAX_SAFE_INTEGER;

/** What was read, if it may be told to the one who reads. @throws AccessChanged */
async function judged<T extends Tail>(reading: Promise<T | null>, who: Reading | undefined): Promise<T> {
	const tail = await reading;
	if (!tail) throw new Error('The space is gone.');
	if (who && (!tail.access || !sameReach(tail.access, who.access))) throw new AccessChanged(tail.access, tail.aclEpoch);
	return tail;
}

function cut<T>(all: readonly T[], most: number = limits.scopeRecords): T[][] {
	return Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most));
}
