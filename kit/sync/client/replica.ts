import {
	command,
	counter,
	foldedTotal,
	lawOf,
	mergeRegisters,
	readRow,
	seenThrough,
	tree,
	type Collection,
	type RecordId,
	type Register,
	type Row,
	type WrittenEntry,
} from '@mana/model';
import type { Cell, Op, Place } from '../cell.ts';
import { type Name, nameKey } from '../name.ts';
import type { PackedChunk } from '../snapshot/packed.ts';
import { isLeftover, isTombstone, type RecordName, tombstoneOf } from '../tombstone.ts';
import type { Coming } from './large/coming.ts';
import type { Arrangement } from './query.ts';
import {
	confirmedOf,
	isEmpty,
	isGone,
	mergeCell,
	packedIn,
	type RecordState,
	type Unread,
	unpacked,
	unreadAt,
} from './record-state.ts';
import type { Pending } from './pending.ts';
import { sameRow } from './same-row.ts';
import { placeOf, type Slot, slotOf } from './slot.ts';

/** Records touched by one transaction, by collection number. */
export type Touched = ReadonlyMap<number, ReadonlySet<RecordId>>;

/**
 * One space in memory: confirmed registers, and the unconfirmed transactions laid over them. What is read is, register by register,
 * the merge of both (sync.md §6.4), so taking a transaction in or out of the overlay needs no replay.
 */
export class Replica {
	/** Our actor in the space; 0 until the server told it. */
	actor = 0;
	/** The checkpoint that the confirmed state is of. */
	seq = 0;
	/** Grows with every change; whoever cached something compares it. */
	version = 0;
	/** The highest stamp among confirmed registers: a new write must be above it. */
	seenStamp = 0;
	readonly #collections = new Map<number, Map<RecordId, RecordState | Unread>>();
	/** What `rows` gathered. */
	readonly #rows = new Map<Collection, readonly (Row<Collection> | undefined)[]>();
	#chunks: PackedChunk[] = [];
	readonly #pending = new Set<Pending>();
	/** Grows when parts of counters may have gone from here: what is counted from now on must not rest on what they held. */
	lostCounts = 0;
	/** Grows with every end of a record, and whenever what is confirmed was let go of. */
	endings = 0;
	readonly #endedAt = new Map<string, number>();
	#letGoAt = 0;
	/** Records that were made anew where a tombstone stood, for whoever empties it before it merges something. */
	anew: Name[] = [];
	/** What was heard of since the last `sweep`. */
	readonly #tombstones = new Set<RecordName>();
	readonly #leftovers = new Set<Cell>();
	/** Who follows, and what of each can be got ready for what is coming. */
	readonly followers = new Map<(touched: Touched) => void, Arrangement | undefined>();
	#touched: Map<number, Set<RecordId>> | null = null;
	/** What is got ready, and rests on what is confirmed now; in a batch that shows it, what that is. */
	#coming: Coming | null = null;
	#shown: Coming | null = null;

	/** Unconfirmed transactions in the order in which they were written here, refused ones included. */
	get pending(): ReadonlySet<Pending> {
		return this.#pending;
	}

	/**
	 * Calls `listener` once after every transaction, with the records that it touched; where `arrangement` was got ready for it, that takes what is
	 * ready instead. Returns the way to stop.
	 */
	subscribe(listener: (touched: Touched) => void, arrangement?: Arrangement): () => void {
		this.followers.set(listener, arrangement);
		return () => this.followers.delete(listener);
	}

