import type { AttachmentsDraft, Draft } from '@mana/model';
import { addDays, type Day, parts, weekdayOf } from '@mana/time';
import {
	type ByDay,
	divide,
	formatMoment,
	formatRule,
	type Moment,
	monthlyOn,
	readableRule,
	type Rule,
} from '@mana/time/recur/index';
import type { Event, events } from './model.ts';
import { DAY, dayIn, isDay, momentOf, textOf } from './moments.ts';
import { recurrenceOf } from './occurrences.ts';

/** What of a series says when it takes place. */
export type When = Pick<Event, 'start' | 'repeat' | 'extra' | 'except'>;

/**
 * A series cut in two before one of its occurrences: what it keeps, and what begins there. `null` when nothing comes before, or it cannot be
 * cut (several rules).
 *
 * @param occurrence its name in the series
 */
export function cutBefore(series: Event, occurrence: string): { readonly before: When; readonly after: When } | null {
	const recurrence = recurrenceOf(series);
	if (recurrence.rules.length > 1) return null;
	const [before, after] = divide(recurrence, momentOf(occurrence).wall);
	if (!before) return null;
	const form = isDay(series.start!) ? 'day' : 'local';
	const whenOf = ({ start, rules, extra, except }: typeof after): When => ({
		start: textOf(start.wall, form),
		repeat: rules[0] ? formatRule(rules[0]) : null,
		extra: new Set(extra.map(written)),
		except: new Set(except.map(written)),
	});
	return { before: whenOf(before), after: whenOf(after) };
}

/**
 * A series that begins at another moment: everything that comes by it is moved by as much, and a rule that names the day it begins on names
 * the new one.
 */
export function movedSeries(when: When, start: string): When {
	const move = mover(when.start!, start);
	const [from, to] = [dayIn(when.start!), dayIn(start)];
	return {
		start,
		repeat:
			when.repeat === null || from === to
				? when.repeat
				: when.repeat
						.split('\n')
						.map((line) => movedRule(line, from, to))
						.join('\n'),
		extra: new Set([...when.extra].map(move)),
		except: new Set([...when.except].map(move)),
	};
}

/** How the names of occurrences change when a series begins at another moment: days go on by as many, and times are those of the new start. */
export function mover(before: string, after: string): (text: string) => string {
	const days = Math.round((momentOf(dayIn(after)).wall - momentOf(dayIn(before)).wall) / DAY);
	if (isDay(after)) return (text) => addDays(dayIn(text), days);
	if (isDay(before)) return (text) => `${addDays(dayIn(text), days)}${after.slice(10)}`;
	const by = momentOf(after).wall - momentOf(before).wall;
	return (text) => (isDay(text) ? addDays(text, days) : textOf(momentOf(text).wall + by, 'local'));
}

function movedRule(line: string, from: Day, to: Day): string {
	const rule = readableRule(line);
	return rule ? formatRule(onDay(rule, from, to)) : line;
}

/** A rule that names the day on which it began names another one instead. One that says something else stays as it is. */
function onDay(rule: Rule, from: Day, to: Day): Rule {
	const [, month, date] = parts(from);
	const [, newMonth, newDate] = parts(to);
	const plain = { ...rule, interval: 1, count: null, until: null };
	if (formatRule(plain) === formatRule(monthlyOn(date))) return { ...monthlyOn(newDate), ...ends(rule) };
	if (rule.bySetPos.length > 0 || rule.byYearDay.length > 0 || rule.byWeekNo.length > 0) return rule;
	const weekly = rule.byDay.length > 0 && rule.byDay.every(({ nth }) => nth === 0);
	if (rule.freq === 'WEEKLY' && weekly && rule.byDay.some(({ weekday }) => weekday === weekdayOf(from)))
		return {
			...rule,
			byDay: sorted(rule.byDay.map((one) => (one.weekday === weekdayOf(from) ? { ...one, weekday: weekdayOf(to) } : one))),
		};
	if (rule.freq === 'MONTHLY' && rule.byDay.length === 1 && rule.byMonthDay.length === 0 && rule.byDay[0]!.nth !== 0)
		return { ...rule, byDay: [nthOf(to, rule.byDay[0]!.nth < 0)] };
	const named = rule.byMonthDay.length === 1 && rule.byDay.length === 0;
	if (rule.freq === 'YEARLY' && named && rule.byMonth.length === 1 && rule.byMonth[0] === month && rule.byMonthDay[0] === date)
		return { ...rule, byMonth: [newMonth], byMonthDay: [newDate] };
	return rule;
}

function ends({ interval, count, until, weekStart }: Rule): Pick<Rule, 'interval' | 'count' | 'until' | 'weekStart'> {
	return { interval, count, until, weekStart };
}

function sorted(days: readonly ByDay[]): ByDay[] {
	const byWeekday = new Map(days.map((day) => [day.weekday, day]));
	return [...byWeekday.values()].toSorted((a, b) => a.weekday - b.weekday);
}

/** Which weekday of its month a day is: the second Tuesday, or the last one where those are counted from the end. */
function nthOf(day: Day, fromEnd: boolean): ByDay {
	const [, month, date] = parts(day);
	const last = parts(addDays(day, 7))[1] !== month;
	const nth = Math.ceil(date / 7);
	return { weekday: weekdayOf(day), nth: last && (fromEnd || nth === 5) ? -1 : nth };
}

function written(moment: Moment): string {
	// A moment in UTC that a program wrote is kept on the clocks of the series by whoever takes it in.
	if (moment.form === 'utc') throw new Error(`A series has no ${formatMoment(moment)}: its moments stand on its own clocks.`);
	return textOf(moment.wall, moment.form);
}

/** What one event gives to another: everything but who it is to calendar programs. */
export function copyOf(event: Event): Draft<typeof events> {
	const files: AttachmentsDraft = Object.fromEntries(
		event.files.map(({ id, file, by, position }) => [id, { file, by, ...(position !== null && { position }) }]),
	);
	const { title, notes, place, url, meeting, calendar, start, length, zone, endZone, repeat, extra, except } = event;
	const { status, shows, privacy, reminders, travel, buffer, hue, tags, organizer, createdBy } = event;
	const what = { title, notes, place, url, meeting, calendar, status, shows, privacy, hue, tags, organizer, createdBy, files };
	const when = { start, length, zone, endZone, repeat, extra, except, reminders, travel, buffer };
	return { ...what, ...when };
}
