import { addDays, type Day, dayAt } from '@mana/time';
import type { Round } from './model.ts';

/** What somebody reached by rounds of focus. */
export interface Reached {
	/** Rounds that ended today. */
	readonly rounds: number;
	/** Days in a row with a round, up to today; up to yesterday while today has none yet. */
	readonly streak: number;
	/** The most days in a row that there ever were. */
	readonly longest: number;
	/** When the last round of today ended, in ms since 1970. */
	readonly lastAt: number | null;
}

/** @param zone IANA name of the zone where the person is */
export function reached(rounds: readonly Pick<Round, 'endedAt'>[], zone: string, today: Day): Reached {
	const counts = new Map<Day, number>();
	let lastAt: number | null = null;
	for (const { endedAt } of rounds) {
		if (endedAt === null) continue;
		const day = dayAt(endedAt, zone);
		counts.set(day, (counts.get(day) ?? 0) + 1);
		if (day === today) lastAt = Math.max(lastAt ?? endedAt, endedAt);
	}
	let longest = 0;
	for (const day of counts.keys()) if (!counts.has(addDays(day, -1))) longest = Math.max(longest, runFrom(counts, day, 1));
	const streak = runFrom(counts, counts.has(today) ? today : addDays(today, -1), -1);
	return { rounds: counts.get(today) ?? 0, streak, longest, lastAt };
}

/** How many days in a row there are from a day on. */
function runFrom(days: ReadonlyMap<Day, number>, first: Day, step: 1 | -1): number {
	let count = 0;
	for (let day = first; days.has(day); day = addDays(day, step)) count++;
	return count;
}
