import { civilOf, weekdayOfDay, weekOf, weekYearOf } from './civil.ts';
import { allowsDay, type Anchor, datesOfMonth, datesOfWeek, datesOfYear, nextInMonths } from './dates.ts';
import type { Moment, Wall } from './moment.ts';
import type { Rule } from './rule.ts';

const DAY_S = 86_400;
/** The last day that iCalendar can write: 9999-12-31. */
const LAST_DAY = 2_932_896;
/** Days after which the Gregorian calendar repeats itself, weekdays included. */
const CYCLE_DAYS = 146_097;
/** Days and steps that are looked at in vain, one after another, before a rule counts as ended: more than three times round the calendar. */
const MOST_EMPTY = 500_000;

/**
 * The instances of a rule in order, as a wall clock shows them: the reading of RFC 5545 §3.3.10 that libical has. DTSTART is one of them only
 * where the rule says so. Ends at COUNT or UNTIL, at the year 9999, or when the calendar has come round without an instance, so
 * it always ends; take what you need and stop.
 *
 * @param start DTSTART
 * @param from what is earlier is passed over; without COUNT it is not even computed
 * @param isPast whether a wall time lies after an UNTIL in UTC: needed where DTSTART is of a zone. Without it both are read as they are written
 */
export function* instances(
	rule: Rule,
	start: Moment,
	from: Wall = start.wall,
	isPast = pastUntil(rule, start),
): Generator<Wall, void> {
	let left = rule.count ?? Infinity;
	const least = Math.max(from, start.wall);
	if (hasEnded(rule, start, least)) return;
	for (const wall of candidates(rule, start, rule.count === null ? least : start.wall)) {
		if (wall < start.wall) continue;
		if (isPast(wall)) return;
		if (wall >= least) yield wall;
		if (--left === 0) return;
	}
}

/** Whether COUNT is certainly used up before a time, where that is known without counting: most series are weekly or daily, and long over. */
function hasEnded(rule: Rule, start: Moment, from: Wall): boolean {
	const { freq, interval, count, byMonth, byWeekNo, byYearDay, byMonthDay, byDay, bySetPos } = rule;
	if (count === null || (freq !== 'WEEKLY' && freq !== 'DAILY')) return false;
	const limits = [byMonth, byWeekNo, byYearDay, byMonthDay, bySetPos, freq === 'DAILY' ? byDay : []];
	if (limits.some(({ length }) => length > 0)) return false;
	const period = (freq === 'WEEKLY' ? 7 : 1) * DAY_S * 1_000;
	// Every period has one, but for that of DTSTART, of which only the end may count.
	return from > start.wall + (count + 1) * interval * period;
}

/** UNTIL as it is written: a day ends before its first time, and a time of day does not cut off an all-day instance. */
function pastUntil({ until }: Rule, { form }: Moment): (wall: Wall) => boolean {
	if (!until) return () => false;
	const last = form === 'day' ? Math.floor(until.wall / 86_400_000) * 86_400_000 : until.wall;
	return until.form === 'day' && form !== 'day' ? (wall) => wall >= last : (wall) => wall > last;
}

/** What the rule says, without COUNT and UNTIL, from shortly before `from` on. */
function candidates(rule: Rule, start: Moment, from: Wall): Generator<Wall, void> {
	const allDay = start.form === 'day';
	const seconds = Math.floor(start.wall / 1_000);
	switch (rule.freq) {
		case 'YEARLY':
		case 'MONTHLY':
		case 'WEEKLY':
			return byPeriods(rule, seconds, allDay, Math.floor(from / 1_000));
		case 'DAILY':
			return bySteps(rule, seconds, allDay, Math.floor(from / 1_000), DAY_S);
		case 'HOURLY':
			return bySteps(rule, seconds, allDay, Math.floor(from / 1_000), 3_600);
		case 'MINUTELY':
			return bySteps(rule, seconds, allDay, Math.floor(from / 1_000), 60);
		case 'SECONDLY':
			return bySteps(rule, seconds, allDay, Math.floor(from / 1_000), 1);
	}
}

