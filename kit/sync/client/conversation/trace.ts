import type { DeviceId, Op, Transaction } from '../../cell.ts';
import type { Frame } from '../../frames.ts';

/**
 * One thing that happened between a device and its server, told without what people wrote: numbers, lengths and stable codes. The id of
 * a record is in it, so that writes of one record are known as such; a bundle puts a number in its place (`bundle.ts`).
 */
export type TraceEvent = { readonly at: number } & TraceFact;

export type TraceFact =
	/** A local transaction has its number. `ops`: how many; `shapes`: the first of them. */
	| { readonly what: 'wrote'; readonly n: number; readonly ops: number; readonly shapes: readonly Shape[] }
	| { readonly what: 'sent' | 'heard'; readonly frame: Frame['type']; readonly facts: FrameFacts }
	/** The conversation came to a phase; `code` says why, where there is a reason. */
	| { readonly what: 'phase'; readonly phase: string; readonly code: string | null }
	/** A connection is tried over a socket ('stream') or by requests ('exchange'). */
	| { readonly what: 'opened'; readonly over: 'stream' | 'exchange' }
	/** This tab takes the lead, gives it up, or goes on after its state was read from the disk; the page was shown or the network came back. */
	| { readonly what: 'started' | 'stopped' | 'woken' };

/** What is told of a frame: its numbers and flags, how long its lists are, its codes. No text that somebody wrote and no id is in it. */
export type FrameFacts = Readonly<Record<string, number | boolean | string | null>>;

/** What is told of a write of one register. */
export interface Shape {
	readonly collection: number;
	readonly record: string;
	/** Field number: id × 8 + law. */
	readonly field: number;
	/** Length of its key in a set or a map, in UTF-16 units. */
	readonly key: number;
	readonly kind: 'null' | 'boolean' | 'number' | 'text' | 'bytes';
	/** Length of a text in UTF-16 units, of bytes in bytes; 0 for all else. */
	readonly size: number;
}

/** Events that are kept; the oldest go first. */
export const MOST_EVENTS = 400;
/** Writes of one transaction that are told one by one. */
const MOST_SHAPES = 16;

/** What this device has written and the server has not decided. */
interface Writes {
	readonly device: DeviceId;
	readonly doneN: number;
	unsentFrom(from: number): Iterable<Transaction>;
}

/** The last events of a conversation, oldest first. */
export class Trace {
	readonly #now: () => number;
	#events: TraceEvent[] = [];
	/** The newest local transaction that is told, and of which device. */
	#toldN = 0;
	#device: DeviceId | null = null;

	/** @param now ms since 1970 */
	constructor(now: () => number) {
		this.#now = now;
	}

	get events(): readonly TraceEvent[] {
		return this.#events.slice(-MOST_EVENTS);
	}

	note(fact: TraceFact): void {
		this.#keep({ at: this.#now(), ...fact });
	}

	#keep(event: TraceEvent): void {
		this.#events.push(event);
		// Cut seldom: taking one off the front of a long list for each new one costs more.
		if (this.#events.length > 2 * MOST_EVENTS) this.#events = this.#events.slice(-MOST_EVENTS);
	}

	/** Only what is not so already. */
	phase(phase: string, code: string | null): void {
		const last = this.#events.findLast(({ what }) => what === 'phase');
		if (last?.what !== 'phase' || last.phase !== phase || last.code !== code) this.note({ what: 'phase', phase, code });
	}

	frame(what: 'sent' | 'heard', frame: Frame, bytes: number): void {
		this.#keep({ at: this.#now(), what, frame: frame.type, facts: factsOf(frame, bytes) });
	}

	/** Transactions that got their number since, in this tab or another; after they were numbered anew, all of them. */
	writes(writes: Writes): void {
		const { device, doneN } = writes;
		if (device !== this.#device) this.#toldN = 0;
		this.#device = device;
		for (const { n, ops } of writes.unsentFrom(Math.max(this.#toldN, doneN) + 1)) {
			this.note({ what: 'wrote', n, ops: ops.length, shapes: ops.slice(0, MOST_SHAPES).map(shapeOf) });
			this.#toldN = n;
		}
	}
}

export function shapeOf({ collection, record, field, key, value }: Omit<Op, 'seen'>): Shape {
	const sized = typeof value === 'string' || value instanceof Uint8Array;
	const kind = value === null ? 'null' : typeof value === 'string' ? 'text' : sized ? 'bytes' : (typeof value as 'number');
	return { collection, record, field, key: key.length, kind, size: sized ? value.length : 0 };
}

/** Texts of frames that are stable words of the protocol; every other text may be somebody's. */
const WORDS: ReadonlySet<string> = new Set(['code', 'role']);

function factsOf(frame: Frame, bytes: number): FrameFacts {
	const facts: Record<string, number | boolean | string | null> = { bytes };
	for (const name of Object.keys(frame)) {
		const value: unknown = frame[name as keyof Frame];
		if (typeof value === 'number' || typeof value === 'boolean' || value === null) facts[name] = value;
		else if (Array.isArray(value)) facts[name] = value.length;
		else if (typeof value === 'string' && WORDS.has(name)) facts[name] = value;
	}
	if (frame.type === 'push' && frame.transactions.length > 0) facts['n'] = frame.transactions.at(-1)!.n;
	if (frame.type === 'ack' && frame.refused.length > 0)
		facts['codes'] = frame.refused.map(({ n, code }) => `${n}:${code}`).join(' ');
	return facts;
}
