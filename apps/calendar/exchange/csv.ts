import { writeCsvRow } from '@mana/model/csv';
import type { ExportFormat } from '@mana/ui/import/format';
import type { ObjectState } from '../ical/event-object.ts';
import type { Event } from '../model.ts';
import { isDay, momentOf, textOf } from '../moments.ts';

const COLUMNS: readonly (readonly [name: string, value: (event: Event) => string])[] = [
	['title', ({ title }) => title],
	['start', ({ start }) => start ?? ''],
	['end', endOf],
	['zone', ({ zone }) => zone ?? ''],
	['place', ({ place }) => place],
	['notes', ({ notes }) => notes],
	['link', ({ url }) => url],
	['status', ({ status }) => status],
	['repeats', ({ repeat }) => repeat ?? ''],
];

/** A table for spreadsheets: a row for each event and for each changed occurrence. */
export const csvExport: ExportFormat<ObjectState> = {
	id: 'csv',
	ending: '.csv',
	type: 'text/csv',
	async *write(events) {
		yield `\uFEFF${writeCsvRow(COLUMNS.map(([name]) => name))}`;
		for await (const { event, occurrences } of events)
			for (const one of [event, ...occurrences.map((occurrence) => occurrence.event)])
				yield writeCsvRow(COLUMNS.map(([, value]) => value(one)));
	},
};

/** When it ends on the clocks of its start; of days the last one. */
function endOf({ start, length }: Event): string {
	if (start === null) return '';
	const { wall } = momentOf(start);
	return isDay(start) ? textOf(wall + Math.max(0, length - 86_400) * 1_000, 'day') : textOf(wall + length * 1_000, 'local');
}
