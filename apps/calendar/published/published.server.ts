import { rowsOf } from '@mana/dav/records/index';
import { appOf } from '@mana/model';
import { type Memberships, problem, type RandomBytes, SealBroken, type Sealing } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import type { Kysely } from 'kysely';
import { createHash } from 'node:crypto';
import { eventsOf } from '../dav/kind.server.ts';
import { statesOf } from '../dav/states.server.ts';
import { type Calendar, calendars, defaultCalendarId, events } from '../model.ts';
import type { CalendarTables } from '../store.server.ts';
import { publishedCalendar } from './published-calendar.ts';
import type { Detail, Telling } from './told-events.ts';

const APP = appOf(events.number);
/** Addresses of one calendar. */
const MOST = 10;
/** What is remembered of those that were read. */
const MOST_KNOWN = 10_000;

export interface PublishedParts {
	readonly db: Kysely<CalendarTables>;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	readonly sealing: Sealing;
	memberships(): Pick<Memberships, 'can' | 'current'>;
	/** Whether all of a space is known: half of it would take events away from whoever reads it. */
	isWhole(space: SpaceId): boolean;
	/** In which times are that name none. */
	readonly zone: string;
}

/** A calendar of a space, and who asks for it. */
export interface Place {
	readonly person: string;
	readonly space: SpaceId;
	readonly calendar: string;
}

/** An address of a calendar, as those see it who may write there. */
export interface PublishedCard {
	readonly id: string;
	readonly detail: Detail;
	/** Last part of the address, without `.ics`; `null`: it can be shown no more, since this Mana has another secret by now. */
	readonly secret: string | null;
	readonly createdAt: number;
}

/** Which text somebody has. */
export interface Version {
	/** Entity tag with its quotes. */
	readonly etag: string;
	/** Of whole seconds, in ms since 1970. */
	readonly changedAt: number;
}

type Row = CalendarTables['published'];

/** Calendars under addresses that nobody guesses, for whoever has those: without an account, only to be read. */
export class Published {
	readonly #parts: PublishedParts;
	/** How far the space had been read when an address had its entity tag: until it was read further, it has that still. */
	readonly #known = new Map<string, { readonly reading: string; readonly etag: string }>();

	constructor(parts: PublishedParts) {
		this.#parts = parts;
	}

