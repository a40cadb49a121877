/** What lies across days of a row: from one to another, both included, counted from 0. */
export interface Across {
	readonly first: number;
	readonly last: number;
}

/** A bar in a row of days. */
export interface Bar<T> {
	readonly item: T;
	/** Clipped to the row. */
	readonly first: number;
	readonly last: number;
	/** From the top, from 0. */
	readonly lane: number;
	/** Whether it began before the row, or goes on behind it. */
	readonly before: boolean;
	readonly after: boolean;
}

/**
 * Lays what takes days into lanes of a row, none upon another: earlier ones above, longer ones above where they begin together. Takes as
 * many lanes as lie on the fullest day.
 *
 * @param days how many days the row has
 */
export function inLanes<T extends Across>(items: readonly T[], days: number): Bar<T>[] {
	const sorted = items
		.filter(({ first, last }) => first < days && last >= 0)
		.toSorted((a, b) => Math.max(a.first, 0) - Math.max(b.first, 0) || b.last - a.last);
	const ends: number[] = [];
	return sorted.map((item) => {
		const [first, last] = [Math.max(item.first, 0), Math.min(item.last, days - 1)];
		const free = ends.findIndex((end) => end < first);
		const lane = free < 0 ? ends.length : free;
		ends[lane] = last;
		return { item, first, last, lane, before: item.first < 0, after: item.last >= days };
	});
}

/** What there is room for in `lanes` lanes, and by day how much is left out. A day with too many gives its last lane to saying so. */
export function fitting<T>(bars: readonly Bar<T>[], days: number, lanes: number): { shown: Bar<T>[]; more: number[] } {
	const counts = Array.from({ length: days }, (_, day) => bars.filter((bar) => bar.first <= day && day <= bar.last).length);
	const full = counts.map((_, day) => bars.some((bar) => bar.lane >= lanes && bar.first <= day && day <= bar.last));
	const shown = bars.filter(({ lane, first, last }) => {
		if (lane >= lanes) return false;
		return lane < lanes - 1 || !full.slice(first, last + 1).some(Boolean);
	});
	const more = counts.map((count, day) => count - shown.filter((bar) => bar.first <= day && day <= bar.last).length);
	return { shown, more };
}
