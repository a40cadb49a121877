import { addDays, addMonths, type Day, daysBetween, formatDay, makeDay, parts, spellDay, weekdayOf } from '@mana/time';

export const viewNames = ['day', 'week', 'month', 'year', 'agenda'] as const;
export type ViewName = (typeof viewNames)[number];

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

/** The weeks that hold a month, each with its days. */
export function monthWeeks(day: Day, ways: WeekWays): Day[][] {
	const first = firstOfMonth(day);
	const last = addDays(addMonths(first, 1), -1);
	const weeks: Day[][] = [];
	for (let at = weekOf(first, ways.weekStart); at <= last; at = addDays(at, 7)) weeks.push(weekDays(at, ways));
	return weeks;
}

export function firstOfMonth(day: Day): Day {
	return `${day.slice(0, 8)}01`;
}

/** The first days of the twelve months of a year. */
export function monthsOf(day: Day): Day[] {
	const [year] = parts(day);
	return Array.from({ length: 12 }, (_, month) => makeDay(year, month + 1, 1)!);
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
		case 'month': {
			const weeks = monthWeeks(day, ways);
			return [weeks[0]![0]!, weeks.at(-1)!.at(-1)!];
		}
		case 'year': {
			const [year] = parts(day);
			return [makeDay(year, 1, 1)!, makeDay(year, 12, 31)!];
		}
		case 'agenda':
			return [day, addDays(day, AGENDA_DAYS - 1)];
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
		case 'year':
			return addMonths(firstOfMonth(day), 12 * by);
		case 'agenda':
			return addDays(day, AGENDA_DAYS * by);
	}
}

/** What a view shows, in words: "November 2026", "23–29 November 2026". */
export function titleOfView(view: ViewName, day: Day, ways: WeekWays, tag: string): string {
	switch (view) {
		case 'day':
			return spellDay(day, tag);
		case 'week': {
			const [first, last] = reachOf('week', day, ways);
			return formatRange(first, last, tag, 'long');
		}
		case 'month':
			return formatDay(tag, { month: 'long', year: 'numeric' }, day);
		case 'year':
			return formatDay(tag, { year: 'numeric' }, day);
		case 'agenda':
			return formatRange(...reachOf('agenda', day, ways), tag, 'short');
	}
}

/** @param month `short` where both ends have their own month and year, which the head has no room for in full */
function formatRange(first: Day, last: Day, tag: string, month: 'long' | 'short'): string {
	const format = new Intl.DateTimeFormat(tag, { day: 'numeric', month, year: 'numeric', timeZone: 'UTC' });
	return format.formatRange(Date.parse(`${first}T00:00Z`), Date.parse(`${last}T00:00Z`));
}

/** The number of a day's week (ISO 8601: the first with four days in the year). */
export function weekNumber(day: Day): number {
	const thursday = addDays(day, 3 - weekdayOf(day));
	return Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
}
