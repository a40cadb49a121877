import type { Mana, Written } from '@mana/sync/client/api';
import { link } from '@mana/shared/links';
import { wallAt } from '@mana/time/zone';
import type { Keep } from '@mana/ui/shell/kept-time';
import { calendars, type CalendarSettings, events } from '../model.ts';
import { textOf } from '../moments.ts';

/** How a person makes events. */
export interface Ways extends Partial<Pick<CalendarSettings, 'calendar' | 'reminders'>> {
	/** Id of the person; `null`: nobody who is known here. */
	readonly person: string | null;
}

/**
 * Keeps time for records, each as an event that is tied to it.
 *
 * @param ways how the person makes events
 * @param zone on whose clocks they are (IANA)
 */
export function keepTime(mana: Mana, label: string, wanted: readonly Keep[], zone: string, ways: Ways): Written {
	const own = ways.calendar ? mana.get(calendars, ways.calendar) : undefined;
	const calendar = own && own.deletedAt === null && own.kind !== 'subscription' ? own.id : null;
	return mana.write(label, (tx) => {
		for (const { end, title, from, to } of wanted) {
			const start = textOf(wallAt(zone, from), 'local');
			const when = { start, length: Math.round((to - from) / 1_000), zone };
			const draft = { title: title.slice(0, 500), ...when, calendar, createdBy: ways.person };
			const record = tx.create(events, { ...draft, ...(ways.reminders && { reminders: [...ways.reminders] }) });
			link(tx, 'plans', end, { collection: events.number, record });
		}
	});
}
