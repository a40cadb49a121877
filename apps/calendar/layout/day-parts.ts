import { addDays, type Day, toUtc } from '@mana/time';
import { wallAt } from '@mana/time/zone';
import type { Occurrence } from '../occurrences.ts';
import { DAY, MINUTE } from '../moments.ts';

/** The part of an occurrence that stands on one day's column of hours, in minutes of that day's clock. */
export interface DayPart {
	readonly occurrence: Occurrence;
	readonly day: Day;
	readonly from: number;
	readonly to: number;
	/** Whether it began the day before, or goes on the day after. */
	readonly before: boolean;
	readonly after: boolean;
}

/** Whether it lies across the top of the days, and not between their hours: whole days, and what lasts a day or longer. */
export function isBar({ wholeDay, from, to }: Pick<Occurrence, 'wholeDay' | 'from' | 'to'>): boolean {
	return wholeDay || to - from >= DAY;
}

/**
 * Parts an occurrence by days, as the clocks of the viewer show it. Where clocks are put back while it lasts, its end may stand before its
 * beginning: it is then as long as it takes.
 */
export function dayParts(occurrence: Occurrence, viewer: string): DayPart[] {
	const start = wallAt(viewer, occurrence.from);
	const shown = wallAt(viewer, occurrence.to);
	const end = shown > start ? shown : start + (occurrence.to - occurrence.from);
	const parts: DayPart[] = [];
	for (let { firstDay: day } = occurrence; ; day = addDays(day, 1)) {
		const midnight = toUtc(day);
		const [from, to] = [Math.max(start, midnight), Math.min(end, midnight + DAY)];
		if (parts.length > 0 && from >= end) return parts;
		parts.push({
			occurrence,
			day,
			from: (from - midnight) / MINUTE,
			to: (to - midnight) / MINUTE,
			before: start < midnight,
			after: end > midnight + DAY,
		});
	}
}
