import { DavFailure } from '@mana/dav/index';
import { BadCalendar } from '@mana/dav/ical/index';
import { type DavAccountParts, davAccounts } from '@mana/dav/client/accounts';
import { type Connections } from '@mana/dav/client/connections';
import { calendarsElsewhere } from '@mana/dav/client/discover';
import { eventsElsewhere } from '@mana/dav/client/folder';
import { googleAccounts } from '@mana/dav/client/google';
import { calendarTexts, type Here, type MirrorApp, type MirrorWithin } from '@mana/dav/mirror/index';
import { foldersHere, type RecordDb, recordOf, recordsIn, type RecordTables, versionsIn } from '@mana/dav/records/index';
import { InvalidValue, namedRecordId, type RecordId } from '@mana/model';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { keepEvent, knownEvent } from './dav/keep-event.server.ts';
import { eventsOf } from './dav/kind.server.ts';
import { objectOf } from './ical/event-object.ts';
import { parseEvent, type SentEvent } from './dav/sent-event.server.ts';
import { statesOf } from './dav/states.server.ts';
import { calendars, eventIdOf, events } from './model.ts';

export interface ElsewhereParts extends DavAccountParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly connections: Connections;
	/** Where Google's CalDAV is. */
	readonly google: string;
	/** In which times are that name none. */
	readonly zone: string;
	ownSpace(person: string): SpaceId | null;
}

/** The degrees between the colours of calendars that have none. */
const NEXT_HUE = 130;
/** What a calendar here says of the one elsewhere. */
const kinds = { written: 'elsewhere', read: 'subscription', own: 'own' } as const;

/** Calendars of accounts elsewhere, each kept the same as one of ours. */
export function calendarsOfAccounts(parts: ElsewhereParts): MirrorApp {
	const { db, writer, ownSpace } = parts;
	return {
		texts: calendarTexts,
		services: {
			dav: davAccounts(parts, calendarsElsewhere, eventsElsewhere),
			google: googleAccounts(
				parts,
				calendarsElsewhere,
				eventsElsewhere,
				(address) => `${parts.google}${encodeURIComponent(address)}/user`,
			),
		},
		ownSpace,
		here: (space, home) => new CalendarHere(parts, space, home as RecordId),
		...foldersHere({
			db,
			writer,
			collection: calendars,
			idOf: (key) => namedRecordId(`calendar/elsewhere/${key}`),
			create: (tx, id, { name, hue }) => tx.create(calendars, id, { name, hue: hue ?? hueFor(id) }),
			mark: (tx, id, as) => tx.update(calendars, id, { kind: kinds[as] }),
			inside: (records, space, home) => eventsOf(records, space, { home }),
		}),
	};
}

/** The events of a calendar of ours, as the objects that programs see. */
class CalendarHere implements Here<MirrorWithin> {
	readonly #parts: ElsewhereParts;
	readonly #space: SpaceId;
	readonly #calendar: RecordId;

	constructor(parts: ElsewhereParts, space: SpaceId, calendar: RecordId) {
		this.#parts = parts;
		this.#space = space;
		this.#calendar = calendar;
	}

	versions(): Promise<Map<string, string>> {
		return versionsIn(this.#parts.db, this.#space, this.#calendar);
	}

	async texts(uids: readonly string[]): Promise<Map<string, string>> {
		const { db } = this.#parts;
		const zone = await this.#zone(db);
		const placed = await eventsOf(db, this.#space, { home: this.#calendar, uids });
		const states = await statesOf(db, this.#space, placed);
		return new Map(states.map((state) => [state.uid, objectOf(state, zone)]));
	}

	async take(within: MirrorWithin, uid: string, text: string): Promise<Awaited<ReturnType<Here<MirrorWithin>['take']>>> {
		const records = recordsIn(within);
		const sent = this.#read(text, await this.#zone(records));
		if (!sent) return { unfit: 'unreadable' };
		const [placed] = await eventsOf(records, this.#space, { uids: [uid] });
		if (placed && placed.home !== this.#calendar) return { unfit: 'taken' };
		const id = placed?.row.id ?? eventIdOf(uid);
		const known = await knownEvent(records, this.#space, id);
		if (known.isGone) return { unfit: 'taken' };
		try {
			await this.#parts.writer.write(records, this.#space, (tx) =>
				keepEvent(tx, known, sent, { calendar: this.#calendar, uid: uid === id ? '' : uid, calendarObject: text }, null),
			);
		} catch (error) {
			if (error instanceof InvalidValue) return { unfit: 'unreadable' };
			throw error;
		}
		return { record: id };
	}

	async trash(within: MirrorWithin, uid: string): Promise<void> {
		const records = recordsIn(within);
		const placed = await eventsOf(records, this.#space, { home: this.#calendar, uids: [uid] });
		await this.#parts.writer.write(records, this.#space, (tx) => {
			for (const { row } of placed) tx.trash(events, row.id);
		});
	}

	async #zone(db: RecordDb): Promise<string> {
		return (await recordOf(db, this.#space, calendars, this.#calendar))?.row?.zone ?? this.#parts.zone;
	}

	#read(text: string, zone: string): SentEvent | null {
		try {
			return parseEvent({ bytes: new TextEncoder().encode(text), type: 'text/calendar' }, zone);
		} catch (error) {
			if (error instanceof DavFailure || error instanceof BadCalendar) return null;
			throw error;
		}
	}
}

function hueFor(id: RecordId): number {
	return (Number.parseInt(id.slice(-4), 36) * NEXT_HUE) % 360;
}
