import { isLater, requestAgain, sumKey, type Register, type Value } from '@mana/model';
import type { Op, Place } from '../cell.ts';
import type { Name } from '../name.ts';
import type { History, Skipped } from './api.ts';
import type { Pending } from './pending.ts';
import type { Replica } from './replica.ts';
import { slotOf } from './slot.ts';

/**
 * How one write of an action is taken back and done again. A 'creation' is taken back by purging the record: its place is that flag. A
 * 'count' is taken back by counting the other way, whoever counted since.
 */
export interface Step extends Place {
	readonly kind: 'field' | 'creation' | 'count';
	readonly before: Value;
	after: Value;
	readonly guarded: boolean;
	/** The same for the registers of older versions that were written along. */
	readonly mirrors: readonly (Place & { readonly before: Value; after: Value })[];
}

/**
 * One state that a register was in. Undo and redo bring the register back to an earlier state by a new write, so the write that
 * stands for a state changes (`source`) while the state stays the same one.
 */
interface State {
	source: { readonly pending: Pending } | { readonly pending?: undefined; readonly register: Register | undefined };
}

interface Entry {
	readonly label: string;
	/** Those that its last turn did not leave: what undo left is not done again. */
	steps: readonly (Step & {
		readonly from: State;
		readonly to: State;
		/** When it was written, in `endings` of the replica. */
		readonly moment: number;
	})[];
}

/** What undo asks of its client. */
export interface HistoryParts {
	readonly replica: Replica;
	/**
	 * Commits ops under a label as an ordinary action, each made when those before it are done. Returns the transaction that each op went
	 * into.
	 */
	commit(label: string, ops: readonly (() => Op)[]): readonly Pending[];
	/** Something was taken back or done again, or was left. */
	changed(): void;
	/** The op that counts further in a counter, of which `place` is any register. */
	count(place: Place, add: number): Op;
}

/** Actions that can be taken back at most. */
const DEPTH = 100;

/**
 * Undo and redo of this tab's actions as inverse ops (sync.md §6.15). A register is only written back while it still shows what the
 * action left there, so nobody's later edit is overwritten; what cannot be taken back is skipped.
 */
export class ActionHistory implements History {
	skipped: readonly Skipped[] = [];
	readonly #parts: HistoryParts;
	readonly #replica: Replica;
	readonly #done: Entry[] = [];
	readonly #undone: Entry[] = [];
	#states = new Map<string, State>();

	constructor(parts: HistoryParts) {
		this.#parts = parts;
		this.#replica = parts.replica;
	}

	get undoable(): string | null {
		return this.#done.findLast((entry) => this.#possible(entry, 'to'))?.label ?? null;
	}

	get redoable(): string | null {
		return this.#undone.findLast((entry) => this.#possible(entry, 'from'))?.label ?? null;
	}

	/**
	 * State of a register before an action writes it; call it for every step before the action's ops are laid over the replica.
	 *
	 * @param before what is seen there, perhaps of an older version
	 */
	stateAt(place: Place, before = this.#replica.register(place)): State {
		const register = this.#replica.register(place);
		const known = this.#states.get(nameOf(place));
		if (known && this.#shows(known, register)) return known;
		// What is not confirmed yet may have been written by a page before this one, and may be refused.
		for (const writes of this.#replica.held(place.collection, place.record)?.overlay?.values() ?? [])
			for (const { pending } of writes) if (pending.stamp === before?.stamp) return { source: { pending } };
		return { source: { register } };
	}

	/** Remembers an action that was just committed. Returns the way to take exactly it back. */
	record(label: string, steps: readonly RecordedStep[]): () => boolean {
		if (steps.length === 0) return () => false;
		const moment = this.#replica.endings;
		const entry: Entry = {
			label,
			steps: steps.map(({ step, from, pending }) => {
				if (step.kind === 'creation') return { ...step, moment, from: { source: { register: undefined } }, to: from };
				const to: State = { source: { pending } };
				this.#states.set(nameOf(step), to);
				return { ...step, moment, from, to };
			}),
		};
		this.#done.push(entry);
		this.#undone.length = 0;
		this.#forgetOldest();
		return () => this.#attempt(() => this.#take(entry));
	}

	/** Whether an action on this record can be taken back, or done again. */
	holds({ collection, record }: Name): boolean {
		const about = ({ steps }: Entry) => steps.some((step) => step.record === record && step.collection === collection);
		return this.#done.some(about) || this.#undone.some(about);
	}

	undo(): boolean {
		return this.#attempt(() => {
			while (this.#done.length > 0) if (this.#take(this.#done.at(-1)!)) return true;
			return false;
		});
	}

	redo(): boolean {
		return this.#attempt(() => {
			for (let entry = this.#undone.pop(); entry; entry = this.#undone.pop()) {
				if (!this.#turn(entry, 'from', 'to')) continue;
				this.#done.push(entry);
				return true;
			}
			return false;
		});
	}

