import {
	addDays,
	addMonths,
	type Day,
	daysBetween,
	formatDay,
	makeDay,
	parts,
	spellDay,
	spellDays,
	toUtc,
	weekdayOf,
} from '@mana/time';

/** How many days a view of some days can show. */
const dayCounts = [2, 3, 4, 5, 6, 7] as const;
/** So many days from one on: `3-days`. */
export type DaysView = `${(typeof dayCounts)[number]}-days`;
export type ViewName = 'day' | DaysView | 'week' | 'month' | 'quarter' | 'year' | 'agenda';
export const daysViews: readonly DaysView[] = dayCounts.map((count) => `${count}-days` as const);
export const viewNames: readonly ViewName[] = ['day', ...daysViews, 'week', 'month', 'quarter', 'year', 'agenda'];

/** How weeks are shown. */
export interface WeekWays {
	/** 0 Monday … 6 Sunday */
	readonly weekStart: number;
	/** Saturday and Sunday are left out. */
	readonly workdaysOnly: boolean;
}

/** How many days an agenda lists. */
export const AGENDA_DAYS = 60;

export function isView(name: string | undefined): name is ViewName {
	return viewNames.some((view) => view === name);
}

/** The address of a view at a day. */
export function hrefOf(view: ViewName, day: Day): string {
	return `/calendar/${view}/${day}`;
}

/** The first day of the week that holds a day. */
export function weekOf(day: Day, weekStart: number): Day {
	return addDays(day, -((weekdayOf(day) - weekStart + 7) % 7));
}

/** The seven days of a week, or the five that people work on. */
export function weekDays(day: Day, { weekStart, workdaysOnly }: WeekWays): Day[] {
	const first = weekOf(day, weekStart);
	const days = Array.from({ length: 7 }, (_, ahead) => addDays(first, ahead));
	return workdaysOnly ? days.filter((one) => weekdayOf(one) < 5) : days;
}

export function isDaysView(view: ViewName): view is DaysView {
	return daysViews.some((one) => one === view);
}

/** How many days such a view shows. */
export function countOf(view: DaysView): number {
	return Number.parseInt(view, 10);
}

/** The days from one on that such a view shows. */
export function daysFrom(day: Day, view: DaysView): Day[] {
	return Array.from({ length: countOf(view) }, (_, ahead) => addDays(day, ahead));
}

/** The weeks that hold a month, each with its days. */
export function monthWeeks(day: Day, ways: WeekWays): Day[][] {
	return weeksOf(firstOfMonth(day), 1, ways);
}

/** The weeks that hold a quarter, each with its days. */
export function quarterWeeks(day: Day, ways: WeekWays): Day[][] {
	return weeksOf(firstOfQuarter(day), 3, ways);
}

function weeksOf(first: Day, months: number, ways: WeekWays): Day[][] {
	const last = addDays(addMonths(first, months), -1);
	const weeks: Day[][] = [];
	for (let at = weekOf(first, ways.weekStart); at <= last; at = addDays(at, 7)) weeks.push(weekDays(at, ways));
	return weeks;
}

export function firstOfMonth(day: Day): Day {
	return `${day.slice(0, 8)}01`;
}

export function firstOfQuarter(day: Day): Day {
	const [year, month] = parts(day);
	return makeDay(year, month - ((month - 1) % 3), 1)!;
}

/** The first days of the months of a year, or of a quarter. */
export function monthsOf(view: 'quarter' | 'year', day: Day): Day[] {
	const first = view === 'year' ? makeDay(parts(day)[0], 1, 1)! : firstOfQuarter(day);
	return Array.from({ length: view === 'year' ? 12 : 3 }, (_, month) => addMonths(first, month));
}

/** The first and the last day that a view shows. */
export function reachOf(view: ViewName, day: Day, ways: WeekWays): readonly [first: Day, last: Day] {
	switch (view) {
		case 'day':
			return [day, day];
		case 'week': {
			const days = weekDays(day, ways);
			return [days[0]!, days.at(-1)!];
		}
		case 'month':
		case 'quarter': {
			const weeks = view === 'month' ? monthWeeks(day, ways) : quarterWeeks(day, ways);
			return [weeks[0]![0]!, weeks.at(-1)!.at(-1)!];
		}
		case 'year': {
			const [year] = parts(day);
			return [makeDay(year, 1, 1)!, makeDay(year, 12, 31)!];
		}
		case 'agenda':
			return [day, addDays(day, AGENDA_DAYS - 1)];
		default:
			return [day, addDays(day, countOf(view) - 1)];
	}
}

/** The day that a view is at, one step on or back. */
export function stepped(view: ViewName, day: Day, by: 1 | -1): Day {
	switch (view) {
		case 'day':
			return addDays(day, by);
		case 'week':
			return addDays(day, 7 * by);
		case 'month':
			return addMonths(firstOfMonth(day), by);
		case 'quarter':
			return addMonths(firstOfQuarter(day), 3 * by);
		case 'year':
			return addMonths(firstOfMonth(day), 12 * by);
		case 'agenda':
			return addDays(day, AGENDA_DAYS * by);
		default:
			return addDays(day, countOf(view) * by);
	}
}

/** What a view shows, in words: "November 2026", "23–29 Nov 2026". */
export function titleOfView(view: ViewName, day: Day, ways: WeekWays, tag: string): string {
	switch (view) {
		case 'day':
			return spellDay(day, tag);
		case 'quarter': {
			const months = new Intl.DateTimeFormat(tag, { month: 'long', year: 'numeric', timeZone: 'UTC' });
			const [first, , last] = monthsOf('quarter', day).map(toUtc);
			return months.formatRange(first!, last!);
		}
		case 'month':
			return formatDay(tag, { month: 'long', year: 'numeric' }, day);
		case 'year':
			return formatDay(tag, { year: 'numeric' }, day);
		default:
			return spellDays(...reachOf(view, day, ways), tag);
	}
}

/** The number of a day's week (ISO 8601: the first with four days in the year). */
export function weekNumber(day: Day): number {
	const thursday = addDays(day, 3 - weekdayOf(day));
	return Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
}