/** Rules that name days within years, months or weeks. */
function* byPeriods(rule: Rule, start: number, allDay: boolean, from: number): Generator<Wall, void> {
	const startDay = Math.floor(start / DAY_S);
	const fromDay = Math.floor(from / DAY_S);
	const times = timesOfDay(rule, start - startDay * DAY_S, allDay);
	const { interval } = rule;
	const { of, at, cycle } = periodsOf(rule, startDay);
	const most = cycle / gcd(cycle, interval);
	// One period early: a week of the year, or a day that was moved on, may lie in the next one.
	let k = Math.max(0, Math.floor((at(fromDay) - 1) / interval));
	for (let empty = 0; empty < most; k++) {
		const days = of(k * interval);
		if (days === null) return;
		empty++;
		const last = days.length * times.length;
		for (const i of positions(rule, last)) {
			const day = days[Math.floor(i / times.length)]!;
			if (day > LAST_DAY) return;
			empty = 0;
			yield (day * DAY_S + times[i % times.length]!) * 1_000;
		}
	}
}

/** The periods of a rule, counted from that of DTSTART: the days of one, the one that holds a day, and after how many all comes again. */
interface Periods {
	of(index: number): number[] | null;
	at(day: number): number;
	readonly cycle: number;
}

function periodsOf(rule: Rule, startDay: number): Periods {
	const { year, month, date } = civilOf(startDay);
	const anchor: Anchor = { month, date, weekday: weekdayOfDay(startDay) };
	if (rule.freq === 'YEARLY') {
		const byWeeks = rule.byWeekNo.length > 0;
		const yearOf = (day: number) => (byWeeks ? weekYearOf(day, rule.weekStart) : civilOf(day).year);
		let first = yearOf(startDay);
		// The last week of a year may reach into January. Where the rule names no day of what is left of it, years are counted from the new one.
		if (first < year && !datesOfYear(rule, anchor, first).some((day) => day >= startDay)) first = year;
		return {
			of: (index) => (first + index > 9_999 ? null : datesOfYear(rule, anchor, first + index)),
			at: (day) => yearOf(day) - first,
			cycle: 400,
		};
	}
	if (rule.freq === 'MONTHLY') {
		const first = year * 12 + month - 1;
		return {
			of(index) {
				const at = first + index;
				const inYear = Math.floor(at / 12);
				return inYear > 9_999 ? null : datesOfMonth(rule, anchor, inYear, (at % 12) + 1);
			},
			at(day) {
				const civil = civilOf(day);
				return civil.year * 12 + civil.month - 1 - first;
			},
			cycle: 4_800,
		};
	}
	const first = weekOf(startDay, rule.weekStart);
	return {
		of: (index) => (first + index * 7 > LAST_DAY ? null : datesOfWeek(rule, anchor, first + index * 7)),
		at: (day) => Math.floor((day - first) / 7),
		cycle: CYCLE_DAYS / 7,
	};
}

/** How long a rule is searched in vain before it counts as ended. */
class Patience {
	#left = MOST_EMPTY;

	lasts(): boolean {
		return this.#left-- > 0;
	}

	renew(): void {
		this.#left = MOST_EMPTY;
	}
}

/** Rules that go by days, hours, minutes or seconds: what is not allowed is leapt over. */
function* bySteps(rule: Rule, start: number, allDay: boolean, from: number, unit: number): Generator<Wall, void> {
	const step = rule.interval * unit;
	const first = Math.floor(start / unit) * unit;
	const within = timesWithin(rule, start, allDay, unit);
	const chosen = [...positions(rule, within.length)];
	if (chosen.length === 0) return; // BYSETPOS names what no step has
	const patience = new Patience();
	const limit = limitOf(rule, allDay, unit, patience);
	let at = first + Math.max(0, Math.floor((from - first) / step)) * step;
	while (patience.lasts() && at < (LAST_DAY + 1) * DAY_S) {
		const allowed = limit(at);
		if (allowed > at) {
			at = first + Math.ceil((allowed - first) / step) * step;
			continue;
		}
		patience.renew();
		if (allDay) {
			// A day has no hours: it is one instance, however often a step falls on it.
			const day = Math.floor(at / DAY_S);
			yield day * DAY_S * 1_000;
			at = first + Math.ceil(((day + 1) * DAY_S - first) / step) * step;
			continue;
		}
		for (const i of chosen) yield (at + within[i]!) * 1_000;
		at += step;
	}
}

