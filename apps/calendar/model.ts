import { collection, field, isRecordId, namedRecordId, partOf, type RecordId, type Row } from '@mana/model';
import { commentsIn } from '@mana/shared/comments';

/** The app's permanent number: collection numbers on the wire start with it. */
const app = 3;

/**
 * Calendars of a space. Every space has one without anybody making it (`defaultCalendarId`): its record is there only once it got a name or
 * a colour. Which ones somebody sees is theirs (`settings`).
 */
export const calendars = collection(
	'calendar/calendars',
	{ app, number: 1 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		notes: field.text(2, { fallback: '', max: 2_000 }),
		/** Hue of its events, in degrees. */
		hue: field.integer(3, { fallback: 25, from: 0, to: 359 }),
		position: field.position(4),
		/**
		 * A subscription shows what stands at `source`, or in an account elsewhere that may only be read: nobody but calendar-server writes its
		 * events. What is `elsewhere` is kept the same as a calendar of an account, both ways.
		 */
		kind: field.choice(5, ['own', 'subscription', 'elsewhere']),
		/** Address of the feed that a subscription shows. */
		source: field.text(6, { max: 2_000 }),
		/** IANA name of the zone in which its floating times are meant (CALDAV:calendar-timezone); `null`: of whoever looks. */
		zone: field.text(7, { max: 64 }),
		/** What its collection is called in CalDAV, where a program made it; empty: its space and id. */
		calendarName: field.text(8, { fallback: '', max: 255 }),
		/** Whether its events take time from whoever has it (CALDAV:schedule-calendar-transp). */
		shows: field.choice(9, ['busy', 'free']),
		/** Properties that programs set by WebDAV and we only keep, as XML. */
		davProperties: field.text(10, { fallback: '', max: 20_000 }),
	},
);

/**
 * Events, and the single occurrences of a series that differ from it: those have a `series` and stand for one `occurrence`, with every
 * field of their own (as in iCalendar, RFC 5545 §3.8.4.4). An occurrence that does not take place is in the `except` of its series.
 */
export const events = collection(
	'calendar/events',
	{ app, number: 2 },
	{
		title: field.text(1, { fallback: '', max: 500 }),
		notes: field.text(2, { fallback: '', max: 20_000 }),
		place: field.text(3, { fallback: '', max: 500 }),
		url: field.text(4, { fallback: '', max: 2_000 }),
		/** `null`: the calendar that every space has. */
		calendar: field.reference(5),
		/** When it begins: a day (then it lasts whole days), or a time on the clocks of `zone`. Without one it is nowhere to be seen. */
		start: field.moment(6),
		/** How long it lasts, in seconds that pass. Of days: whole days of 86,400, and one at least. */
		length: field.integer(7, { fallback: 3_600, from: 0, to: 400_000_000 }),
		/** IANA name; `null`: on the clocks of whoever looks (floating). Of days it says nothing. */
		zone: field.text(8, { max: 64 }),
		/** Zone in which its end is shown, for journeys; `null`: that of its start. */
		endZone: field.text(9, { max: 64 }),
		/** RRULE without its name (RFC 5545); several stand on lines of their own. `null`: it takes place once. */
		repeat: field.text(10, { max: 2_000 }),
		/** RDATE: what comes besides, written as `start` is. */
		extra: field.set(11),
		/** EXDATE: what falls out, written as `start` is. A day takes away everything on it. */
		except: field.set(12),
		status: field.choice(13, ['confirmed', 'tentative', 'cancelled']),
		/** Whether it takes time from whoever attends (TRANSP). */
		shows: field.choice(14, ['busy', 'free']),
		/** CLASS. */
		privacy: field.choice(15, ['public', 'private', 'confidential']),
		/** Minutes before the start, as text: `15`; after it where negative. Of days the start is midnight: `-540` is 9 in the morning. */
		reminders: field.set(16),
		/** Minutes of the way there, before it. */
		travel: field.integer(17, { fallback: 0, from: 0, to: 1_440 }),
		/** Minutes to keep free after it. */
		buffer: field.integer(18, { fallback: 0, from: 0, to: 1_440 }),
		/** The UID by which calendar programs know it; empty: its id. */
		uid: field.text(19, { fallback: '', max: 255 }),
		/** What its file is called in CalDAV; empty: its UID and `.ics`. */
		calendarName: field.text(20, { fallback: '', max: 255 }),
		/** The calendar object as a program last wrote it, with everything that we have no field for. Of a series it stands in the series. */
		calendarObject: field.text(21, { fallback: '', max: 100_000 }),
		/** Hue of its own; `null`: that of its calendar. */
		hue: field.integer(22, { from: 0, to: 359 }),
		files: field.attachments(23),
		/** Ids of tags. */
		tags: field.set(24),
		/** Calendar address of whoever invites, `mailto:` left out; `null`: nobody is invited. */
		organizer: field.text(25, { max: 320 }),
		/** How often it was changed in a way that guests have to hear of (RFC 5545 §3.8.7.4). */
		sequence: field.greatest(26),
		/** The series that this is one occurrence of. */
		series: partOf(field.reference(27)),
		/** What this occurrence would be without the change, written as the `start` of its series is (RECURRENCE-ID). */
		occurrence: field.moment(28),
		/** Where whoever takes part meets by picture and sound (CONFERENCE, RFC 7986 §5.11). */
		meeting: field.text(29, { fallback: '', max: 2_000 }),
		/** Id of the person who made it, whom it concerns in a shared space also where nobody is invited; `null`: nobody said so. */
		createdBy: field.text(30, { max: 64 }),
	},
);

