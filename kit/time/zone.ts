import { dayOf } from './recur/civil.ts';
import type { Wall } from './recur/moment.ts';

const DAY_MS = 86_400_000;
/** No zone's clock differs more from UTC, and none goes back twice within as long. */
const MOST_OFFSET_MS = 15 * 3_600_000;

/** How the clocks of one zone stand: each offset from UTC (ms) with the moment (ms since 1970, UTC) from which it holds. */
interface Clock {
	offsetAt(instant: number): number;
}

const clocks = new Map<string, Clock>();

/** Whether this is the name of a zone (IANA), in any capitals. */
export function isZone(name: string): boolean {
	try {
		clockOf(name);
		return true;
	} catch (error) {
		if (error instanceof RangeError) return false;
		throw error;
	}
}

/**
 * How far the clocks of a zone are ahead of UTC at a moment, in ms.
 *
 * @throws RangeError for a zone that does not exist
 */
export function offsetAt(zone: string, instant: number): number {
	return clockOf(zone).offsetAt(instant);
}

/** What the clocks of a zone show at a moment (ms since 1970, UTC). */
export function wallAt(zone: string, instant: number): Wall {
	return instant + offsetAt(zone, instant);
}

/**
 * The moment (ms since 1970, UTC) at which the clocks of a zone show a time. A time that they show twice is the first of both; one that they leap
 * over is read as if they had not been put forward yet (RFC 5545 §3.3.5).
 */
export function instantOf(zone: string, wall: Wall): number {
	const clock = clockOf(zone);
	const [before, after] = [clock.offsetAt(wall - MOST_OFFSET_MS), clock.offsetAt(wall + MOST_OFFSET_MS)];
	if (before === after || clock.offsetAt(wall - before) === before) return wall - before;
	return clock.offsetAt(wall - after) === after ? wall - after : wall - before;
}

function clockOf(zone: string): Clock {
	let clock = clocks.get(zone);
	if (!clock) clocks.set(zone, (clock = zone === 'UTC' ? { offsetAt: () => 0 } : new ZoneClock(zone)));
	return clock;
}

/** Asks Intl for the offsets around each day once, since to ask for every instance would cost more than everything else. */
class ZoneClock implements Clock {
	readonly #format: Intl.DateTimeFormat;
	/** By day of UTC: one offset for all of it, or the moment within it from which another one holds. */
	readonly #days = new Map<number, { readonly first: number; readonly from: number; readonly later: number }>();
	/** By stretches of 64 days: their offset, where it is the same from end to end. */
	readonly #stretches = new Map<number, number | null>();

	constructor(zone: string) {
		this.#format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
			timeZone: zone,
			year: 'numeric',
			month: 'numeric',
			day: 'numeric',
			hour: 'numeric',
			minute: 'numeric',
			second: 'numeric',
			hourCycle: 'h23',
		});
	}

	offsetAt(instant: number): number {
		const stretch = Math.floor(instant / STRETCH_MS);
		let same = this.#stretches.get(stretch);
		if (same === undefined) this.#stretches.set(stretch, (same = this.#sameWithin(stretch)));
		if (same !== null) return same;
		const day = Math.floor(instant / DAY_MS);
		let known = this.#days.get(day);
		if (!known) this.#days.set(day, (known = this.#look(day * DAY_MS)));
		return instant < known.from ? known.first : known.later;
	}

	/** No zone changes its clocks and takes it back within two days. */
	#sameWithin(stretch: number): number | null {
		const offset = this.#ask(stretch * STRETCH_MS);
		for (let at = 1; at <= STRETCH_DAYS; at += STRETCH_DAYS / 32)
			if (this.#ask(stretch * STRETCH_MS + at * DAY_MS) !== offset) return null;
		return this.#ask((stretch + 1) * STRETCH_MS) === offset ? offset : null;
	}

	#look(start: number): { first: number; from: number; later: number } {
		const [first, later] = [this.#ask(start), this.#ask(start + DAY_MS)];
		if (first === later) return { first, from: Infinity, later };
		let [low, high] = [start, start + DAY_MS];
		while (high - low > 1_000) {
			const middle = Math.floor((low + high) / 2_000) * 1_000;
			if (this.#ask(middle) === first) low = middle;
			else high = middle;
		}
		return { first, from: high, later };
	}

	#ask(instant: number): number {
		const at = Math.max(FIRST, Math.min(Math.floor(instant / 1_000) * 1_000, LAST));
		const part = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
		for (const { type, value } of this.#format.formatToParts(at)) if (isPart(type, part)) part[type] = Number(value);
		const day = dayOf(part.year, part.month, part.day);
		return day * DAY_MS + ((part.hour * 60 + part.minute) * 60 + part.second) * 1_000 - at;
	}
}

function isPart<T extends object>(name: string, part: T): name is Extract<keyof T, string> {
	return name in part;
}

/** What can be written with four digits of a year; beyond it clocks stand as they stood last. */
const [FIRST, LAST] = [dayOf(1, 1, 2) * DAY_MS, dayOf(9999, 12, 30) * DAY_MS];
const STRETCH_DAYS = 64;
const STRETCH_MS = STRETCH_DAYS * DAY_MS;
