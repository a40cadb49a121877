import { lawOf, type Register, sumKey, systemFields } from '@mana/model';
import { decodeFrame } from '../codec/index.ts';
import { SPACES_APP } from '../permission.ts';
import type { DeviceId, Op, Place, Transaction } from '../cell.ts';
import type { FrameOf } from '../frames.ts';
import type { Scope } from '../scope.ts';
import { isTombstone, recordKey, type RecordName } from '../tombstone.ts';
import { beats, collectionsIn, counterOf, isCount, isKept, isWhole, mayRead, same, show, type Write } from './plain-rules.ts';
import { things } from './things.ts';
import { Inconclusive, Violation } from './violation.ts';
import { EPOCH_MS, MAX_DRIFT_MS, stampAt } from '../clock.ts';
import { placeKey } from '../merge.ts';
import {
	type Answer,
	type Change,
	type Found,
	hashTransaction,
	type MemberState,
	type PushRequest,
	type Refused,
	type SpaceState,
	type StoredCell,
} from '../space/index.ts';

const PURGED = systemFields.purged.number;

interface Past {
	readonly ends: readonly End[];
	readonly decided: ReadonlyMap<string, Decided>;
	readonly writes: ReadonlyMap<string, readonly Write[]>;
	readonly counted: ReadonlyMap<string, ReadonlySet<number | string>>;
	readonly settled: ReadonlyMap<string, bigint>;
	readonly erased: ReadonlySet<string>;
	readonly checkpoints: readonly Checkpoint[];
}

/** A record was purged for good by the change that led to `seq`. */
interface End {
	readonly seq: number;
	readonly record: string;
}

interface Decided {
	readonly hash: number;
	readonly stamp: number;
	readonly refused: Refused | undefined;
	readonly transaction: Transaction;
}

interface Checkpoint {
	readonly seq: number;
	readonly cells: readonly StoredCell[];
}

/**
 * The reference model: a list of all accepted writes, folded naively whenever somebody asks. It shares no code with the engine but
 * names and hashes, watches the server's disk and answers, and throws a `Violation` when an invariant breaks.
 */
export class Oracle {
	/** Every push that ever reached a committer, to find out what a decision was about. */
	readonly #pushed = new Map<string, Transaction>();
	/** The decisions that each device, or a copy of it, let the server forget, and the numbers that it sent. */
	readonly #known = new Map<string, number>();
	readonly #sent = new Set<string>();
	#decided = new Map<string, Decided>();
	/**
	 * What every part of a counter was ever accepted to hold, with the tokens of the actions, also of those that were folded; and, by counter, what
	 * stands in parts that were forgotten.
	 */
	#counted = new Map<string, Set<number | string>>();
	#settled = new Map<string, bigint>();
	/** Parts of texts of which nothing is left. What comes late under such a name may stand there again: the text has it already. */
	#erased = new Set<string>();
	/** How often the server went back to an older state, whether its epoch tells or not. */
	history = 0;
	/** The latest time that the server's clock ever showed: when it goes back, stamps do not. */
	#latest = 0;
	#writes = new Map<string, Write[]>();
	/** What each change wrote, by the seq it led to; one list for each history (epoch). */
	#checkpoints = new Map<number, Checkpoint[]>();
	/** What each change led to, as far as somebody asked: a history that goes on from a backup shares its changes, and so these. */
	readonly #states = new WeakMap<Checkpoint, ReadonlyMap<string, StoredCell>>();
	/** Ends of records; one list for each history. */
	#ends = new Map<number, End[]>();
	/** Which life of a record a write was about, by token and record; only what is about one that was there. */
	readonly #lives = new Map<string, { readonly epoch: number; readonly life: number }>();

	/** What everybody may see, as the server's disk says, and what it said before as long as a server may believe it. */
	#rights: { readonly aclEpoch: number; readonly members: ReadonlyMap<string, MemberState> }[] = [];

	/** The disk says this now. */
	members(members: ReadonlyMap<string, MemberState>, aclEpoch: number): void {
		this.#rights.push({ aclEpoch, members });
	}

	/** The only server process knows what its disk says. */
	heard(): void {
		this.#rights.splice(0, this.#rights.length - 1);
	}

	/** A change of rights was answered: nothing leaves under those before it, from no server. */
	commandAnswered(aclEpoch: number): void {
		const last = this.#rights.at(-1)!;
		this.#rights = this.#rights.filter((rights) => rights.aclEpoch >= aclEpoch || rights === last);
	}

