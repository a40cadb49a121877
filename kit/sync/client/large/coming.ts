import type { Collection, RecordId, Row } from '@mana/model';
import type { Cell } from '../../cell.ts';
import type { Name } from '../../name.ts';
import type { PackedChunk } from '../../snapshot/packed.ts';
import { isLeftover } from '../../tombstone.ts';
import { arranged } from './arrange.ts';
import { isEmpty, isGone, mergeCell, packedIn, type RecordState, type Unread, unpacked, unreadAt } from '../record-state.ts';
import type { Arrangement } from '../query.ts';
import type { Replica, Touched } from '../replica.ts';
import type { Slot } from '../slot.ts';

/**
 * A checkpoint on its way into a replica: how its records will stand, made step by step beside what is shown, so that showing it is one
 * short step however large it is. It rests on what is confirmed now: when that changes before, it is void (`Replica.show` says so).
 */
export class Coming {
	readonly chunks: readonly PackedChunk[];
	readonly cells: readonly Cell[];
	/** How records will stand, by collection; of whom nobody asked, the place in `chunks`. */
	readonly states = new Map<number, Map<RecordId, RecordState | Unread>>();
	/** Cells that are to be swept once they are shown. */
	readonly leftovers: Cell[] = [];
	/** @see Replica.anew */
	readonly anew: Name[] = [];
	seenStamp = 0;
	/** Records that moved on since it was begun. */
	readonly since = new Map<number, Set<RecordId>>();
	/** What the followers that were got ready do when it is shown. @see Replica.show */
	readonly ready = new Map<object, (others: Touched) => void>();
	readonly #replica: Replica;

	constructor(replica: Replica, chunks: readonly PackedChunk[], cells: readonly Cell[]) {
		this.#replica = replica;
		this.chunks = chunks;
		this.cells = cells;
	}

	/** Makes it, and puts what followers keep in order into its new order. It ends early when it is void. */
	*make(): Generator<void, this> {
		for (const _step of this.#steps()) {
			if (!this.#replica.awaits(this)) break;
			yield;
		}
		return this;
	}

	*#steps(): Generator<void, void> {
		for (const chunk of this.chunks) yield* this.#takeChunk(chunk);
		yield* this.#takeCells();
		for (const [follower, arrangement] of this.#replica.followers) if (arrangement) yield* this.#arrange(follower, arrangement);
	}

	/** Puts all rows that will move in their places, beside the order that is shown. */
	*#arrange(follower: object, arrangement: Arrangement): Generator<void, void> {
		const { collection } = arrangement;
		const moved = new Map<RecordId, Row<Collection> | undefined>();
		for (const id of this.states.get(collection.number)?.keys() ?? []) {
			const row = arrangement.fitting(this.row(collection, id));
			if (row !== arrangement.standing().get(id)) moved.set(id, row);
			yield;
		}
		const sorted = yield* arranged(arrangement.sorted().slice(), moved, arrangement.order);
		// What moved on meanwhile stands where it stood when it was got ready, or nowhere.
		this.ready.set(follower, (others) => arrangement.arrange(sorted, others.get(collection.number) ?? new Set()));
	}

	/** A row as a page will read it. */
	row<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined {
		const state = this.#mine(collection.number, id);
		if (!state) return this.#replica.row(collection, id);
		state.overlay = this.#replica.held(collection.number, id)?.overlay ?? null;
		return this.#replica.read(collection, state, id);
	}

	/** Something about a record that is not confirmed moved on. */
	touch(collection: number, id: RecordId): void {
		const state = this.states.get(collection)?.get(id);
		if (typeof state === 'object') state.stale = true;
		setIn(this.since, collection, () => new Set<RecordId>()).add(id);
	}

	/** Puts the records where they belong. @param touched takes those that moved on since it was begun */
	land(
		collections: Map<number, Map<RecordId, RecordState | Unread>>,
		chunks: PackedChunk[],
		touched: Map<number, Set<RecordId>>,
	): void {
		const first = chunks.length;
		chunks.push(...this.chunks);
		for (const [collection, states] of this.states) {
			const records = setIn(collections, collection, () => new Map<RecordId, RecordState | Unread>());
			for (const [id, state] of states) {
				const held = records.get(id);
				const overlay = typeof held === 'object' ? held.overlay : null;
				if (typeof state === 'object') records.set(id, Object.assign(state, { overlay }));
				else if (!overlay) records.set(id, unreadAt(first, 0) + state);
				else records.set(id, { ...fresh(packedIn(this.chunks, state)), overlay });
			}
		}
		for (const [collection, ids] of this.since)
			for (const id of ids) setIn(touched, collection, () => new Set<RecordId>()).add(id);
	}

	/** All records that it tells of, and some more. */
	allWith(touched: Touched): Touched {
		const all = new Map([...touched].map(([collection, ids]) => [collection, new Set(ids)]));
		for (const [collection, states] of this.states)
			for (const id of states.keys()) setIn(all, collection, () => new Set<RecordId>()).add(id);
		return all;
	}

	*#takeChunk(chunk: PackedChunk): Generator<void, void> {
		this.seenStamp = Math.max(this.seenStamp, chunk.maxStamp);
		const place = this.chunks.indexOf(chunk);
		for (let row = 0; row < chunk.count; row++) {
			const id = chunk.idAt(row);
			const known = this.#known(chunk.collection, id);
			if (!known) this.#put(chunk.collection, id, unreadAt(place, row));
			else if (isEmpty(known)) known.base = { chunk, row };
			else {
				const base = unpacked(known, id);
				if (!isGone(base)) for (const cell of chunk.cells(row, id)) this.#merge(base, cell);
			}
			yield;
		}
	}

	*#takeCells(): Generator<void, void> {
		let last: Cell | null = null;
		let base = new Map<Slot, Cell>();
		for (const cell of this.cells) {
			const { collection, record } = cell;
			if (last?.record !== record || last.collection !== collection) {
				yield;
				base = unpacked(this.#known(collection, record) ?? this.#put(collection, record, fresh()), record);
			}
			last = cell;
			this.#merge(base, cell);
		}
	}

	#merge(base: Map<Slot, Cell>, cell: Cell): void {
		if (cell.stamp > this.seenStamp) this.seenStamp = cell.stamp;
		if (isLeftover(cell)) this.leftovers.push(cell);
		if (mergeCell(base, cell)) this.anew.push({ collection: cell.collection, record: cell.record });
	}

	/** A record as it will stand, which may be written to: it begins as it stands here. */
	#known(collection: number, id: RecordId): RecordState | undefined {
		const mine = this.#mine(collection, id);
		if (mine) return mine;
		const held = this.#replica.held(collection, id);
		return held && this.#put(collection, id, { ...held, base: new Map(unpacked({ ...held }, id)), stale: true });
	}

	#mine(collection: number, id: RecordId): RecordState | undefined {
		const mine = this.states.get(collection)?.get(id);
		return typeof mine === 'number' ? this.#put(collection, id, fresh(packedIn(this.chunks, mine))) : mine;
	}

	#put<S extends RecordState | Unread>(collection: number, id: RecordId, state: S): S {
		setIn(this.states, collection, () => new Map<RecordId, RecordState | Unread>()).set(id, state);
		return state;
	}
}

function fresh(base: RecordState['base'] = new Map()): RecordState {
	return { base, overlay: null, row: undefined, stale: true };
}

function setIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
	const known = map.get(key) ?? make();
	map.set(key, known);
	return known;
}