	#attempt(turn: () => boolean): boolean {
		this.skipped = [];
		const done = turn();
		this.#parts.changed();
		return done;
	}

	#take(entry: Entry): boolean {
		const at = this.#done.lastIndexOf(entry);
		if (at < 0) return false;
		this.#done.splice(at, 1);
		if (!this.#turn(entry, 'to', 'from')) return false;
		this.#undone.push(entry);
		return true;
	}

	/** Brings the registers of `entry` that still are in state `here` to state `there`. */
	#turn(entry: Entry, here: 'from' | 'to', there: 'from' | 'to'): boolean {
		const steps = entry.steps.filter((step) => this.#turnable(step, here));
		const left = entry.steps.filter((step) => !steps.includes(step));
		this.skipped = [...this.skipped, ...left.map(({ collection, record, field }) => ({ collection, record, field }))];
		if (steps.length === 0) return false;
		entry.steps = steps;
		const ops = steps.map((step) => this.#opsOf(step, here, there));
		const transactions = this.#parts.commit(entry.label, ops.flat());
		let at = 0;
		for (const [i, step] of steps.entries()) {
			at += ops[i]!.length;
			step[there].source = { pending: transactions[at - 1]! };
			this.#states.set(nameOf(step), step[there]);
		}
		return true;
	}

	/** What brings the register of a step, and those of older versions, from the state `here` to the state `there`: the register itself last. */
	#opsOf(step: Entry['steps'][number], here: 'from' | 'to', there: 'from' | 'to'): (() => Op)[] {
		const { collection, record, field, key, before, after, kind, guarded, mirrors } = step;
		if (kind === 'count') {
			const steps = (Number(after) - Number(before ?? 0)) * (key.startsWith('-') ? -1 : 1);
			// Says again what is taken back: should the server refuse it, nothing must be taken back that never was. What was confirmed is not said
			// again: its part may have been folded and forgotten since, and would count twice.
			const { source } = step[here];
			const isOpen = source.pending && this.#replica.pending.has(source.pending);
			const again = isOpen ? source.pending.ops.filter((op) => op.record === record && op.field === field) : [];
			return [...again.map((op) => () => op), () => this.#parts.count(step, there === 'from' ? -steps : steps)];
		}
		const value = requestAgain(there === 'from' ? before : after);
		return [
			...mirrors.map((mirror) => () => {
				const { collection, record, field, key } = mirror;
				return { collection, record, field, key, value: there === 'from' ? mirror.before : mirror.after };
			}),
			() => {
				const op = { collection, record, field, key, value };
				return guarded ? { ...op, seen: this.#replica.register(op)?.stamp ?? 0 } : op;
			},
		];
	}

	#possible(entry: Entry, here: 'from' | 'to'): boolean {
		return entry.steps.some((step) => this.#turnable(step, here));
	}

	#turnable(step: Entry['steps'][number], here: 'from' | 'to'): boolean {
		// The record is no more, and nothing of it comes back; nor does what stood there before and was refused since its record was no more.
		if (isGone(step.from) || isGone(step.to) || this.#replica.isGone(step)) return false;
		if (!this.#replica.held(step.collection, step.record)) return false;
		// Of a record that the server has nothing of it would be the beginning.
		if (isRefused(step[here]) && !this.#replica.knows(step)) return false;
		if (step.kind === 'count') return !isRefused(step[here]) && this.#isCounted(step); // what others counted since stays
		if (step.kind === 'creation' && here === 'to' && !this.#isOurs(step)) return false;
		const shown = this.#replica.register(step);
		for (const mirror of step.mirrors) {
			const older = this.#replica.register(mirror);
			if (older && (!shown || isLater(older, shown))) return false; // an older build wrote since
		}
		return this.#shows(step[here], shown);
	}

	/**
	 * Whether a count is still in what is shown, by itself or in the sum. A record that was made anew under the same id began again at nothing, and its sum
	 * is not the one that this stood in.
	 */
	#isCounted(step: Place & { readonly moment: number }): boolean {
		if (this.#replica.endedSince(step, step.moment)) return false;
		const keys = this.#replica.letGoSince(step.moment) ? [step.key] : [step.key, sumKey(step.key)];
		return keys.some((key) => this.#replica.register({ ...step, key }) !== undefined);
	}

	/** A record that somebody else has written to since is not taken away from them. */
	#isOurs({ collection, record }: Place): boolean {
		for (const [, register] of this.#replica.registers(collection, record))
			if (register.actor !== this.#replica.actor) return false;
		return true;
	}

	#shows({ source }: State, shown: Register | undefined): boolean {
		if (source.pending) return shown?.stamp === source.pending.stamp && shown.actor === this.#replica.actor;
		return shown?.stamp === source.register?.stamp && shown?.actor === source.register?.actor;
	}

	#forgetOldest(): void {
		if (this.#done.length <= DEPTH) return;
		this.#done.shift();
		// What is known of forgotten actions is harmless, so it is swept out only when it is most of what is known.
		const steps = this.#done.reduce((sum, { steps }) => sum + steps.length, 0);
		if (this.#states.size <= 2 * steps) return;
		const kept = new Map<string, State>();
		for (const { steps } of this.#done) for (const step of steps) kept.set(nameOf(step), step.to);
		this.#states = kept;
	}
}

/** What the server did not take need not be taken back. */
function isRefused({ source }: State): boolean {
	return !!source.pending?.refused;
}

function isGone({ source }: State): boolean {
	return source.pending?.refused?.code === 'gone';
}

/** A step with the state that its register was in before, and the transaction that wrote it. */
export interface RecordedStep {
	readonly step: Step;
	readonly from: State;
	readonly pending: Pending;
}

export type { State };

/** A text that names a register, for maps. */
export function nameOf(place: Place): string {
	return `${place.collection}/${place.record}/${slotOf(place)}`;
}
