import { DavFailure } from '@mana/dav/index';
import { BadCalendar } from '@mana/dav/ical/index';
import { type DavAccountParts, davAccounts } from '@mana/dav/client/accounts';
import { calendarsElsewhere } from '@mana/dav/client/discover';
import { eventsElsewhere } from '@mana/dav/client/folder';
import { calendarTexts, type Here, type MirrorApp, type MirrorWithin } from '@mana/dav/mirror/index';
import { type RecordDb, recordOf, type RecordTables } from '@mana/dav/records/index';
import { InvalidValue, namedRecordId, type RecordId } from '@mana/model';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Transaction } from 'kysely';
import { keepEvent, knownEvent } from './dav/keep-event.server.ts';
import { eventsOf } from './dav/kind.server.ts';
import { objectOf } from './ical/event-object.ts';
import { parseEvent, type SentEvent } from './dav/sent-event.server.ts';
import { statesOf } from './dav/states.server.ts';
import { calendars, eventIdOf, events } from './model.ts';

export interface ElsewhereParts extends DavAccountParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	/** In which times are that name none. */
	readonly zone: string;
	ownSpace(person: string): SpaceId | null;
}

/** Events that go in one step, and the degrees between the colours of calendars that have none. */
const [AT_ONCE, NEXT_HUE] = [40, 130];

/** Calendars of accounts elsewhere, each kept the same as one of ours. */
export function calendarsOfAccounts(parts: ElsewhereParts): MirrorApp {
	const { db, writer, ownSpace } = parts;
	return {
		texts: calendarTexts,
		services: { dav: davAccounts(parts, calendarsElsewhere, eventsElsewhere) },
		ownSpace,
		here: (space, home) => new CalendarHere(parts, space, home as RecordId),
		async stands(space, home) {
			const held = await recordOf(db, space, calendars, home as RecordId);
			return held?.row?.deletedAt === null;
		},
		async makeFolder(within, space, key, { name, hue, mayWrite }) {
			const id = namedRecordId(`calendar/elsewhere/${key}`);
			const records = recordsIn(within);
			const before = (await recordOf(records, space, calendars, id))?.row;
			const kind = mayWrite ? 'elsewhere' : 'subscription';
			await writer.write(records, space, (tx) => {
				if (!before) return tx.create(calendars, id, { name, hue: hue ?? hueFor(id), kind });
				if (before.deletedAt !== null) tx.restore(calendars, id);
				tx.update(calendars, id, { kind });
			});
			return id;
		},
		async endFolder(within, space, home, what) {
			const [id, records] = [home as RecordId, recordsIn(within)];
			const before = (await recordOf(records, space, calendars, id))?.row;
			const inside = what === 'trash' ? await eventsOf(records, space, { home }) : [];
			for (let at = 0; at < inside.length; at += AT_ONCE)
				await writer.write(records, space, (tx) => {
					for (const { row } of inside.slice(at, at + AT_ONCE)) tx.trash(events, row.id);
				});
			if (before)
				await writer.write(records, space, (tx) => {
					tx.update(calendars, id, { kind: 'own' });
					if (what === 'trash') tx.trash(calendars, id);
				});
		},
		wake: () => writer.wake(),
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

	async versions(): Promise<Map<string, string>> {
		const { db } = this.#parts;
		const reading = await db.selectFrom('mana_reading').select('name').where('space', '=', this.#space).executeTakeFirst();
		const rows = await db
			.selectFrom('mana_object')
			.select(['uid', 'seq'])
			.where('space', '=', this.#space)
			.where('home', '=', this.#calendar)
			.execute();
		return new Map(rows.map(({ uid, seq }) => [uid, `${reading?.name ?? ''} ${seq}`]));
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

/** Both kinds of tables are in one store: what is in a transaction of one is in that of the other. */
function recordsIn(within: MirrorWithin): Transaction<RecordTables> {
	return within as unknown as Transaction<RecordTables>;
}

function hueFor(id: RecordId): number {
	return (Number.parseInt(id.slice(-4), 36) * NEXT_HUE) % 360;
}
