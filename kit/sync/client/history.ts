import type { Register, Value } from '@mana/model';
import type { Op, Place } from '../cell.ts';
import type { History } from './api.ts';
import { slotOf, type Pending, type Replica } from './replica.ts';

/** How one write of an action is taken back and done again. A 'creation' is taken back by purging the record: its place is that flag. */
export interface Step extends Place {
	readonly kind: 'field' | 'creation';
	readonly before: Value;
	after: Value;
}

/**
 * One state that a register was in. Undo and redo bring the register back to an earlier state by a new write, so the write that
 * stands for a state changes (`source`) while the state stays the same one.
 */
interface State {
	source: { readonly pending: Pending } | { readonly register: Register | undefined };
}

interface Entry {
	readonly label: string;
	readonly steps: readonly (Step & { readonly from: State; readonly to: State })[];
}

/** Commits ops under a label as an ordinary action. Returns the transaction that each op went into. */
export type CommitOps = (label: string, ops: readonly Op[]) => readonly Pending[];

/** Actions that can be taken back at most. */
const DEPTH = 100;

/**
 * Undo and redo of this tab's actions as inverse ops (sync.md §6.15). A register is only written back while it still shows what the
 * action left there, so nobody's later edit is overwritten; what cannot be taken back is skipped.
 */
export class ActionHistory implements History {
	readonly #replica: Replica;
	readonly #commit: CommitOps;
	readonly #done: Entry[] = [];
	readonly #undone: Entry[] = [];
	#states = new Map<string, State>();

	constructor(replica: Replica, commit: CommitOps) {
		this.#replica = replica;
		this.#commit = commit;
	}

	get undoable(): string | null {
		return this.#done.findLast((entry) => this.#possible(entry, 'to'))?.label ?? null;
	}

	get redoable(): string | null {
		return this.#undone.findLast((entry) => this.#possible(entry, 'from'))?.label ?? null;
	}

	/** State of a register before an action writes it; call it for every step before the action's ops are laid over the replica. */
	stateAt(place: Place): State {
		const name = nameOf(place);
		const shown = this.#replica.register(place);
		const known = this.#states.get(name);
		return known && this.#shows(known, shown) ? known : { source: { register: shown } };
	}

	/** Remembers an action that was just committed. Returns the way to take exactly it back. */
	record(label: string, steps: readonly RecordedStep[]): () => boolean {
		if (steps.length === 0) return () => false;
		const entry: Entry = {
			label,
			steps: steps.map(({ step, from, pending }) => {
				if (step.kind === 'creation') return { ...step, from: { source: { register: undefined } }, to: from };
				const to: State = { source: { pending } };
				this.#states.set(nameOf(step), to);
				return { ...step, from, to };
			}),
		};
		this.#done.push(entry);
		this.#undone.length = 0;
		this.#forgetOldest();
		return () => this.#take(entry);
	}

	undo(): boolean {
		while (this.#done.length > 0) if (this.#take(this.#done.at(-1)!)) return true;
		return false;
	}

	redo(): boolean {
		for (let entry = this.#undone.pop(); entry; entry = this.#undone.pop()) {
			if (!this.#turn(entry, 'from', 'to')) continue;
			this.#done.push(entry);
			return true;
		}
		return false;
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
		if (steps.length === 0) return false;
		const ops = steps.map(({ collection, record, field, key, before, after }) => {
			return { collection, record, field, key, value: there === 'from' ? before : after };
		});
		const transactions = this.#commit(entry.label, ops);
		for (const [at, step] of steps.entries()) {
			step[there].source = { pending: transactions[at]! };
			this.#states.set(nameOf(step), step[there]);
		}
		return true;
	}

	#possible(entry: Entry, here: 'from' | 'to'): boolean {
		return entry.steps.some((step) => this.#turnable(step, here));
	}

	#turnable(step: Entry['steps'][number], here: 'from' | 'to'): boolean {
		if (step.kind === 'creation' && here === 'to' && !this.#isOurs(step)) return false;
		return this.#shows(step[here], this.#replica.register(step));
	}

	/** A record that somebody else has written to since is not taken away from them. */
	#isOurs({ collection, record }: Place): boolean {
		for (const [, register] of this.#replica.registers(collection, record))
			if (register.actor !== this.#replica.actor) return false;
		return true;
	}

	#shows({ source }: State, shown: Register | undefined): boolean {
		if ('pending' in source) return shown?.stamp === source.pending.stamp && shown.actor === this.#replica.actor;
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