/** The first second at or after one that the limiting parts may allow. */
function limitOf(rule: Rule, allDay: boolean, unit: number, patience: Patience): (at: number) => number {
	const limitsDays = rule.byDay.length + rule.byMonth.length + rule.byMonthDay.length + rule.byYearDay.length > 0;
	const hours = !allDay && unit <= 3_600 ? rule.byHour : [];
	const minutes = !allDay && unit <= 60 ? rule.byMinute : [];
	const seconds = !allDay && unit === 1 ? rule.bySecond : [];
	return (at) => {
		let day = Math.floor(at / DAY_S);
		if (limitsDays && !allowsDay(rule, day)) {
			do day = nextInMonths(rule, day + 1);
			while (!allowsDay(rule, day) && patience.lasts());
			return day * DAY_S;
		}
		const inDay = at - day * DAY_S;
		const hour = Math.floor(inDay / 3_600);
		const minute = Math.floor(inDay / 60) % 60;
		if (hours.length > 0 && !hours.includes(hour)) {
			const later = hours.find((one) => one > hour);
			return day * DAY_S + (later === undefined ? DAY_S : later * 3_600);
		}
		if (minutes.length > 0 && !minutes.includes(minute)) {
			const later = minutes.find((one) => one > minute);
			return day * DAY_S + (later === undefined ? (hour + 1) * 3_600 : hour * 3_600 + later * 60);
		}
		const second = inDay % 60;
		if (seconds.length === 0 || seconds.includes(second)) return at;
		const later = seconds.find((one) => one > second);
		return at - second + (later ?? 60);
	};
}

/** The seconds of a step at which there are instances: what BYHOUR, BYMINUTE and BYSECOND say, or what DTSTART has. */
function timesWithin(rule: Rule, start: number, allDay: boolean, unit: number): readonly number[] {
	const inDay = ((start % DAY_S) + DAY_S) % DAY_S;
	if (unit === DAY_S) return timesOfDay(rule, inDay, allDay);
	if (unit === 1 || allDay) return [0];
	const seconds = rule.bySecond.length > 0 ? rule.bySecond : [inDay % 60];
	if (unit === 60) return seconds;
	const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(inDay / 60) % 60];
	return minutes.flatMap((minute) => seconds.map((second) => minute * 60 + second));
}

/** The seconds of a day at which there are instances. An all-day event has no time, whatever the rule says of times. */
function timesOfDay(rule: Rule, inDay: number, allDay: boolean): readonly number[] {
	if (allDay) return [0];
	const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(inDay / 3_600)];
	const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(inDay / 60) % 60];
	const seconds = rule.bySecond.length > 0 ? rule.bySecond : [inDay % 60];
	return hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((second) => (hour * 60 + minute) * 60 + second)));
}

/** Which of `length` instances of a period count: all, or those that BYSETPOS names. */
function positions({ bySetPos }: Rule, length: number): Iterable<number> {
	if (bySetPos.length === 0) return { [Symbol.iterator]: () => upTo(length) };
	const chosen = bySetPos.map((nth) => (nth > 0 ? nth - 1 : length + nth)).filter((at) => at >= 0 && at < length);
	return [...new Set(chosen)].sort((a, b) => a - b);
}

function* upTo(length: number): Generator<number, void> {
	for (let i = 0; i < length; i++) yield i;
}

function gcd(a: number, b: number): number {
	return b === 0 ? a : gcd(b, a % b);
}
