import { addDays, dayAt, type Day, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';

const MINUTE_MS = 60_000;

/** Hours of one day of the week in which somebody can be booked. */
export interface Hours {
	/** 1 is Monday, 7 Sunday. */
	readonly day: number;
	/** `HH:MM` on the clocks of the page; `to` may be `24:00`. */
	readonly from: string;
	readonly to: string;
}

/** When somebody can be booked. */
export interface SlotRules {
	readonly hours: readonly Hours[];
	/** On whose clocks the hours are (IANA). */
	readonly zone: string;
	/** Minutes kept free before and after. */
	readonly before: number;
	readonly after: number;
	/** Minutes from now before which nothing can be booked. */
	readonly notice: number;
	/** Days ahead, today included, for which one can book. */
	readonly horizon: number;
	/** Bookings a day; 0: as many as fit. */
	readonly perDay: number;
}

/** A while, in ms since 1970. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

export interface SlotQuestion extends Span {
	/** Minutes. */
	readonly length: number;
	readonly now: number;
	/** What else there is, in any order. */
	readonly busy: readonly Span[];
	/** When what was booked on this page begins. */
	readonly booked: readonly number[];
}

/** The times in [from, to) at which something of this length can be booked, earliest first, in ms since 1970. */
export function freeSlots(rules: SlotRules, { from, to, length, now, busy, booked }: SlotQuestion): number[] {
	const { zone, before, after, notice, horizon, perDay } = rules;
	const first = Math.max(from, now + notice * MINUTE_MS);
	const lastDay = addDays(dayAt(now, zone), horizon - 1);
	const taken = busy.toSorted((a, b) => a.from - b.from);
	const longest = Math.max(0, ...taken.map((one) => one.to - one.from));
	const onDay = new Map<Day, number>();
	for (const at of booked) onDay.set(dayAt(at, zone), (onDay.get(dayAt(at, zone)) ?? 0) + 1);
	const found = new Set<number>();
	for (let day = dayAt(first, zone); day <= lastDay && instantOf(zone, toUtc(day)) < to; day = addDays(day, 1)) {
		if (perDay > 0 && (onDay.get(day) ?? 0) >= perDay) continue;
		for (const window of rules.hours) {
			if (window.day !== weekdayOf(day)) continue;
			const end = instantOf(zone, wallOf(day, window.to));
			for (let wall = wallOf(day, window.from); wall < wallOf(day, window.to); wall += stepOf(length) * MINUTE_MS) {
				const start = instantOf(zone, wall);
				const stop = start + length * MINUTE_MS;
				if (start < first || start >= to || stop > end) continue;
				if (isFree(taken, longest, start - before * MINUTE_MS, stop + after * MINUTE_MS)) found.add(start);
			}
		}
	}
	return [...found].sort((a, b) => a - b);
}

/** How far apart times are offered, in minutes. */
export function stepOf(length: number): number {
	return length < 30 ? 15 : 30;
}

/** @param taken by their beginnings @param longest of them, in ms: what begins longer ago is over */
function isFree(taken: readonly Span[], longest: number, from: number, to: number): boolean {
	let [low, high] = [0, taken.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (taken[middle]!.from < from - longest) low = middle + 1;
		else high = middle;
	}
	for (let i = low; i < taken.length && taken[i]!.from < to; i++) if (taken[i]!.to > from) return false;
	return true;
}

function weekdayOf(day: Day): number {
	return new Date(toUtc(day)).getUTCDay() || 7;
}

function wallOf(day: Day, time: string): number {
	const [hour, minute] = time.split(':').map(Number) as [number, number];
	return toUtc(day) + (hour * 60 + minute) * MINUTE_MS;
}
