import type { ReadBundle, ReadEvent } from './read.ts';

/** Something in a trace that the protocol does not allow. */
export interface Fault {
	/** Its place in the trace. */
	readonly index: number;
	readonly what: string;
}

/** What is known while a trace is read. `null`: not told yet, since a trace begins anywhere. */
interface Known {
	/** The epoch and cursor of the last SUB. */
	sub: { readonly epoch: number; readonly seq: number } | null;
	/** Where the DELTAs of this connection have led. */
	to: number | null;
	/** The newest transaction that was sent, and acknowledged, on this connection. */
	sent: number | null;
	acked: number | null;
	/** The newest transaction that was written. */
	wrote: number | null;
}

/**
 * Holds a trace against what the protocol promises (docs/sync.md, "A conversation"): cursors that only grow, DELTAs without a gap,
 * transactions in their order, answers to what was sent.
 */
export function faultsIn({ trace }: Pick<ReadBundle, 'trace'>): Fault[] {
	const faults: Fault[] = [];
	const known: Known = { sub: null, to: null, sent: null, acked: null, wrote: null };
	for (const [index, event] of trace.entries()) for (const what of look(event, known)) faults.push({ index, what });
	return faults;
}

function look(event: ReadEvent, known: Known): string[] {
	if (event.what === 'started') known.wrote = known.sub = null; // what was read from the disk may be of another device
	if (event.what === 'opened' || event.what === 'stopped') known.to = known.sent = known.acked = null;
	if (event.what === 'wrote') {
		const gap = known.wrote !== null && event.n !== known.wrote + 1 && event.n !== 1;
		const said = gap ? [`transaction ${event.n} was written after ${known.wrote}`] : [];
		known.wrote = event.n;
		return said;
	}
	if (event.what !== 'sent' && event.what !== 'heard') return [];
	return frames[`${event.what} ${event.frame}`]?.(numbersOf(event.facts), known) ?? [];
}

const frames: Readonly<Record<string, (facts: Record<string, number>, known: Known) => string[]>> = {
	'sent sub'({ epoch = 0, seq = 0 }, known) {
		const { sub } = known;
		known.sub = { epoch, seq };
		known.to = seq;
		// Cursor 0 asks for everything anew, as somebody does who may see more than before.
		const back = sub !== null && sub.epoch === epoch && seq < sub.seq && seq !== 0;
		return back ? [`I7: the cursor went from ${sub.seq} to ${seq} of the same history`] : [];
	},
	'sent push'({ n = 0, transactions = 0 }, known) {
		const first = n - transactions + 1;
		const said = known.sent !== null && first !== known.sent + 1 ? [`${first} was sent after ${known.sent}`] : [];
		known.sent = n;
		return said;
	},
	'heard ack'({ n = 0 }, known) {
		const { sent, acked } = known;
		known.acked = n;
		if (sent !== null && n > sent) return [`${n} was acknowledged, and only ${sent} sent`];
		return acked !== null && n < acked ? [`${n} was acknowledged after ${acked}`] : [];
	},
	'heard subbed'({ epoch = 0, seq = 0 }, known) {
		const anew = known.sub !== null && (known.sub.epoch !== epoch || seq < known.sub.seq);
		if (anew) known.to = 0;
		known.sent = null; // whatever waits for an answer is sent again
		return [];
	},
	'heard snapshot'({ seq = 0 }, known) {
		known.to = seq;
		return [];
	},
	'heard delta'({ from = 0, to = 0 }, known) {
		const { to: before } = known;
		known.to = Math.max(before ?? 0, to);
		if (to < from) return [`a DELTA leads back, from ${from} to ${to}`];
		return before !== null && from > before ? [`I5: a DELTA begins at ${from}, and the one before ended at ${before}`] : [];
	},
};

function numbersOf(facts: Readonly<Record<string, unknown>>): Record<string, number> {
	return Object.fromEntries(Object.entries(facts).filter((one): one is [string, number] => typeof one[1] === 'number'));
}
