import { addDays, daysBetween, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import { combined } from '@mana/ui/data/mapped';
import type { Dated, DatedEntry } from '@mana/ui/shell/manifest';
import { calendarOf } from './actions.ts';
import { calendars, defaultCalendarId, events, settings, settingsId } from './model.ts';
import { textOf } from './moments.ts';
import { type Occurrence, occurrencesOf } from './occurrences.ts';
import { titleOf } from './words.ts';

/** What takes place, on each of its days, for the lists of other apps. What the person does not look at in the calendar is not in them. */
export const dated: Dated = (mana, from, to, zone) => {
	const [rows, all] = [mana.query(events, { where: () => true }), mana.query(calendars)];
	const ways = mana.query(settings, { where: ({ id }) => id === settingsId });
	return combined([rows, all, ways], () => {
		const hidden = ways.rows[0]?.hidden ?? new Set();
		const known = new Set<string>(all.rows.map(({ id }) => id));
		const [begin, end] = [instantOf(zone, toUtc(from)), instantOf(zone, toUtc(addDays(to, 1)))];
		return occurrencesOf(rows.rows, begin, end, zone)
			.filter(({ event }) => {
				const calendar = calendarOf(event);
				return !hidden.has(known.has(calendar) ? calendar : defaultCalendarId);
			})
			.flatMap((one) => entriesOf(one, from, to, zone));
	});
};

function entriesOf(one: Occurrence, from: string, to: string, zone: string): DatedEntry[] {
	const { key, event, wholeDay, firstDay, lastDay } = one;
	const begin = firstDay < from ? from : firstDay;
	const end = lastDay > to ? to : lastDay;
	return Array.from({ length: Math.max(0, daysBetween(begin, end) + 1) }, (_, ahead) => {
		const day = addDays(begin, ahead);
		return {
			id: `${key} ${day}`,
			title: titleOf(event),
			day,
			// On the days after its first it is there from their beginning.
			time: wholeDay || day !== firstDay ? null : textOf(wallAt(zone, one.from), 'local').slice(11, 16),
			done: event.status === 'cancelled',
			href: `/calendar?event=${encodeURIComponent(key)}`,
		};
	});
}
