import { addDays, type Day, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import type { Event } from './model.ts';
import { DAY, isDay, MINUTE, momentOf, textOf } from './moments.ts';
import { lengthOf, type Occurrence, zoneOf } from './occurrences.ts';

/** What a move writes of an event. */
export type Moved = Pick<Event, 'start' | 'length'>;

/**
 * An occurrence put on by days and minutes of the clocks that the viewer looks at.
 *
 * @param by whole days have no minutes
 */
export function shifted(occurrence: Occurrence, by: { readonly days: number; readonly minutes: number }, viewer: string): Moved {
	const { event, start } = occurrence;
	if (isDay(start)) return { start: addDays(start, by.days), length: event.length };
	const wall = wallAt(viewer, occurrence.from) + by.days * DAY + by.minutes * MINUTE;
	return { start: onOwnClock(event, wall, viewer), length: event.length };
}

/** An occurrence put to a day and a minute of it, as the viewer's clocks show them; what took whole days takes `minutes` then. */
export function placedAt(occurrence: Occurrence, day: Day, minute: number, viewer: string, minutes: number): Moved {
	const { event, start } = occurrence;
	const wall = toUtc(day) + minute * MINUTE;
	return { start: onOwnClock(event, wall, viewer), length: isDay(start) ? minutes * 60 : event.length };
}

/** An occurrence that takes whole days from now on, from a day on: one, or as many as it touched. */
export function asWholeDays({ event, start }: Occurrence, day: Day): Moved {
	const days = isDay(start) ? lengthOf(event) / DAY : Math.max(1, Math.round(lengthOf(event) / DAY));
	return { start: day, length: days * 86_400 };
}

/** The length, in seconds, of something that ends at a day and a minute of it, as the viewer's clocks show them; never less than `least` minutes. */
export function lengthUntil({ from }: Occurrence, day: Day, minute: number, viewer: string, least: number): number {
	const end = instantOf(viewer, toUtc(day) + minute * MINUTE);
	return Math.max(Math.round((end - from) / 1_000), least * 60);
}

/** A time of the viewer's clocks as the clocks of an event show it, as the model keeps it. */
export function onOwnClock(event: Pick<Event, 'zone'>, wall: number, viewer: string): string {
	const own = zoneOf(event, viewer);
	return textOf(own === viewer ? wall : wallAt(own, instantOf(viewer, wall)), 'local');
}

/** How far one start is from another: whole days, and what is left of the time of day in minutes. Between a day and a time there is no such way. */
export function wayBetween(before: string, after: string): number | null {
	if (isDay(before) !== isDay(after)) return null;
	return momentOf(after).wall - momentOf(before).wall;
}
