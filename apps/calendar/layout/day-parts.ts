import { addDays, type Day, toUtc } from '@mana/time';
import { wallAt } from '@mana/time/zone';
import type { Occurrence } from '../occurrences.ts';
import { DAY, MINUTE } from '../moments.ts';

/** What has its time, as an occurrence has it. */
export type Spanned = Pick<Occurrence, 'wholeDay' | 'from' | 'to' | 'firstDay' | 'lastDay'>;

/** The part of something that stands on one day's column of hours, in minutes of that day's clock. */
export interface DayPart<T> {
	readonly item: T;
	readonly day: Day;
	readonly from: number;
	readonly to: number;
	/** Whether it began the day before, or goes on the day after. */
	readonly before: boolean;
	readonly after: boolean;
}

/** Whether it lies across the top of the days, and not between their hours: whole days, and what lasts a day or longer. */
export function isBar({ wholeDay, from, to }: Spanned): boolean {
	return wholeDay || to - from >= DAY;
}

/**
 * Parts something by days, as the clocks of the viewer show it. Where clocks are put back while it lasts, its end may stand before its
 * beginning: it is then as long as it takes.
 */
export function dayParts<T extends Spanned>(item: T, viewer: string): DayPart<T>[] {
	const start = wallAt(viewer, item.from);
	const shown = wallAt(viewer, item.to);
	const end = shown > start ? shown : start + (item.to - item.from);
	const parts: DayPart<T>[] = [];
	for (let { firstDay: day } = item; ; day = addDays(day, 1)) {
		const midnight = toUtc(day);
		const [from, to] = [Math.max(start, midnight), Math.min(end, midnight + DAY)];
		if (parts.length > 0 && from >= end) return parts;
		parts.push({
			item,
			day,
			from: (from - midnight) / MINUTE,
			to: (to - midnight) / MINUTE,
			before: start < midnight,
			after: end > midnight + DAY,
		});
	}
}
