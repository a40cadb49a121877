import { addDays, addMonths, type Day, makeDay, nextWeekday, parts } from '../day.ts';
import type { Moment, Now, PhraseRule } from './pack.ts';

/** Parts of the day as a time: what "in the evening" means until a person sets something else. */
export const dayparts = { morning: '09:00', noon: '12:00', afternoon: '15:00', evening: '19:00' } as const;

/** `HH:MM`, or `null` when there is no such time. `half` is the 12-hour clock's mark, if one was written. */
export function clock(hour: number, minute: number, half?: 'am' | 'pm'): string | null {
	if (half && (hour < 1 || hour > 12)) return null;
	const hours = half ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour;
	return hours > 23 || minute > 59 ? null : `${String(hours).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** A day and month without a year: this year's, or next year's when it is past. */
export function comingDate(month: number, date: number, { today }: Now): Day | null {
	const [year] = parts(today);
	const thisYear = makeDay(year, month, date);
	if (thisYear !== null && thisYear >= today) return thisYear;
	return makeDay(year + 1, month, date) ?? makeDay(year + 2, month, date) ?? makeDay(year + 4, month, date);
}

/** A year as written: four digits as they are, two digits in this century. */
export function yearOf(text: string): number {
	return text.length === 2 ? 2000 + Number(text) : Number(text);
}

/** A moment on a day that may not exist. */
export function on(day: Day | null, time?: string | null): Moment | null {
	if (day === null || time === null) return null;
	return time === undefined ? { day } : { day, time };
}

/** A date as it was said, with its year or without one; `null` when there is no such day. */
export function date(month: number, dayOfMonth: number, year: string | undefined, now: Now): Moment | null {
	return on(year === undefined ? comingDate(month, dayOfMonth, now) : makeDay(yearOf(year), month, dayOfMonth));
}

/** The moment `minutes` after now. */
export function later({ today, time }: Now, minutes: number): Moment {
	const [hour, minute] = time.split(':').map(Number) as [number, number];
	const total = hour * 60 + minute + minutes;
	return { day: addDays(today, Math.floor(total / 1440)), time: clock(Math.floor((total % 1440) / 60), total % 60)! };
}

/** A rule per word of a table: the words of a language stand in one place, what they mean in another. */
export function words<T>(table: Readonly<Record<string, T>>): { pattern: string; of(word: string): T } {
	const byWord = new Map<string, T>();
	for (const [list, value] of Object.entries(table)) for (const word of list.split('|')) byWord.set(word, value);
	const longestFirst = [...byWord.keys()].toSorted((a, b) => b.length - a.length);
	return { pattern: `(?:${longestFirst.map(escape).join('|')})`, of: (word) => byWord.get(word.toLowerCase())! };
}

/** Days written in digits that every language reads the same way: 2026-12-24. */
export const isoDate: PhraseRule = {
	pattern: String.raw`(\d{4})-(\d\d)-(\d\d)`,
	read: (match) => on(makeDay(Number(match[1]), Number(match[2]), Number(match[3]))),
};

/** Times written 14:30 or 9:05. */
export const colonTime: PhraseRule = {
	pattern: String.raw`(\d{1,2}):(\d\d)`,
	read: (match) => timeOnly(clock(Number(match[1]), Number(match[2]))),
};

export function timeOnly(time: string | null): Moment | null {
	return time === null ? null : { time };
}

/** The day a count of units after today. */
export function after(count: number, unit: 'day' | 'week' | 'month' | 'year', { today }: Now): Day {
	if (unit === 'month') return addMonths(today, count);
	if (unit === 'year') return addMonths(today, count * 12);
	return addDays(today, unit === 'week' ? count * 7 : count);
}

/** Monday of the next week. */
export function nextWeek({ today }: Now): Day {
	return nextWeekday(today, 0);
}

/** The first day of the next month. */
export function nextMonth({ today }: Now): Day {
	const [year, month] = parts(addMonths(today, 1));
	return makeDay(year, month, 1)!;
}

function escape(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
