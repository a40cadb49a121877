import { type ObjectKind, objectsOf, part, type Placed, type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { type Calendar, calendars, defaultCalendarId, events, guests } from '../model.ts';

/** An event is a file in its calendar, with its changed occurrences and everybody's guests in it; its text names its tags. */
export const eventKind: ObjectKind<typeof events> = {
	collection: events,
	place({ id, deletedAt, series, start, calendar, uid: known, calendarName }) {
		if (deletedAt !== null || series !== null || start === null) return null;
		const uid = known || id;
		return { home: calendar ?? defaultCalendarId, uid, name: calendarName || `${uid}.ics` };
	},
	ties: ({ tags }) => [...tags] as RecordId[],
	parts: [part(events, ({ series }) => series as RecordId | null), part(guests, ({ event }) => event as RecordId | null)],
	namings: [],
};

/** An event with the name under which it is in its calendar. */
export type PlacedEvent = Placed<typeof events>;

/** Events that are in calendars. */
export function eventsOf(db: RecordDb, space: SpaceId, wanted: Parameters<typeof objectsOf>[3]): Promise<PlacedEvent[]> {
	return objectsOf(db, eventKind, space, wanted);
}

/** The calendars of spaces that have a record. */
export async function calendarsOf(db: RecordDb, spaces: readonly SpaceId[]): Promise<{ space: SpaceId; calendar: Calendar }[]> {
	return (await rowsOf(db, spaces, calendars)).map(({ space, row }) => ({ space, calendar: row }));
}

/** The events to which records belong, or that they are: a guest's, an occurrence's. */
export async function rootsOf(db: RecordDb, space: SpaceId, ids: readonly RecordId[]): Promise<RecordId[]> {
	const roots = new Set<RecordId>(ids);
	for (let at = 0; at < ids.length; at += 500) {
		const ties = await db
			.selectFrom('mana_tie')
			.select('object')
			.where('space', '=', space)
			.where('record', 'in', ids.slice(at, at + 500))
			.execute();
		for (const { object } of ties) roots.add(object);
	}
	return [...roots];
}
