import type { Day } from '@mana/time';
import { addDays, dayAt, toUtc, weekdayOf } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';

/** Somebody who is to come, and when they cannot. */
export interface Guest {
	readonly address: string;
	/** Whether it goes on without them, too. */
	readonly optional: boolean;
	/** Whiles that are taken, ms since 1970; `null`: nobody knows. */
	readonly busy: readonly { readonly from: number; readonly to: number }[] | null;
	/** On whose clocks they live (IANA); `null`: nobody knows, then on those of whoever looks. */
	readonly zone: string | null;
}

/** When people work, in minutes of their day, Monday to Friday. */
export interface Hours {
	readonly from: number;
	readonly to: number;
}

/** A time that could do. */
export interface Suggestion {
	readonly from: number;
	readonly to: number;
	/** Addresses of those for whom it is outside of their hours. */
	readonly late: readonly string[];
	/** Of those who cannot and need not come. */
	readonly without: readonly string[];
}

export interface Wanted {
	readonly guests: readonly Guest[];
	/** The days that are looked at, both included, on the clocks of whoever looks. */
	readonly first: Day;
	readonly last: Day;
	/** Zone of whoever looks (IANA). */
	readonly viewer: string;
	readonly lengthMs: number;
	readonly hours: Hours;
	/** Nothing begins before, ms since 1970. */
	readonly now: number;
	readonly most: number;
}

/** From half an hour to half an hour is looked for a time. */
const STEP = 30;
const MINUTE_MS = 60_000;
/** So many of one day are enough. */
const MOST_A_DAY = 3;

/**
 * Times at which everybody who must come is free, within the hours of whoever looks: first those that suit all, then those that are late for
 * somebody or go without somebody who need not come; each the sooner the better, and no more than three a day.
 */
export function suggest(wanted: Wanted): Suggestion[] {
	const found: Suggestion[] = [];
	for (let day = wanted.first; day <= wanted.last; day = addDays(day, 1)) {
		if (weekdayOf(day) > 4) continue;
		found.push(...onDay(day, wanted));
	}
	return found.toSorted((a, b) => cost(a) - cost(b) || a.from - b.from).slice(0, wanted.most);
}

function onDay(day: Day, { guests, viewer, lengthMs, hours, now }: Wanted): Suggestion[] {
	const found: Suggestion[] = [];
	for (let minute = hours.from; minute + lengthMs / MINUTE_MS <= hours.to; minute += STEP) {
		const from = instantOf(viewer, toUtc(day) + minute * MINUTE_MS);
		const to = from + lengthMs;
		// A clock that is put on leaves some of its times out.
		if (from < now || wallAt(viewer, from) !== toUtc(day) + minute * MINUTE_MS) continue;
		const missing = guests.filter(({ busy }) => busy?.some((one) => one.from < to && one.to > from));
		if (missing.some(({ optional }) => !optional)) continue;
		const late = guests.filter(({ zone }) => zone !== null && !within(from, to, zone, hours));
		found.push({ from, to, late: late.map(({ address }) => address), without: missing.map(({ address }) => address) });
	}
	return found.toSorted((a, b) => cost(a) - cost(b) || a.from - b.from).slice(0, MOST_A_DAY);
}

/** Whether a while is within somebody's hours, on one day of theirs that they work on. */
function within(from: number, to: number, zone: string, hours: Hours): boolean {
	const day = dayAt(from, zone);
	const minute = (at: number) => (wallAt(zone, at) - toUtc(day)) / MINUTE_MS;
	return weekdayOf(day) <= 4 && minute(from) >= hours.from && minute(to) <= hours.to;
}

function cost({ late, without }: Suggestion): number {
	return without.length * 2 + late.length;
}
