import type { RecordId } from '@mana/model';
import { m } from '@mana/ui/i18n';
import type { ExportKind } from '@mana/ui/import/kind';
import { byPosition } from '../actions.ts';
import type { ObjectState } from '../ical/event-object.ts';
import { calendars, defaultCalendarId } from '../model.ts';
import { csvExport } from './csv.ts';
import { icsExport } from './ics.ts';
import { eventsToTake } from './take-along.ts';
import { exportHint, formatWords } from './words.ts';

const ALL = 'all';

/** Taking events along as files: those of all calendars, or of one. */
export const calendarExport: ExportKind<ObjectState> = {
	formats: [icsExport(() => Intl.DateTimeFormat().resolvedOptions().timeZone, m.calendar_name), csvExport],
	fileName: () => m.calendar_name().toLowerCase(),
	words: {
		title: () => m.calendar_export(),
		purpose: () => m.calendar_export_purpose(),
		format: formatWords,
		hint: exportHint,
		count: (count) => m.calendar_events({ count }),
	},
	choices(mana) {
		const all = eventsToTake(mana, null, Date.now());
		const counts = Map.groupBy(all, ({ event }) => event.calendar ?? defaultCalendarId);
		const rows = mana.query(calendars, { order: byPosition }).rows;
		const own = rows.find(({ id }) => id === defaultCalendarId)?.name || m.calendar_default();
		return [
			{ id: ALL, name: m.calendar_export_all(), count: all.length },
			...[{ id: defaultCalendarId, name: own }, ...rows.filter(({ id }) => id !== defaultCalendarId)].map(({ id, name }) => ({
				id: id as string,
				name: name || m.calendar_unnamed(),
				count: counts.get(id)?.length ?? 0,
			})),
		];
	},
	async *items(mana, choice) {
		yield* eventsToTake(mana, choice === ALL ? null : (choice as RecordId), Date.now());
	},
};
