import { type BusyTime, busyTimes, type Span } from '@mana/dav/caldav/index';
import { parseCalendar, withKnownZones } from '@mana/dav/ical/index';
import type { RecordDb } from '@mana/dav/records/index';
import type { Memberships } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { objectOf } from '../ical/event-object.ts';
import { defaultCalendarId } from '../model.ts';
import type { CalendarUser } from '../users.server.ts';
import { calendarsOf, eventsOf } from './kind.server.ts';
import { statesOf } from './states.server.ts';

export interface BusyParts {
	readonly db: RecordDb;
	readonly memberships: Pick<Memberships, 'personalSpace'>;
	/** In which times are that name none. */
	readonly zone: string;
}

/** When somebody is busy by the calendars of their own that take time; what they declined takes none. @param except UID of an event that does not count: the one that a time is looked for */
export async function busyOf(
	{ db, memberships, zone }: BusyParts,
	person: CalendarUser,
	span: Span,
	except = '',
): Promise<BusyTime[]> {
	const own = memberships.personalSpace(person.id) as SpaceId | null;
	if (own === null) return [];
	const calendars = (await calendarsOf(db, [own])).map(({ calendar }) => calendar);
	const left = calendars.filter(
		({ id, shows, deletedAt }) => shows === 'free' || (deletedAt !== null && id !== defaultCalendarId),
	);
	const passed = new Set<string>(left.map(({ id }) => id));
	const placed = (await eventsOf(db, own, {})).filter(({ home, uid }) => !passed.has(home) && uid !== except);
	const states = await statesOf(db, own, placed);
	return states.flatMap((state) =>
		busyTimes(withKnownZones(parseCalendar(new TextEncoder().encode(objectOf(state, zone)))), span, zone, person.address),
	);
}
