import type { Day } from '@mana/time';
import type { Moment, Wall } from '@mana/time/recur/index';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/**
 * A day or a time of a clock as the model keeps it, as kit/time reckons with it.
 *
 * @param text `2026-11-26` or `2026-11-26T09:00`
 */
export function momentOf(text: string): Moment {
	const wholeDay = isDay(text);
	return { wall: Date.parse(wholeDay ? `${text}T00:00Z` : `${text}Z`), form: wholeDay ? 'day' : 'local' };
}

/** What a clock shows, as the model keeps it. */
export function textOf(wall: Wall, form: 'day' | 'local'): string {
	const text = new Date(wall).toISOString();
	if (form === 'day') return text.slice(0, 10);
	return text.slice(17, 19) === '00' ? text.slice(0, 16) : text.slice(0, 19);
}

/** Whether it is a day, without a time. */
export function isDay(text: string): boolean {
	return text.length === 10;
}

/** The day of a moment. */
export function dayIn(text: string): Day {
	return text.slice(0, 10);
}

/** The time of a moment, `HH:MM`; `null` of a day. */
export function timeIn(text: string): string | null {
	return isDay(text) ? null : text.slice(11, 16);
}

/** The day that a clock shows. */
export function dayOfWall(wall: Wall): Day {
	return new Date(wall).toISOString().slice(0, 10);
}
