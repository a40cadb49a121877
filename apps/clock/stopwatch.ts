import type { Draft } from '@mana/model';
import type { Stopwatch, stopwatches } from './model.ts';

export type StopwatchFacts = Pick<Stopwatch, 'startedAt' | 'elapsedMs' | 'laps'>;
export type StopwatchChange = Draft<typeof stopwatches>;

/** A stretch between two presses. */
export interface Lap {
	/** From 1. */
	readonly number: number;
	readonly lapMs: number;
	/** From the beginning to its end. */
	readonly totalMs: number;
	/** The quickest or slowest of at least two. */
	readonly mark: 'best' | 'worst' | null;
}

/** What it has measured at `now` (ms since 1970). */
export function elapsed({ startedAt, elapsedMs }: StopwatchFacts, now: number): number {
	return elapsedMs + (startedAt === null ? 0 : Math.max(0, now - startedAt));
}

export function toggled(watch: StopwatchFacts, now: number): StopwatchChange {
	return watch.startedAt === null ? { startedAt: now } : { startedAt: null, elapsedMs: elapsed(watch, now) };
}

/** Ends a lap; nothing while it is stopped. */
export function lapped(watch: StopwatchFacts, now: number): StopwatchChange {
	return watch.startedAt === null ? {} : { laps: { add: [String(elapsed(watch, now))] } };
}

export function cleared(watch: StopwatchFacts): StopwatchChange {
	return { startedAt: null, elapsedMs: 0, laps: { remove: [...watch.laps] } };
}

/** The laps in their order. */
export function lapsOf({ laps }: StopwatchFacts): Lap[] {
	const ends = [...laps]
		.map(Number)
		.filter(Number.isFinite)
		.toSorted((a, b) => a - b);
	const lengths = ends.map((end, at) => end - (ends[at - 1] ?? 0));
	const [best, worst] = [Math.min(...lengths), Math.max(...lengths)];
	const markOf = (lapMs: number) => (best === worst ? null : lapMs === best ? 'best' : lapMs === worst ? 'worst' : null);
	return ends.map((totalMs, at) => ({ number: at + 1, lapMs: lengths[at]!, totalMs, mark: markOf(lengths[at]!) }));
}
