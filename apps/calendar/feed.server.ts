import { invalidCalendar } from '@mana/dav/caldav/index';
import { DavFailure } from '@mana/dav/index';
import { BadCalendar, type Component, lineOf, textOf, writeComponent } from '@mana/dav/ical/index';
import { differences, partsOf, type RecordDb, type RecordTables, rowsOf } from '@mana/dav/records/index';
import { type Draft, namedRecordId, type RecordId } from '@mana/model';
import type { ServiceWriter, SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { eventsOf } from './dav/kind.server.ts';
import { parseEvent, type SentEvent } from './dav/sent-event.server.ts';
import { LIMITS } from './ical/whole-event.ts';
import { type Calendar, calendars, changedOccurrenceId, type Event, events } from './model.ts';

/** The most events that are kept of a feed, and how many are written in one step. */
const [MOST_EVENTS, AT_ONCE] = [5_000, 40];

export interface FeedParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	/** In which times are that name none. */
	readonly zone: string;
}

/** Writes what a feed says otherwise than the records of its calendar; what it says no more goes to the trash. */
export async function keepFeed(
	{ db, zone, writer }: FeedParts,
	space: SpaceId,
	calendar: Calendar,
	feed: Component,
): Promise<void> {
	const shown = await eventsOf(db, space, { home: calendar.id });
	// Those in the trash too: what the feed says again comes out of it.
	const all = (await rowsOf(db, [space], events)).map(({ row }) => row).filter((row) => row.calendar === calendar.id);
	const known = new Map(all.map((row) => [row.id, row]));
	const occurrences = await partsOf(db, events, space, [...known.keys()]);
	const steps: ((tx: ServiceWriter) => void)[] = [];
	const kept = new Set<RecordId>();
	for (const one of eventsIn(feed, calendar.zone ?? zone)) {
		const id = namedRecordId(`calendar/feeds/${calendar.id}/${one.uid}`);
		kept.add(id);
		steps.push((tx) => keepOne(tx, calendar.id, id, one, known.get(id), occurrences.get(id) ?? []));
	}
	for (const { row } of shown) if (!kept.has(row.id)) steps.push((tx) => tx.trash(events, row.id));
	const said = textOf(lineOf(feed, 'X-WR-CALNAME')?.value ?? lineOf(feed, 'NAME')?.value ?? '').slice(0, 120);
	if (calendar.name === '' && said !== '') steps.push((tx) => tx.update(calendars, calendar.id, { name: said }));
	for (let at = 0; at < steps.length; at += AT_ONCE)
		await db.transaction().execute((within) =>
			writer.write(within, space, (tx) => {
				for (const step of steps.slice(at, at + AT_ONCE)) step(tx);
			}),
		);
	writer.wake();
}

function keepOne(
	tx: ServiceWriter,
	calendar: RecordId,
	id: RecordId,
	{ uid, text, said, occurrences }: SentEvent,
	before: Event | undefined,
	known: readonly Event[],
): void {
	// Nobody here invites or is invited by what stands elsewhere.
	const place = { calendar, organizer: null };
	const object = { uid: uid.slice(0, 255), calendarName: `${id}.ics`, calendarObject: text };
	write(tx, id, { ...said.fields, ...place, ...object }, before);
	const kept = new Set<RecordId>();
	for (const [occurrence, { fields }] of occurrences) {
		const key = changedOccurrenceId(id, occurrence);
		kept.add(key);
		write(
			tx,
			key,
			{ ...fields, ...place, series: id, occurrence },
			known.find((one) => one.id === key),
		);
	}
	for (const one of known) if (one.deletedAt === null && !kept.has(one.id)) tx.trash(events, one.id);
}

function write(tx: ServiceWriter, id: RecordId, wanted: Draft<typeof events>, before: Event | undefined): void {
	if (!before) return tx.create(events, id, wanted);
	if (before.deletedAt !== null) tx.restore(events, id);
	const changed = differences<typeof events>(wanted, before);
	if (Object.keys(changed).length > 0) tx.update(events, id, changed, before);
}

/** The events of a feed, each with its changed occurrences and the zones that the feed describes. What cannot be read of it is passed over. */
export function eventsIn(feed: Component, zone: string): SentEvent[] {
	const timezones = feed.components.filter(({ name }) => name === 'VTIMEZONE');
	const byUid = new Map<string, Component[]>();
	for (const event of feed.components.filter(({ name }) => name === 'VEVENT')) {
		const uid = lineOf(event, 'UID')?.value.trim() ?? '';
		if (uid !== '') byUid.set(uid, [...(byUid.get(uid) ?? []), event]);
	}
	const head = feed.lines.filter(({ name }) => ['VERSION', 'PRODID'].includes(name.toUpperCase()));
	return [...byUid.values()].slice(0, MOST_EVENTS).flatMap((inside) => {
		const text = writeComponent({ ...feed, lines: head, components: [...timezones, ...inside] });
		try {
			const bytes = new TextEncoder().encode(text);
			if (bytes.length > LIMITS.bytes) throw invalidCalendar('This event is too large.');
			return [parseEvent({ bytes, type: 'text/calendar' }, zone)];
		} catch (error) {
			if (error instanceof DavFailure || error instanceof BadCalendar) return [];
			throw error;
		}
	});
}