	/** Whether the server has decided a transaction of a device. */
	hasDecided(device: DeviceId, n: number): boolean {
		return this.#decided.has(`${device} ${n}`);
	}

	/** Bytes leave for somebody: they must be none that this person may not see (I9), and none at all of who was removed (I11). */
	sent(person: string, bytes: Uint8Array, part: { readonly scope: Scope; readonly space: SpaceState } | null): void {
		const possible = this.#rights.flatMap(({ members }) => members.get(person)?.access ?? []);
		if (!part && possible.some(({ apps }) => apps === null)) return; // whatever it is
		const frame = decodeFrame(bytes);
		if (!('space' in frame) || frame.type === 'revoked') return;
		if (part && frame.type === 'delta') this.#checkPart(frame, part.scope, part.space);
		if (possible.length === 0) throw new Violation('I11', `a ${frame.type} leaves for ${person}, who is no member`);
		const collections = collectionsIn(frame);
		const outside = part && frame.type === 'snapshot' && collections.find((collection) => !isWhole(part.scope, collection));
		if (outside) throw new Violation('I9', `chunks of collection ${outside} are offered to somebody who keeps a part of it`);
		const foreign = possible.map(({ apps }) => collections.find((collection) => !mayRead(apps, collection)));
		if (foreign.every((collection) => collection !== undefined))
			throw new Violation('I9', `something of collection ${foreign[0]} leaves for ${person} with a ${frame.type}`);
	}

	/** A chunk is handed out: to nobody who may not read its collection. */
	fetched(person: string, collection: number): void {
		const possible = this.#rights.flatMap(({ members }) => members.get(person)?.access ?? []);
		if (!possible.some(({ apps }) => mayRead(apps, collection)))
			throw new Violation('I9', `a chunk of collection ${collection} leaves for ${person}`);
	}

	/** Somebody wrote, at a checkpoint, about records that were there. */
	wrote(
		token: string,
		{ epoch, seq }: { readonly epoch: number; readonly seq: number },
		known: readonly Place[],
		unknown: readonly Place[],
	): void {
		for (const place of known) {
			const record = recordKey(place);
			this.#lives.set(`${token} ${record}`, { epoch, life: this.#life(epoch, record, seq) });
		}
		// What is taken back brings an earlier token again, perhaps into a record that begins with it.
		for (const place of unknown) this.#lives.delete(`${token} ${recordKey(place)}`);
	}

	/** Whether a record has ended in any history. */
	hasEnded(name: RecordName): boolean {
		const record = recordKey(name);
		return [...this.#ends.values()].some((ends) => ends.some((end) => end.record === record));
	}

	/** How often a record had ended. */
	#life(epoch: number, record: string, seq: number): number {
		return (this.#ends.get(epoch) ?? []).filter((end) => end.record === record && end.seq <= seq).length;
	}

	/** What was written about a record that ended since must not be accepted as the beginning of another one (I14). */
	#checkLives({ ops }: Transaction, { space, from }: Change): void {
		for (const { field, value } of ops) {
			if (field !== things.fields.token.number || value === null) continue;
			for (const op of ops) {
				const record = recordKey(op);
				const lived = this.#lives.get(`${String(value)} ${record}`);
				if (lived?.epoch !== space.epoch) continue;
				const life = this.#life(space.epoch, record, from);
				const isThere = () => [...this.#writes.keys()].some((place) => place.startsWith(`${record}.`));
				if (lived.life !== life && !isThere())
					throw new Violation('I14', `${String(value)} was about life ${lived.life} of ${record}, which is in its ${life}`);
			}
		}
	}

	/** Whether only a tombstone is left. */
	#isGone(record: string): boolean {
		return this.#writes.get(`${record}.${PURGED}.`)?.some(({ value, actor }) => value === true && actor === 0) ?? false;
	}

