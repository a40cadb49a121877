import { addDays, type Day, toUtc, weekdayOf } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import type { Round, TimeEntry } from './model.ts';

export type EntryFacts = Pick<TimeEntry, 'label' | 'billable' | 'startedAt' | 'endedAt'>;

/** Who was away for longer is asked what that time was, in ms. */
export const IDLE_MS = 10 * 60_000;

/** How long an entry is by `now` (ms since 1970), in ms. One that ends before it begins is none. */
export function durationOf({ startedAt, endedAt }: EntryFacts, now: number): number {
	return startedAt === null ? 0 : Math.max(0, (endedAt ?? now) - startedAt);
}

/** What was spent on a record of any app, by `now`: counted time in ms, and rounds of focus. Links hold the id of what they lead to. */
export function spentOn(
	record: string,
	entries: readonly (EntryFacts & Pick<TimeEntry, 'link'>)[],
	rounds: readonly Pick<Round, 'aboutLink'>[],
	now: number,
): { readonly ms: number; readonly rounds: number } {
	const counted = entries.filter(({ link }) => link.includes(record));
	return {
		ms: counted.reduce((sum, entry) => sum + durationOf(entry, now), 0),
		rounds: rounds.filter(({ aboutLink }) => aboutLink.includes(record)).length,
	};
}

/** A stretch of days, both ends included. */
export interface Span {
	readonly from: Day;
	readonly until: Day;
}

/** The week that a day is in. @param weekStart 0 Monday … 6 Sunday */
export function weekOf(day: Day, weekStart: number): Span {
	const from = addDays(day, -((weekdayOf(day) - weekStart + 7) % 7));
	return { from, until: addDays(from, 6) };
}

export interface Report {
	readonly totalMs: number;
	readonly billableMs: number;
	/** Every day of the span, in its order. */
	readonly byDay: readonly { readonly day: Day; readonly ms: number }[];
	/** The most first; `''` is what has no label. */
	readonly byLabel: readonly { readonly label: string; readonly ms: number }[];
}

/** What was done in a span, on the clocks of a zone. An entry over midnight counts on each day for what lies in it. */
export function reportOf(entries: readonly EntryFacts[], { from, until }: Span, zone: string, now: number): Report {
	const days: { day: Day; ms: number }[] = [];
	const labels = new Map<string, number>();
	let [totalMs, billableMs] = [0, 0];
	for (let day = from; day <= until; day = addDays(day, 1)) {
		const [start, end] = [startOf(day, zone), startOf(addDays(day, 1), zone)];
		let ms = 0;
		for (const entry of entries) {
			const { startedAt, label, billable } = entry;
			if (startedAt === null) continue;
			const part = Math.min(end, startedAt + durationOf(entry, now)) - Math.max(start, startedAt);
			if (part <= 0) continue;
			ms += part;
			labels.set(label, (labels.get(label) ?? 0) + part);
			if (billable) billableMs += part;
		}
		totalMs += ms;
		days.push({ day, ms });
	}
	const byLabel = [...labels]
		.map(([label, ms]) => ({ label, ms }))
		.toSorted((a, b) => b.ms - a.ms || (a.label < b.label ? -1 : 1));
	return { totalMs, billableMs, byDay: days, byLabel };
}

/** Whether an entry has a part in a span. */
export function isWithin({ startedAt, endedAt }: EntryFacts, { from, until }: Span, zone: string): boolean {
	if (startedAt === null) return false;
	return startedAt < startOf(addDays(until, 1), zone) && (endedAt ?? Infinity) >= startOf(from, zone);
}

/**
 * A stretch in which nobody was at the machine while time was counted.
 *
 * @param seenAt when somebody last was, in ms since 1970
 * @returns `null`: nothing to ask about
 */
export function idleGap(running: EntryFacts, seenAt: number, now: number): { readonly from: number; readonly to: number } | null {
	if (running.startedAt === null || running.endedAt !== null) return null;
	const from = Math.max(seenAt, running.startedAt);
	return now - from >= IDLE_MS ? { from, to: now } : null;
}

function startOf(day: Day, zone: string): number {
	return instantOf(zone, toUtc(day));
}
