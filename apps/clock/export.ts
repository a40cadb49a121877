import { csv } from '@mana/model/csv';
import { dayAt, timeAt } from '@mana/time';
import type { TimeEntry } from './model.ts';
import type { Lap } from './stopwatch.ts';
import { durationOf } from './tracking.ts';

/** Entries for a spreadsheet, the oldest first, on the clocks of a zone; hours in decimals. */
export function entriesCsv(entries: readonly TimeEntry[], zone: string, now: number): string {
	const rows = entries
		.filter(({ startedAt }) => startedAt !== null)
		.toSorted((a, b) => a.startedAt! - b.startedAt!)
		.map((entry) => {
			const { startedAt, note, label, billable, link } = entry;
			const ms = durationOf(entry, now);
			const end = startedAt! + ms;
			return [
				dayAt(startedAt!, zone),
				timeAt(startedAt!, zone),
				entry.endedAt === null ? '' : timeAt(end, zone),
				Math.round((ms / 3_600_000) * 100) / 100,
				note,
				label,
				billable ? 'yes' : 'no',
				link,
			];
		});
	return csv([['day', 'start', 'end', 'hours', 'note', 'label', 'billable', 'link'], ...rows]);
}

/** Laps for a spreadsheet, in seconds. */
export function lapsCsv(laps: readonly Lap[]): string {
	return csv([
		['lap', 'seconds', 'total'],
		...laps.map(({ number, lapMs, totalMs }) => [number, lapMs / 1_000, totalMs / 1_000]),
	]);
}
