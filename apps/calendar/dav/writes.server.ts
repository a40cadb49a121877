import { caldav } from '@mana/dav/caldav/index';
import { type Content, dav, DavFailure, type DavPath, element, type PropertyChange } from '@mana/dav/index';
import {
	differences,
	type FolderWrites,
	Member,
	partsOf,
	type RecordDb,
	recordOf,
	type RecordTables,
} from '@mana/dav/records/index';
import { namedRecordId, type RecordId } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { MemberWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { calendars, defaultCalendarId, eventIdOf, events } from '../model.ts';
import { takeOut } from '../one-day.server.ts';
import { type CalendarFolder, CALENDARS, segmentOf } from './calendars.server.ts';
import { keepEvent, knownEvent, wholeIn } from './keep-event.server.ts';
import { calendarsOf, eventsOf, type PlacedEvent } from './kind.server.ts';
import { parseEvent } from './sent-event.server.ts';
import { settingsIn } from './settings.server.ts';
import { daysTakenOut } from './taken-out.server.ts';

export interface WriteParts {
	readonly db: RecordDb;
	readonly writer: MemberWriter<RecordTables>;
	/** In which times are that name none. */
	readonly zone: string;
	readonly grant: AppGrant;
	readonly clock: { now(): number };
	/** The address of a resource of this tree, as a client sees it. */
	hrefOf(path: DavPath): string;
}

/** Events that go in one step. */
const AT_ONCE = 500;

/** What a program changes, as transactions of its person's device. Each answers the space's counter after it, when it is on the disk. */
export class Writes implements FolderWrites<typeof events, CalendarFolder> {
	readonly #parts: WriteParts;
	readonly #member: Member;

	constructor(parts: WriteParts) {
		this.#parts = parts;
		this.#member = new Member(parts.writer, parts.grant, caldav('valid-calendar-data'));
	}

	async put(
		folder: CalendarFolder,
		name: string,
		current: PlacedEvent | null,
		content: Content,
	): Promise<{ seq: number; text: string }> {
		const { db, zone, clock } = this.#parts;
		const { space, home } = folder;
		const { id: person, email } = this.#parts.grant.person;
		const sent = parseEvent(content, folder.calendar?.zone ?? zone);
		const { uid, text } = sent;
		if (current && current.uid !== uid) throw await this.#conflict(folder, uid, current.name);
		const taken = current ? null : (await eventsOf(db, space, { uids: [uid] }))[0];
		if (taken) throw await this.#conflict(folder, uid, taken.name, taken.home);
		const id = current?.row.id ?? eventIdOf(uid);
		const known = await knownEvent(db, space, id);
		if (known.isGone) throw new DavFailure(403, 'This event was deleted for good. Give it a new UID.', caldav('no-uid-conflict'));
		const place = {
			calendar: home === defaultCalendarId ? null : (home as RecordId),
			uid: uid === id ? '' : uid,
			calendarName: name === `${uid}.ics` ? '' : name,
			calendarObject: text,
			...(known.before === null && { createdBy: person }),
		};
		const before = known.before && wholeIn(space, known, known.before);
		const out = before ? daysTakenOut(before, sent, email, zone) : [];
		const seq = await this.#member.write(space, (tx) => {
			if (known.before) {
				// Against the version that the program saw: whoever wrote since wins, and the program asks again (RFC 4791 §5.3.2).
				tx.expect(id, current?.seq ?? known.seq);
				for (const one of known.occurrences) if (current) tx.expect(one.id, current.seq);
			}
			keepEvent(tx, known, sent, place, clock.now());
			if (before) takeOut(tx, before, out, email, clock.now());
		});
		return { seq, text };
	}

	/** Puts an event with its occurrences in the trash. */
	async trash({ space }: CalendarFolder, { row, seq }: PlacedEvent): Promise<number> {
		return this.#member.write(space, (tx) => {
			tx.expect(row.id, seq);
			tx.trash(events, row.id);
		});
	}

	/** Puts a calendar with its events in the trash. */
	async trashFolder({ space, home, calendar }: CalendarFolder): Promise<number> {
		const inside = await eventsOf(this.#parts.db, space, { home });
		for (let at = 0; at < inside.length; at += AT_ONCE)
			await this.#member.write(space, (tx) => {
				for (const { row } of inside.slice(at, at + AT_ONCE)) tx.trash(events, row.id);
			});
		return this.#member.write(space, (tx) => {
			if (calendar) tx.trash(calendars, calendar.id);
		});
	}

	async move({ row, seq, uid, space }: PlacedEvent, { home }: CalendarFolder, name: string): Promise<number> {
		const occurrences = (await partsOf(this.#parts.db, events, space, [row.id])).get(row.id) ?? [];
		const calendar = home === defaultCalendarId ? null : (home as RecordId);
		return this.#member.write(space, (tx) => {
			tx.expect(row.id, seq);
			const moved = { calendar, calendarName: name === `${uid}.ics` ? '' : name };
			tx.update(events, row.id, differences<typeof events>(moved, row), row);
			for (const one of occurrences) tx.update(events, one.id, differences<typeof events>({ calendar }, one), one);
		});
	}

	/** Makes a calendar whose collection has the name that a program gave it. */
	async makeFolder(space: SpaceId, name: string, _: unknown, changes: readonly PropertyChange[]): Promise<number> {
		const id = namedRecordId(`calendar/calendars/${space}/${name}`);
		const held = await recordOf(this.#parts.db, space, calendars, id);
		const draft = { name, ...settingsIn(changes, null), calendarName: name };
		const count = (await calendarsOf(this.#parts.db, [space])).length;
		return this.#member.write(space, (tx) => {
			if (!held) return tx.create(calendars, id, { hue: (25 + (count + 1) * 130) % 360, ...draft });
			tx.restore(calendars, id);
			tx.update(calendars, id, { notes: '', zone: null, shows: 'busy', davProperties: '', kind: 'own', source: null, ...draft });
		});
	}

	/** @throws RefusedProperties for what a calendar cannot have */
	async changeFolder({ space, calendar }: CalendarFolder, changes: readonly PropertyChange[]): Promise<number> {
		const draft = settingsIn(changes, calendar);
		return this.#member.write(space, (tx) => {
			if (calendar) tx.update(calendars, calendar.id, draft);
			else tx.create(calendars, defaultCalendarId, draft);
		});
	}

	async #conflict({ space, home: own }: CalendarFolder, uid: string, name: string, home = own): Promise<DavFailure> {
		const found = (await calendarsOf(this.#parts.db, [space])).find(({ calendar }) => calendar.id === home);
		const href = this.#parts.hrefOf([CALENDARS, segmentOf(space, found?.calendar ?? null), name]);
		return new DavFailure(
			409,
			`The UID ${uid} belongs to another event, or this event has another UID.`,
			element(caldav('no-uid-conflict'), element(dav('href'), href)),
		);
	}
}