/** Whoever is invited: a record for each event and address, so that answers of several people never collide. */
export const guests = collection(
	'calendar/guests',
	{ app, number: 3 },
	{
		event: partOf(field.reference(1)),
		/** Calendar address, `mailto:` left out: `ana@example.org`. */
		address: field.text(2, { fallback: '', max: 320 }),
		name: field.text(3, { fallback: '', max: 120 }),
		/** Id of the person at mana-auth, where it is one of this Mana. */
		person: field.text(4, { max: 64 }),
		kind: field.choice(5, ['individual', 'group', 'resource', 'room']),
		role: field.choice(6, ['required', 'optional', 'chair', 'informed']),
		answer: field.choice(7, ['none', 'accepted', 'declined', 'tentative', 'delegated']),
		/** What they said with their answer. */
		comment: field.text(8, { fallback: '', max: 2_000 }),
		answeredAt: field.instant(9),
		/** When somebody here invited them, by a page or a program; `null`: an import brought them, and nobody writes to them by mail. */
		invited: field.instant(10),
		/** Another time that they would like (COUNTER, RFC 5546 §3.2.7), written as `start` of an event is; `null`: none. See `proposals.ts`. */
		proposedStart: field.moment(11),
		/** How long it would last then, in seconds. */
		proposedLength: field.integer(12, { from: 0, to: 400_000_000 }),
		/** On whose clocks: IANA name, or `null` as of events. */
		proposedZone: field.text(13, { max: 64 }),
		/** The occurrence of the series that it is about; `null`: all of it. */
		proposedOccurrence: field.moment(14),
		/** When it began as they proposed that: what has been moved since is not what they spoke of. */
		proposedInstead: field.moment(15),
		proposedAt: field.instant(16),
		/** What whoever invites says to it. Whom it suits moves the event. */
		proposal: field.choice(17, ['open', 'declined']),
	},
);

/** How somebody looks at their calendars. One record, in the personal space, so it is on all devices of the person. */
export const settings = collection(
	'calendar/settings',
	{ app, number: 4 },
	{
		/** Ids of calendars of any space that are not shown, and names of what the app shows besides: `tasks`, `birthdays`. */
		hidden: field.set(1),
		/** IANA name of the zone that has a column beside the hours; empty: none. */
		secondZone: field.text(2, { fallback: '', max: 64 }),
		/** Minutes that a new event lasts where nothing else is said. */
		length: field.integer(3, { fallback: 60, from: 5, to: 1_440 }),
		/** Minutes before a new event with a time, as text. */
		reminders: field.set(4),
		/** Whether week and month leave out Saturday and Sunday. */
		workdaysOnly: field.flag(5),
		/** Ids of other spaces whose events stand among those of the one that they work in; `own` of their own. */
		spaces: field.set(7),
		/** The calendar that new events go to, by its id; `null`: the one that every space has. */
		calendar: field.reference(6),
		/** Server at which they make links of meetings: `https://meet.example.org`; empty: none, and nobody is asked. */
		meetingServer: field.text(8, { fallback: '', max: 500 }),
	},
);

/** What somebody looks at together, by a name. Theirs, in the personal space. */
export const sets = collection(
	'calendar/sets',
	{ app, number: 5 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		/** Ids of what is shown: calendars of any space, and names of what the app shows besides, as in `settings.hidden`. */
		shown: field.set(2),
	},
);

/** Rooms of a space, and things that are booked as they are: a projector, a car. Whoever plans invites them (`rooms.ts`). */
export const rooms = collection(
	'calendar/rooms',
	{ app, number: 6 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		kind: field.choice(2, ['room', 'resource']),
		/** How many people fit in; `null`: nobody counted. */
		capacity: field.integer(3, { from: 1, to: 100_000 }),
		/** Where it is. */
		place: field.text(4, { fallback: '', max: 500 }),
	},
);

/**
 * Of which events of a shared space somebody is reminded: a record for each space, in their own, so that it is the same on all devices of
 * theirs. Where there is none, of those that concern them.
 */
export const reminding = collection(
	'calendar/reminding',
	{ app, number: 7 },
	{
		/** Id of the space. */
		space: field.text(1, { max: 64 }),
		of: field.choice(2, ['concerning', 'all', 'none']),
	},
);

/** What people say about an event in a shared space; of a series, about all of it. */
export const comments = commentsIn('calendar', app);

export type Calendar = Row<typeof calendars>;
export type Event = Row<typeof events>;
export type Guest = Row<typeof guests>;
export type CalendarSettings = Row<typeof settings>;
export type CalendarSet = Row<typeof sets>;
export type Room = Row<typeof rooms>;
export type Reminding = Row<typeof reminding>;

/** The calendar that every space has, whether or not it has a record. */
export const defaultCalendarId: RecordId = namedRecordId('calendar/calendars/default');

/** There is one record of settings in a personal space, whichever device makes it. */
export const settingsId: RecordId = namedRecordId('calendar/settings');

/** What somebody chose for a space has one id, whichever device they choose on. */
export function remindingId(space: string): RecordId {
	return namedRecordId(`calendar/reminding/${space}`);
}

/** An event that a calendar program brought has one id wherever it comes from, so that its UID is there once in a space. */
export function eventIdOf(uid: string): RecordId {
	return isRecordId(uid) ? uid : namedRecordId(`calendar/events/${uid}`);
}

/** One changed occurrence has one id, whoever changes it first. @param occurrence what it would be without the change (`occurrence`) */
export function changedOccurrenceId(series: RecordId, occurrence: string): RecordId {
	return namedRecordId(`calendar/events/${series}/${occurrence}`);
}

/** Whoever is invited twice is one guest. */
export function guestId(event: RecordId, address: string): RecordId {
	return namedRecordId(`calendar/guests/${event}/${address.trim().toLowerCase()}`);
}