	#end(epoch: number, { purged, forgotten, cells, space }: Change): void {
		const ends = this.#ends.get(epoch) ?? [];
		this.#ends.set(epoch, ends);
		for (const name of [...purged, ...forgotten])
			for (const places of [this.#writes, this.#settled, this.#erased, this.#counted])
				for (const place of places.keys()) if (place.startsWith(`${recordKey(name)}.`)) places.delete(place);
		for (const name of purged) {
			ends.push({ seq: space.seq, record: recordKey(name) });
			const cell = cells.find((cell) => recordKey(cell) === recordKey(name));
			if (cell)
				this.#writes.set(placeKey(cell), [
					{ op: cell, value: cell.value, sent: cell.stamp, stamp: cell.stamp, actor: cell.actor },
				]);
		}
	}

	/**
	 * How many parts of counters these records have. One tidying of a group may fold them, under a seq of its own, and the next one purge their record: then
	 * nothing of the first is left to be seen.
	 */
	#countedIn(names: readonly RecordName[]): number {
		const records = new Set(names.map(recordKey));
		return [...this.#writes.values()].filter(([first]) => isCount(first!.op) && records.has(recordKey(first!.op))).length;
	}

	/** A record of which something leaves must have been in the reader's part at some checkpoint since the cursor (I9). */
	#checkPart({ from, cells }: FrameOf<'delta'>, scope: Scope, { epoch, seq }: SpaceState): void {
		const left = new Set(cells);
		for (let at = from; at <= seq && left.size > 0; at++) {
			const state = this.stateAt(epoch, at);
			if (state) for (const cell of left) if (isKept(scope, cell, state)) left.delete(cell);
		}
		for (const cell of left)
			throw new Violation('I9', `${show(cell)} of ${cell.record} leaves for somebody who keeps no such thing`);
	}

	pushed({ device, known, transactions }: PushRequest): void {
		this.#known.set(device, Math.max(known, this.#known.get(device) ?? 0));
		for (const transaction of transactions) {
			this.#pushed.set(`${device} ${hashTransaction(transaction)}`, transaction);
			this.#sent.add(`${device} ${transaction.n}`);
		}
	}

	/** A change became durable at the server's time `now`. */
	committed(found: Found, change: Change, now: number): void {
		this.#latest = Math.max(this.#latest, now);
		const { epoch, seq } = change.space;
		let expected = change.from;
		const touched = new Set<string>();
		// Devices are independent of each other but their transactions interleave; within a group only the outcome can be compared.
		let effective = 0;
		for (const [device, state] of change.devices) {
			const before = found.devices.get(device);
			const first = (before?.n ?? 0) + 1;
			let last = before?.stamp ?? 0;
			for (let n = first; n <= state.n; n++) {
				const decision = state.decisions[state.decisions.length - 1 - (state.n - n)];
				const forgotten = !decision && n <= (this.#known.get(device) ?? 0) && this.#sent.has(`${device} ${n}`);
				if (forgotten) throw new Inconclusive(`${device} ${n} was decided and forgotten in one commit`);
				const transaction = decision && this.#pushed.get(`${device} ${decision.hash}`);
				if (!transaction || transaction.n !== n) throw new Violation('I4', `${device} has a decision on ${n} that it never sent`);
				const key = `${device} ${n}`;
				if (this.#decided.has(key)) throw new Violation('I4', `${key} was decided twice`);
				const stamp = decision.restamped ?? transaction.stamp;
				this.#decided.set(key, { hash: decision.hash, stamp, refused: decision.refused, transaction });
				if (decision.refused) continue;
				if (stamp <= last) throw new Violation('I15', `${key}: stamp ${stamp} is not above ${last}`);
				// A clock from before there were stamps leaves only the counter.
				if (stamp > Math.max(stampAt(this.#latest + MAX_DRIFT_MS), stampAt(EPOCH_MS + 1)))
					throw new Violation('I15', `${key}: stamp ${stamp} is in the future`);
				last = stamp;
				effective++;
				this.#checkPreconditions(transaction, change, state.actor);
				this.#checkLives(transaction, change);
				for (const op of transaction.ops) {
					if (!this.#isGone(recordKey(op)))
						touched.add(this.#add(op, transaction.stamp, stamp, state.actor, tokenOf(transaction)));
					else if (op.field !== PURGED && op.value !== null)
						throw new Violation('I14', `${show({ ...op, stamp, actor: state.actor })} was accepted about a record that is gone`);
				}
			}
		}
		// A count of the same group, which is put into the sum at once, may hide that the sum was written by folding before.
		const isFolded = (cell: StoredCell) => isCount(cell) && (cell.actor === 0 || cell.key === sumKey(cell.key));
		const folded = change.cells.filter(isFolded).length + this.#countedIn(change.purged);
		expected += effective + change.purged.length + folded;
		this.#end(epoch, change);
		// Commands take a seq each too, and a later one of the group may hide an earlier one's registers.
		if (change.cells.some(({ collection }) => collection >> 8 === SPACES_APP)) expected = Infinity;
		if (seq > expected) throw new Violation('I5', `seq ${seq} after ${change.from} and ${effective} accepted transactions`);
		if (seq > change.from !== change.cells.length > 0) throw new Violation('I5', `seq ${seq} with ${change.cells.length} cells`);
		const list = this.#checkpoints.get(epoch) ?? [];
		this.#checkpoints.set(epoch, list);
		if (change.from < (list.at(-1)?.seq ?? 0)) throw new Violation('I5', `${change.from} is continued a second time`);
		if (change.cells.length > 0) list.push({ seq, cells: change.cells });
		this.#erase(change);
		const written = new Map(change.cells.map((cell) => [placeKey(cell), cell]));
		for (const place of touched) {
			if (!this.#writes.has(place)) continue; // its record went in the same commit
			if (this.#erased.has(place) || isCount(this.#writes.get(place)![0]!.op)) continue; // counters are compared as a whole
			const cell = written.get(place) ?? found.cells.get(place);
			if (!cell || !same(cell, this.winner(place)!))
				throw new Violation('I1', `the server holds ${show(cell)} at ${place}, not ${show(this.winner(place))}`);
		}
	}

	/** What an accepted transaction expected of records must have been so, as far as it can be told from before its group. */
	#checkPreconditions({ preconditions = [] }: Transaction, { space, from, cells }: Change, actor: number): void {
		const overwritten = new Set(cells.map(placeKey));
		for (const { record, seq, own } of preconditions)
			for (const [place, cell] of this.stateAt(space.epoch, from) ?? [])
				if (
					cell.record === record &&
					!isTombstone(cell) &&
					!(isCount(cell) && cell.actor === 0) && // folding changes nothing
					cell.seq > seq &&
					(own || cell.actor !== actor) &&
					!overwritten.has(place)
				)
					throw new Violation('I2', `${record} had moved on to ${cell.seq} and not ${seq}`);
	}

	/** The server answers a push: every answer on one transaction must be the same, and durable. */
	answered({ device, transactions }: PushRequest, answer: Answer): void {
		if (answer.type !== 'ack') return;
		for (const { n } of transactions) {
			const decided = this.#decided.get(`${device} ${n}`);
			if (!decided) throw new Violation('I3', `${device} ${n} is acknowledged but not on the disk`);
			const refused = answer.refused.find((one) => one.n === n);
			const restamped = answer.restamped.find((one) => one.n === n);
			if ((refused?.code ?? null) !== (decided.refused?.code ?? null))
				throw new Violation('I4', `${device} ${n} got another answer`);
			const { stamp } = decided.transaction;
			if (!refused && (restamped?.stamp ?? stamp) !== decided.stamp)
				throw new Violation('I4', `${device} ${n} got another stamp`);
		}
	}

	/** The write that a replica which saw everything must show. */
	winner(place: string): Write | undefined {
		return this.#writes.get(place)?.reduce((best, write) => (beats(write, best) ? write : best));
	}

	/** Every accepted write of a register. */
	writesTo(place: string): readonly Write[] {
		return this.#writes.get(place) ?? [];
	}

	/** How many transactions with this token were accepted. */
	timesAccepted(token: string): number {
		return this.accepted().filter(({ transaction }) => tokenOf(transaction) === token).length;
	}

	/** What a part of a counter was ever accepted to hold, and the tokens of the actions that counted there. */
	countedIn(place: string): ReadonlySet<number | string> {
		return this.#counted.get(place) ?? new Set();
	}

	/** Everything that was accepted, folded. Counters are told by `counts`. */
	*state(): IterableIterator<readonly [string, Register]> {
		for (const [place, [first]] of this.#writes)
			if (!isCount(first!.op) && !this.#erased.has(place)) yield [place, this.winner(place)!];
	}

	/** What everything that was counted in one direction comes to, by the counter: of each part the greatest total. */
	counts(): Map<string, bigint> {
		const sums = new Map(this.#settled);
		for (const [place, [first]] of this.#writes) {
			if (!isCount(first!.op)) continue;
			const counter = counterOf(first!.op);
			sums.set(counter, (sums.get(counter) ?? 0n) + BigInt(Number(this.winner(place)!.value)));
		}
		return sums;
	}

	/** What the server lets go of changes nothing: a part that was forgotten has been counted. */
	#erase({ erased }: Change): void {
		for (const place of erased) {
			const winner = this.winner(placeKey(place));
			if (!isCount(place)) this.#erased.add(placeKey(place));
			else if (winner) {
				const counter = counterOf(place);
				this.#settled.set(counter, (this.#settled.get(counter) ?? 0n) + BigInt(Number(winner.value)));
				this.#writes.delete(placeKey(place));
			}
		}
	}

	/** What a replica with this cursor must hold; `null` when there never was such a checkpoint. */
	stateAt(epoch: number, seq: number): ReadonlyMap<string, StoredCell> | null {
		if (seq === 0) return new Map();
		const checkpoints = this.#checkpoints.get(epoch) ?? [];
		const at = checkpoints.findLastIndex((checkpoint) => checkpoint.seq === seq);
		return at < 0 ? null : this.#stateOf(checkpoints, at);
	}

	/** What all checkpoints up to one come to. */
	#stateOf(checkpoints: readonly Checkpoint[], at: number): ReadonlyMap<string, StoredCell> {
		const last = checkpoints[at]!;
		const known = this.#states.get(last);
		if (known) return known;
		let first = at;
		while (first > 0 && !this.#states.has(checkpoints[first - 1]!)) first--;
		const state = new Map(first > 0 ? this.#states.get(checkpoints[first - 1]!) : []);
		for (const { cells } of checkpoints.slice(first, at + 1))
			for (const cell of cells) {
				const record = recordKey(cell);
				if (isTombstone(cell)) for (const place of state.keys()) if (place.startsWith(`${record}.`)) state.delete(place);
				state.set(placeKey(cell), cell);
			}
		this.#states.set(last, state);
		return state;
	}

	/** Whether the server held this at a place at any time. */
	held(place: string, register: Register): boolean {
		return [...this.#checkpoints.values()].some((list) =>
			list.some(({ cells }) => cells.some((cell) => placeKey(cell) === place && same(cell, register))),
		);
	}

	/** All transactions that were decided, for whoever looks for a write of his. */
	decisions(): Decided[] {
		return [...this.#decided.values()];
	}

	/** Those of them that were accepted. */
	accepted(): Decided[] {
		return this.decisions().filter(({ refused }) => !refused);
	}

	/** What a backup of the server holds. */
	past(epoch: number): Past {
		const writes = new Map([...this.#writes].map(([place, list]) => [place, [...list]]));
		return {
			ends: [...(this.#ends.get(epoch) ?? [])],
			decided: new Map(this.#decided),
			writes,
			counted: new Map([...this.#counted].map(([place, totals]) => [place, new Set(totals)])),
			settled: new Map(this.#settled),
			erased: new Set(this.#erased),
			checkpoints: [...(this.#checkpoints.get(epoch) ?? [])],
		};
	}

	/** The server went back to an older state, under an epoch that may be a new one. */
	restored(past: Past, epoch: number): void {
		this.history++;
		this.#decided = new Map(past.decided);
		this.#writes = new Map([...past.writes].map(([place, list]) => [place, [...list]]));
		this.#counted = new Map([...past.counted].map(([place, totals]) => [place, new Set(totals)]));
		this.#settled = new Map(past.settled);
		this.#erased = new Set(past.erased);
		this.#checkpoints.set(epoch, [...past.checkpoints]);
		this.#ends.set(epoch, [...past.ends]);
	}

	#add(op: Op, sent: number, stamp: number, actor: number, token: string): string {
		const place = placeKey(op);
		const list = this.#writes.get(place) ?? [];
		this.#writes.set(place, list);
		const value = lawOf(op.field).name === 'command' && typeof op.value === 'string' ? op.value.replace('?', '=') : op.value;
		list.push({ op, value, sent, stamp, actor });
		if (isCount(op)) {
			const counted = this.#counted.get(place) ?? new Set();
			this.#counted.set(place, counted.add(Number(value)).add(token));
		}
		return place;
	}
}

function tokenOf({ ops }: Transaction): string {
	return String(ops.find(({ field }) => field === things.fields.token.number)?.value ?? '');
}