	/** Runs changes that belong together; listeners are told once, afterwards. */
	batch<T>(change: () => T): T {
		if (this.#touched) return change();
		this.#touched = new Map();
		try {
			return change();
		} finally {
			const touched = this.#touched;
			const shown = this.#shown;
			this.#touched = this.#shown = null;
			if (touched.size > 0 || shown) {
				this.version++;
				this.#rows.clear();
				const all = shown ? shown.allWith(touched) : touched;
				for (const [listener] of this.followers) {
					const ready = shown?.ready.get(listener);
					if (ready) ready(touched);
					else listener(all);
				}
			}
		}
	}

	/** The row as a page reads it; the same object as long as its content is the same. */
	row<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined {
		const record = this.held(collection.number, id);
		if (!record) return undefined;
		return this.read(collection, record, id);
	}

	/** The row that a record makes, kept with it. */
	read<C extends Collection>(collection: C, record: RecordState, id: RecordId): Row<C> | undefined {
		if (record.stale) {
			const row = readRow<Collection>(collection, id, this.#entries(collection, record, id));
			record.row = row && record.row && sameRow(row, record.row) ? record.row : row;
			record.stale = false;
		}
		return record.row as Row<C> | undefined;
	}

	/** All rows of a collection. They are gathered once until something changes: an app that opens asks many questions at once. */
	rows<C extends Collection>(collection: C): readonly (Row<C> | undefined)[] {
		const rows = this.#rows.get(collection) ?? Array.from(this.ids(collection.number), (id) => this.row(collection, id));
		this.#rows.set(collection, rows);
		return rows as readonly (Row<C> | undefined)[];
	}

	/** Ids of all records of a collection, purged ones included. */
	ids(collection: number): Iterable<RecordId> {
		return this.#collections.get(collection)?.keys() ?? [];
	}

	/** What a register shows now; `except`: what it would show without one transaction. */
	register(place: Place, except?: Pending): Register | undefined {
		const record = this.held(place.collection, place.record);
		if (!record) return undefined;
		return record.overlay ? this.#merged(record, slotOf(place), except) : confirmedOf(record, place);
	}

	/** What the server confirmed of a register. */
	confirmed(place: Place): Register | undefined {
		const held = this.#collections.get(place.collection)?.get(place.record);
		if (held === undefined) return undefined;
		return confirmedOf(typeof held === 'number' ? { base: packedIn(this.#chunks, held) } : held, place);
	}

	/** What a build with this collection's lenses sees in a register: perhaps what an older build wrote. */
	seen(collection: Collection, place: Place): Register | undefined {
		if (collection.lenses.length === 0) return this.register(place);
		const record = this.held(place.collection, place.record);
		if (!record) return undefined;
		for (const entry of this.#entries(collection, record, place.record))
			if (entry.field === place.field && entry.key === place.key) return entry;
		return undefined;
	}

	/** Whether a write of a register is not confirmed yet. */
	isPending(place: Place): boolean {
		const writes = this.held(place.collection, place.record)?.overlay?.get(slotOf(place));
		return writes !== undefined && writes.length > 0;
	}

	/** All visible registers of a record by slot. */
	*registers(collection: number, id: RecordId): IterableIterator<[Slot, Register]> {
		const record = this.held(collection, id);
		if (record) yield* this.#visible(record, id);
	}

	/** The confirmed cells of a record, for checkpoints. What nobody asked for yet is read where it stands. */
	*cells(collection: number, id: RecordId): IterableIterator<Cell> {
		const held = this.#collections.get(collection)?.get(id);
		if (held === undefined) return;
		const base = typeof held === 'number' ? packedIn(this.#chunks, held) : held.base;
		yield* base instanceof Map ? base.values() : base.chunk.cells(base.row, id);
	}

	/** Whether the server has anything of a record; a tombstone is nothing. */
	knows(name: RecordName): boolean {
		for (const cell of this.cells(name.collection, name.record)) if (!isTombstone(cell)) return true;
		return false;
	}

	/** Every confirmed cell of the space. */
	*allCells(): IterableIterator<Cell> {
		for (const { collection, record } of this.names()) yield* this.cells(collection, record);
	}

	/** Every record that has any register, purged ones included. */
	*names(): IterableIterator<{ collection: number; record: RecordId }> {
		for (const [collection, records] of this.#collections) for (const record of records.keys()) yield { collection, record };
	}

	/** Lays a transaction over the confirmed state; `write` may add ops to the last one while its action runs. */
	add(pending: Pending): void {
		this.batch(() => {
			this.#pending.add(pending);
			for (const op of pending.ops) this.addOp(pending, op);
		});
	}

	/** Adds one op of a transaction that is being written, in place of an earlier op on the same register. */
	addOp(pending: Pending, op: Op): void {
		const record = this.#touch(op.collection, op.record);
		record.overlay ??= new Map();
		const slot = slotOf(op);
		const writes = record.overlay.get(slot);
		const own = writes?.find((write) => write.pending === pending);
		if (own) own.value = op.value;
		else if (writes) writes.push({ pending, value: op.value });
		else record.overlay.set(slot, [{ pending, value: op.value }]);
	}

	/** Takes a transaction out of the overlay: it was confirmed, dropped, or its action threw. */
	remove(pending: Pending): void {
		if (!this.#pending.delete(pending)) return;
		this.batch(() => {
			for (const op of pending.ops) {
				const record = this.#touch(op.collection, op.record);
				const slot = slotOf(op);
				const left = record.overlay?.get(slot)?.filter((write) => write.pending !== pending) ?? [];
				if (left.length > 0) record.overlay!.set(slot, left);
				else record.overlay?.delete(slot);
				if (record.overlay?.size === 0) record.overlay = null;
				if (!record.overlay && isEmpty(record)) this.#collections.get(op.collection)!.delete(op.record);
				if (lawOf(op.field) === counter) this.#minded(op);
			}
		});
	}

	/** A step of a counter of which nothing was confirmed here, perhaps since its record lies outside the part that is kept: nothing may rest on it. */
	#minded(op: Op): void {
		const held = this.confirmed(op)?.value;
		if (typeof held !== 'number' || held < Number(op.value)) this.lostCounts++;
	}

	/** Puts other ops in the place of those of a transaction. */
	rewrite(pending: Pending, ops: readonly Op[]): void {
		this.batch(() => {
			this.remove(pending);
			pending.ops = ops;
			this.add(pending);
		});
	}

	/** Gives a transaction its final stamp, from the journal or from the server. */
	restamp(pending: Pending, stamp: number): void {
		if (pending.stamp === stamp) return;
		pending.stamp = stamp;
		if (!this.#pending.has(pending)) return;
		this.batch(() => {
			for (const op of pending.ops) this.#touch(op.collection, op.record);
		});
	}

	/** The server did not take a transaction: where its word counts it is no longer shown. */
	refuse(pending: Pending, reason: NonNullable<Pending['refused']>): void {
		this.batch(() => {
			pending.refused = reason;
			for (const op of pending.ops) this.#touch(op.collection, op.record);
		});
	}

	/** Merges cells into the confirmed state. Order, repetition and grouping do not matter. */
	merge(cells: Iterable<Cell>): void {
		this.#coming = null;
		this.batch(() => {
			let last: { readonly cell: Cell; readonly base: Map<Slot, Cell> } | null = null;
			for (const cell of cells) {
				const same = last?.cell.record === cell.record && last.cell.collection === cell.collection;
				const base: Map<Slot, Cell> = same ? last!.base : unpacked(this.#touch(cell.collection, cell.record), cell.record);
				if (!same) last = { cell, base };
				if (cell.stamp > this.seenStamp) this.seenStamp = cell.stamp;
				if (isLeftover(cell)) this.#leftover(cell);
				if (mergeCell(base, cell)) this.anew.push({ collection: cell.collection, record: cell.record });
			}
		});
	}

	#leftover(cell: Cell): void {
		if (isTombstone(cell)) {
			this.#endedAt.set(nameKey(cell), ++this.endings);
			return void this.#tombstones.add(cell);
		}
		this.#leftovers.add(cell);
		if (lawOf(cell.field) === counter) this.lostCounts++;
	}

	/** Something is got ready beside what is shown, in place of anything else that was. It is void once what is confirmed changes. */
	expect(coming: Coming): void {
		this.#coming = coming;
	}

	awaits(coming: Coming | null): boolean {
		return this.#coming === coming;
	}

	/** Shows what was got ready. False: there is none, or it is void, so that it has to be merged. */
	show(coming: Coming | null): boolean {
		if (!coming || !this.awaits(coming)) return false;
		this.#coming = null;
		this.batch(() => {
			coming.land(this.#collections, this.#chunks, this.#touched!);
			this.seenStamp = Math.max(this.seenStamp, coming.seenStamp);
			for (const cell of coming.leftovers) this.#leftover(cell);
			this.anew.push(...coming.anew);
			this.#shown = coming;
		});
		return true;
	}

	/** Merges whole chunks. A record that is in none so far stays packed until somebody writes to it. */
	mergeChunks(chunks: Iterable<PackedChunk>): void {
		this.#coming = null;
		this.batch(() => {
			for (const chunk of chunks) this.#mergeChunk(chunk);
		});
	}

	#mergeChunk(chunk: PackedChunk): void {
		const number = this.#chunks.push(chunk) - 1;
		const records = mapIn(this.#collections, chunk.collection);
		const touched = setIn(this.#touched!, chunk.collection);
		const watched = this.followers.size > 0;
		this.seenStamp = Math.max(this.seenStamp, chunk.maxStamp);
		for (let row = 0; row < chunk.count; row++) {
			const id = chunk.idAt(row);
			const held = records.get(id);
			if (held === undefined) records.set(id, unreadAt(number, row));
			else if (typeof held !== 'number' && isEmpty(held)) {
				held.base = { chunk, row };
				held.stale = true;
			} else if (!this.isGone({ collection: chunk.collection, record: id })) this.merge(chunk.cells(row, id));
			if (watched || held !== undefined) touched.add(id);
		}
	}

	/**
	 * Lets go of tombstones, at a checkpoint: they have done their work. One of a record that a chunk still holds stays, so that the record
	 * does not come back when the chunk is read again; and so does one of a record about which something is on its way.
	 */
	sweep(): void {
		this.#coming = null;
		this.batch(() => {
			for (const { collection, record: id } of this.#tombstones) {
				const record = this.held(collection, id);
				if (!record || record.overlay || !(record.base instanceof Map) || !isGone(record.base)) continue;
				if (this.#chunks.some((chunk) => chunk.collection === collection && chunk.has(id))) continue;
				this.#collections.get(collection)!.delete(id);
				setIn(this.#touched!, collection).add(id);
			}
			this.#tombstones.clear();
			for (const cell of this.#leftovers) if (!this.isPending(cell)) this.#sweepCell(cell);
		});
	}

	/** The same of one register: nobody reads anything in it. */
	#sweepCell(cell: Cell): void {
		const { collection, record: id } = cell;
		this.#leftovers.delete(cell);
		const record = this.held(collection, id);
		if (!record || !(record.base instanceof Map)) return;
		const slot = slotOf(cell);
		const held = record.base.get(slot);
		if (!held || !isLeftover(held) || this.#chunks.some((chunk) => chunk.collection === collection && chunk.holds(cell))) return;
		record.base.delete(slot);
		if (isEmpty(record) && !record.overlay) this.#collections.get(collection)!.delete(id);
	}

	/** Forgets what was confirmed of records. What is not confirmed yet stays. */
	evict(names: Iterable<Name>): void {
		this.#coming = null;
		this.batch(() => {
			for (const { collection, record: id } of names) {
				if (!this.held(collection, id)) continue;
				const record = this.#touch(collection, id);
				record.base = new Map();
				this.lostCounts++;
				this.#letGoAt = ++this.endings;
				if (!record.overlay) this.#collections.get(collection)!.delete(id);
			}
		});
	}

	/** Whether something of a record is not confirmed, or was refused. */
	isUnfinished({ collection, record }: Name): boolean {
		const held = this.#collections.get(collection)?.get(record);
		return typeof held === 'object' && held.overlay !== null;
	}

	/**
	 * Forgets the confirmed state and takes `cells` in its place (the history of the space was replaced). The overlay stays. @param gone records
	 * that chunks tell of and that went before `cells` came
	 */
	replace(cells: Iterable<Cell>, chunks: Iterable<PackedChunk> = [], gone: readonly Name[] = []): void {
		this.batch(() => {
			this.seenStamp = 0;
			this.lostCounts++;
			this.#letGoAt = ++this.endings;
			for (const [collection, records] of this.#collections) {
				for (const id of records.keys()) this.#touch(collection, id).base = new Map();
			}
			this.#chunks = [];
			this.#tombstones.clear();
			this.#leftovers.clear();
			this.mergeChunks(chunks);
			this.evict(gone);
			this.merge(cells);
			for (const records of this.#collections.values()) {
				for (const [id, record] of records)
					if (typeof record !== 'number' && isEmpty(record) && !record.overlay) records.delete(id);
			}
		});
	}

	/** Whether only a tombstone is left of a record: what an older chunk holds of it is void. */
	isGone({ collection, record: id }: RecordName): boolean {
		const place = tombstoneOf({ collection, record: id });
		const flag = this.confirmed(place);
		return flag !== undefined && isTombstone({ ...place, ...flag });
	}

	/** Whether a record ended since a moment (a value of `endings`), as far as was heard of. */
	endedSince(name: Name, moment: number): boolean {
		return (this.#endedAt.get(nameKey(name)) ?? 0) > moment;
	}

	/** Whether something confirmed was let go of since a moment, so that records may have ended unheard of. */
	letGoSince(moment: number): boolean {
		return this.#letGoAt > moment;
	}

	/** Whether the part of a counter that an op writes was folded by the server. */
	isFolded(place: Place): boolean {
		return lawOf(place.field) === counter && foldedTotal(this.confirmed(place)?.value) !== null;
	}

	/** What is known of a record, made when it is asked for the first time. */
	held(collection: number, id: RecordId): RecordState | undefined {
		const records = this.#collections.get(collection);
		const held = records?.get(id);
		if (typeof held !== 'number') return held;
		const record: RecordState = { base: packedIn(this.#chunks, held), overlay: null, row: undefined, stale: true };
		records!.set(id, record);
		return record;
	}

	#touch(collection: number, id: RecordId): RecordState {
		let record = this.held(collection, id);
		if (!record) {
			record = { base: new Map(), overlay: null, row: undefined, stale: true };
			mapIn(this.#collections, collection).set(id, record);
		}
		record.stale = true;
		this.#rows.clear();
		this.#coming?.touch(collection, id);
		setIn(this.#touched!, collection).add(id);
		return record;
	}

	#visible(record: RecordState, id: RecordId): Iterable<[Slot, Register]> {
		const base = unpacked(record, id);
		if (!record.overlay) return base;
		const visible = new Map<Slot, Register>(base);
		for (const slot of record.overlay.keys()) {
			const register = this.#merged(record, slot);
			if (register) visible.set(slot, register);
		}
		return visible;
	}

	#merged(record: RecordState, slot: Slot, except?: Pending): Register | undefined {
		const { base, overlay } = record;
		let shown: Register | undefined = base instanceof Map ? base.get(slot) : confirmedOf(record, placeOf(slot));
		const writes = overlay?.get(slot);
		if (!writes) return shown;
		const { field } = placeOf(slot);
		const law = lawOf(field);
		// There the server's word counts, so that what it refused is not shown: two names or a circle would make no sense.
		const decided = law === tree || law === command;
		for (const { pending, value } of writes) {
			if (pending === except || (decided && pending.refused)) continue;
			const folded = law === counter ? foldedTotal(shown?.value) : null;
			if (folded !== null) {
				// What was folded stands in the sum; this part shows what comes on top of it.
				if (typeof value === 'number' && value > folded)
					shown = { value: value - folded, stamp: pending.stamp, actor: this.actor };
				continue;
			}
			const own = { value, stamp: pending.stamp, actor: this.actor };
			shown = shown ? mergeRegisters(field, shown, own) : own;
		}
		return shown;
	}

	#entries(collection: Collection, record: RecordState, id: RecordId): Iterable<WrittenEntry> {
		const { base, overlay } = record;
		const confirmed = () => (base instanceof Map ? base.values() : base.chunk.entries(base.row));
		return seenThrough(collection.lenses, overlay ? entriesOf(this.#visible(record, id)) : confirmed());
	}
}

function entriesOf(registers: Iterable<[Slot, Register]>): WrittenEntry[] {
	return Array.from(registers, ([slot, { value, stamp, actor }]) => ({ ...placeOf(slot), value, stamp, actor }));
}

function setIn<K, V>(sets: Map<K, Set<V>>, key: K): Set<V> {
	let set = sets.get(key);
	if (!set) sets.set(key, (set = new Set()));
	return set;
}

function mapIn<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
	let map = maps.get(key);
	if (!map) maps.set(key, (map = new Map()));
	return map;
}