	/** The addresses of a calendar. @throws Problem 403 `forbidden`, 404 `unknown-space` */
	async list(place: Place): Promise<PublishedCard[]> {
		this.#refuse(place);
		return (await this.#rows(place)).map((row) => this.#card(row));
	}

	/** Makes an address. @throws Problem 403, 404 `unknown-space`, `unknown-calendar`, 409 `too-many-published` */
	async add(place: Place, { detail, language }: Pick<Row, 'detail' | 'language'>): Promise<PublishedCard> {
		const { db, clock } = this.#parts;
		this.#refuse(place);
		if ((await this.#calendar(place)) === undefined) throw problem(404, 'unknown-calendar', 'This calendar is gone.');
		if ((await this.#rows(place)).length >= MOST)
			throw problem(409, 'too-many-published', `This calendar has ${MOST} addresses already. Revoke one first.`);
		const id = this.#name(12);
		const row: Row = {
			...place,
			...this.#secret(id),
			id,
			detail,
			language,
			created_at: clock.now(),
			etag: '',
			changed_at: 0,
		};
		await db.insertInto('published').values(row).execute();
		return this.#card(row);
	}

	/** Gives an address another secret: who has the old one reads nothing more. @throws Problem 403, 404 `unknown-published` */
	async renew(place: Place, id: string): Promise<PublishedCard> {
		this.#refuse(place);
		const row = await this.#parts.db
			.updateTable('published')
			.set(this.#secret(id))
			.where('id', '=', id)
			.where('space', '=', place.space)
			.where('calendar', '=', place.calendar)
			.returningAll()
			.executeTakeFirst();
		if (!row) throw unknown();
		return this.#card(row);
	}

	/** Takes an address away. @throws Problem 403, 404 `unknown-published` */
	async remove(place: Place, id: string): Promise<void> {
		this.#refuse(place);
		const { numDeletedRows } = await this.#parts.db
			.deleteFrom('published')
			.where('id', '=', id)
			.where('space', '=', place.space)
			.where('calendar', '=', place.calendar)
			.executeTakeFirst();
		if (numDeletedRows === 0n) throw unknown();
		this.#known.delete(id);
	}

	/**
	 * What stands under an address.
	 *
	 * @param spend is told the id of what is read, before anything is done for it
	 * @param has whether whoever asks has a version; then there is no text
	 * @throws Problem 404 `unknown-published`, whether it was revoked or never was; 503 `spaces-unknown`
	 */
	async read(
		secret: string,
		spend: (id: string) => void,
		has: (version: Version) => boolean,
	): Promise<Version & { readonly text: string | null }> {
		const { db, isWhole } = this.#parts;
		const row = await db.selectFrom('published').selectAll().where('secret_hash', '=', hashOf(secret)).executeTakeFirst();
		if (!row) throw unknown();
		spend(row.id);
		const memberships = this.#parts.memberships();
		const reading = await db.selectFrom('mana_reading').selectAll().where('space', '=', row.space).executeTakeFirst();
		if (!memberships.current || !reading || !isWhole(row.space))
			throw problem(503, 'spaces-unknown', 'This calendar is being read just now. Try again in a moment.', {
				retryAfterMs: 5_000,
			});
		const calendar = memberships.can(row.person, row.space, 'write', APP) ? await this.#calendar(row) : undefined;
		if (calendar === undefined) throw unknown();
		const at = `${reading.name} ${reading.seq}`;
		const known = this.#known.get(row.id);
		const before = { etag: row.etag, changedAt: row.changed_at };
		if (known?.reading === at && known.etag === row.etag && has(before)) return { ...before, text: null };
		const text = await this.#text(row, calendar);
		const version = await this.#note(row, `"${hashOf(text).slice(0, 32)}"`);
		if (this.#known.size >= MOST_KNOWN) this.#known.clear();
		this.#known.set(row.id, { reading: at, etag: version.etag });
		return { ...version, text: has(version) ? null : text };
	}

	async #text(row: Row, calendar: Calendar | null): Promise<string> {
		const { db, zone } = this.#parts;
		const german = row.language.toLowerCase().startsWith('de');
		const busy = german ? 'Beschäftigt' : 'Busy';
		const telling: Telling = {
			detail: row.detail,
			busy,
			// By an id that nobody else knows: whoever guesses a UID finds it in no other way.
			blind: (text) => hashOf(`${row.id}\n${text}`).slice(0, 32),
			zone: calendar?.zone ?? zone,
		};
		const states = await statesOf(db, row.space, await eventsOf(db, row.space, { home: row.calendar }));
		const name = calendar?.name || (german ? 'Kalender' : 'Calendar');
		return publishedCalendar(states, row.detail === 'all' ? name : busy, telling);
	}

	/** When it became what it is. Two versions of one second are told apart. */
	async #note(row: Row, etag: string): Promise<Version> {
		if (row.etag === etag) return { etag, changedAt: row.changed_at };
		const now = Math.floor(this.#parts.clock.now() / 1_000) * 1_000;
		const changedAt = Math.max(now, row.changed_at + 1_000);
		await this.#parts.db.updateTable('published').set({ etag, changed_at: changedAt }).where('id', '=', row.id).execute();
		return { etag, changedAt };
	}

	/** `null`: the one that every space has, without a record; `undefined`: there is none. */
	async #calendar({ space, calendar }: Pick<Place, 'space' | 'calendar'>): Promise<Calendar | null | undefined> {
		const row = (await rowsOf(this.#parts.db, [space], calendars)).find((one) => one.row.id === calendar)?.row;
		if (calendar === defaultCalendarId) return row ?? null;
		return row?.deletedAt === null ? row : undefined;
	}

	#rows({ space, calendar }: Place): Promise<Row[]> {
		return this.#parts.db
			.selectFrom('published')
			.selectAll()
			.where('space', '=', space)
			.where('calendar', '=', calendar)
			.orderBy('created_at')
			.orderBy('id')
			.execute();
	}

	#refuse({ person, space }: Place): void {
		const memberships = this.#parts.memberships();
		if (!memberships.can(person, space, 'read', APP))
			throw problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
		if (!memberships.can(person, space, 'write', APP))
			throw problem(403, 'forbidden', 'You may look at this space, not change it.');
	}

	#card({ id, detail, sealed, created_at }: Row): PublishedCard {
		return { id, detail, secret: this.#opened(id, sealed), createdAt: created_at };
	}

	#opened(id: string, sealed: Uint8Array): string | null {
		try {
			return new TextDecoder().decode(this.#parts.sealing.open(sealed, `published ${id}`));
		} catch (error) {
			if (error instanceof SealBroken) return null;
			throw error;
		}
	}

	#secret(id: string): Pick<Row, 'secret_hash' | 'sealed'> {
		const secret = this.#name(24);
		return {
			secret_hash: hashOf(secret),
			sealed: this.#parts.sealing.seal(new TextEncoder().encode(secret), `published ${id}`),
		};
	}

	#name(bytes: number): string {
		return Buffer.from(this.#parts.random(new Uint8Array(bytes))).toString('hex');
	}
}

function hashOf(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}

function unknown() {
	return problem(404, 'unknown-published', 'There is no calendar under this address, or not any more.');
}
