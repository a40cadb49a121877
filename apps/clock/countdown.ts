import { addMonths, type Day, dayAt, daysBetween, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import type { Countdown } from './model.ts';

export type CountdownFacts = Pick<Countdown, 'day' | 'time' | 'zone' | 'yearly'>;

/** How far something is. */
export interface Distance {
	/** The day that it stands on, or stood on. */
	readonly day: Day;
	/** The moment, in ms since 1970. */
	readonly at: number;
	/** Days from today on the clocks that count; below 0: since then. */
	readonly days: number;
	/** Whether it has come. */
	readonly over: boolean;
}

/**
 * How far a day is at `now` (ms since 1970). What comes every year is the next one, until its day is over.
 *
 * @param here IANA name of the zone where the person is
 * @returns `null` as long as no day is chosen
 */
export function distanceTo(facts: CountdownFacts, here: string, now: number): Distance | null {
	if (facts.day === null) return null;
	const zone = facts.zone || here;
	const today = dayAt(now, zone);
	const day = facts.yearly ? nextYearly(facts.day, today) : facts.day;
	const [hour = 0, minute = 0] = (facts.time ?? '00:00').split(':').map(Number);
	const at = instantOf(zone, toUtc(day) + (hour * 60 + minute) * 60_000);
	return { day, at, days: daysBetween(today, day), over: at <= now };
}

/** Nearest first: what is still to come, then what is over, the latest first. */
export function byDistance(here: string, now: number): (a: CountdownFacts, b: CountdownFacts) => number {
	const rank = (facts: CountdownFacts): readonly [number, number] => {
		const found = distanceTo(facts, here, now);
		if (!found) return [2, 0];
		return found.days < 0 ? [1, -found.at] : [0, found.at];
	};
	return (a, b) => {
		const [x, y] = [rank(a), rank(b)];
		return x[0] - y[0] || x[1] - y[1];
	};
}

/** The first day of a year on or after today; the 29th of February is the 28th where there is none. */
function nextYearly(first: Day, today: Day): Day {
	if (first >= today) return first;
	const years = Number(today.slice(0, 4)) - Number(first.slice(0, 4));
	const thisYear = addMonths(first, 12 * years);
	return thisYear >= today ? thisYear : addMonths(first, 12 * (years + 1));
}
