import { addDays, type Day, dayAt, toUtc, weekdayOf } from '@mana/time';
import { instantOf, isZone } from '@mana/time/zone';
import type { Alarm } from './model.ts';

/** What decides when an alarm rings. */
export type AlarmFacts = Pick<
	Alarm,
	'time' | 'weekdays' | 'day' | 'zone' | 'onSince' | 'skipDay' | 'answeredUntil' | 'snoozedUntil'
>;

/** Nobody looks further ahead: of an alarm on weekdays that is passed over, the next one is a week later. */
const LOOK_DAYS = 370;

/** The zone whose clocks count for an alarm. @param here IANA name of where the person is */
export function zoneOf({ zone }: Pick<Alarm, 'zone'>, here: string): string {
	return zone !== '' && isZone(zone) ? zone : here;
}

/**
 * The moments (ms since 1970) after `after` at which an alarm rings, ascending, snoozing aside. A time that a night leaps over where clocks are
 * put forward rings as much later as they are put forward; of a time that comes twice the first one rings.
 */
export function* occurrences(alarm: AlarmFacts, here: string, after: number): Generator<number> {
	const { time, weekdays, day, onSince, skipDay } = alarm;
	if (time === null || onSince === null) return;
	const zone = zoneOf(alarm, here);
	const at = (on: Day) => instantOf(zone, toUtc(on) + msOf(time));
	if (weekdays.size === 0) {
		const once = day === null ? firstAfter(at, dayAt(onSince, zone), onSince) : at(day);
		if (once > onSince && once > after) yield once;
		return;
	}
	let last = Math.max(after, onSince);
	// Where clocks are put forward over midnight, what was meant for the day before may ring today.
	const first = addDays(dayAt(last, zone), -1);
	for (let ahead = 0; ahead < LOOK_DAYS; ahead++) {
		const on = addDays(first, ahead);
		if (on === skipDay || !weekdays.has(String(weekdayOf(on)))) continue;
		const rings = at(on);
		// What was meant for a day that a zone leaves out, as Samoa did with 30 December 2011, falls on the next one, which may ring then too.
		if (rings <= last) continue;
		last = rings;
		yield rings;
	}
}

/** When an alarm rings next after `now`, snoozing included; `null`: it does not. */
export function nextRing(alarm: AlarmFacts, here: string, now: number): number | null {
	const [next] = occurrences(alarm, here, now);
	const snoozed = snoozedTo(alarm);
	return snoozed !== null && snoozed > now && (next === undefined || snoozed < next) ? snoozed : (next ?? null);
}

/** The last moment up to `now`, and after `since`, at which it began to ring; `null` where there is none. */
export function lastRing(alarm: AlarmFacts, here: string, since: number, now: number): number | null {
	let last: number | null = null;
	for (const at of occurrences(alarm, here, since)) {
		if (at > now) break;
		last = at;
	}
	const snoozed = snoozedTo(alarm);
	return snoozed !== null && snoozed > since && snoozed <= now && snoozed > (last ?? -Infinity) ? snoozed : last;
}

/** Until when it was put off, where nobody has answered that yet. */
export function snoozedTo({ onSince, snoozedUntil, answeredUntil }: AlarmFacts): number | null {
	return onSince !== null && snoozedUntil !== null && snoozedUntil > (answeredUntil ?? -Infinity) ? snoozedUntil : null;
}

/** Whether it will ring at all: one that rings once is off when it has rung. */
export function isOn(alarm: AlarmFacts, here: string, now: number): boolean {
	return alarm.onSince !== null && (alarm.weekdays.size > 0 || nextRing(alarm, here, now) !== null);
}

/** The day to pass over so that it does not ring the next time. */
export function nextDay(alarm: AlarmFacts, here: string, now: number): Day | null {
	const [next] = occurrences(alarm, here, now);
	return next === undefined ? null : dayAt(next, zoneOf(alarm, here));
}

function firstAfter(at: (day: Day) => number, day: Day, after: number): number {
	for (const on of [addDays(day, -1), day]) if (at(on) > after) return at(on);
	return at(addDays(day, 1));
}

function msOf(time: string): number {
	const [hours = 0, minutes = 0] = time.split(':').map(Number);
	return (hours * 60 + minutes) * 60_000;
}
