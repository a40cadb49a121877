import { BadCalendar, parseCalendar, withKnownZones } from '@mana/dav/ical/index';
import { entriesOf, partsOf, type RecordDb, recordOf, type RecordTables, tagIds, tagsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { readWhole, type WholeEvent, BadEvent } from './ical/whole-event.ts';
import { calendars, type Event, events } from './model.ts';
import { Waiting } from './waiting.server.ts';

export interface CategoriesParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	/** In which times are that name none. */
	readonly zone: string;
	/** Told what kept tags back; it is tried again when the service starts. */
	failed(error: unknown): void;
}

/**
 * Gives their tags to events that calendar programs brought before tags were known: the names (CATEGORIES) stand in the object as it was
 * sent. Of an event whose tags somebody ever wrote, or took away, nothing is done.
 */
export class OlderCategories {
	readonly #parts: CategoriesParts;
	readonly #waiting = new Waiting();
	#running: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(parts: CategoriesParts) {
		this.#parts = parts;
	}

	/** Looks once at everything that is here. */
	async start(): Promise<void> {
		const all = await this.#named().select(['space', 'id']).execute();
		for (const { space, id } of all) this.heed(space, [id]);
		this.look();
	}

	/** These records of events changed. */
	heed(space: SpaceId, ids: readonly RecordId[]): void {
		this.#waiting.add(space, ids);
	}

	/** Does what waits. Called after what changed is kept. */
	look(): void {
		if (!this.#closed && this.#waiting.size > 0) this.#running = this.#running.then(() => this.#work());
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#running;
	}

	/** Events in whose objects a program may have named categories. */
	#named() {
		return this.#parts.db
			.selectFrom('mana_record')
			.where('collection', '=', events.number)
			.where('registers', 'like', '%CATEGORIES%');
	}

	async #work(): Promise<void> {
		try {
			await this.#waiting.work(
				(space, ids) => this.#untold(space, ids),
				(space, id) => this.#settle(space, id),
				() => !this.#closed,
			);
		} catch (error) {
			this.#parts.failed(error);
		}
	}

	/** Those of which nobody ever said a tag. */
	async #untold(space: SpaceId, ids: readonly RecordId[]): Promise<RecordId[]> {
		const held = await this.#named().select(['id', 'registers']).where('space', '=', space).where('id', 'in', ids).execute();
		const { number } = events.fields.tags;
		return held.filter(({ registers }) => entriesOf(registers).every(({ field }) => field !== number)).map(({ id }) => id);
	}

	async #settle(space: SpaceId, id: RecordId): Promise<void> {
		const { db, writer } = this.#parts;
		const row = (await recordOf(db, space, events, id))?.row;
		if (!row || row.series !== null || (await this.#isFeeds(space, row))) return;
		const whole = this.#read(row);
		if (!whole) return;
		const occurrences = (await partsOf(db, events, space, [id])).get(id) ?? [];
		const named = [
			{ id, tags: whole.said.tags },
			...occurrences.map((one) => ({ id: one.id, tags: whole.occurrences.get(one.occurrence ?? '')?.tags ?? [] })),
		].filter(({ tags }) => tags.length > 0);
		const names = [...new Map(named.flatMap(({ tags }) => tags).map((name) => [name.toLowerCase(), name])).values()];
		if (names.length === 0) return;
		const known = await tagsOf(db, space);
		await db.transaction().execute((within) =>
			writer.write(within, space, (tx) => {
				const ids = new Map(tagIds(tx, names, known).map((tag, i) => [names[i]!.toLowerCase(), tag]));
				for (const one of named)
					tx.update(events, one.id, { tags: { add: one.tags.map((name) => ids.get(name.toLowerCase())!) } });
			}),
		);
		writer.wake();
	}

	/** What a feed calls its events is nobody's tag here. */
	async #isFeeds(space: SpaceId, { calendar }: Event): Promise<boolean> {
		if (calendar === null) return false;
		return (await recordOf(this.#parts.db, space, calendars, calendar as RecordId))?.row?.kind === 'subscription';
	}

	/** `null`: nobody can read the object, which stays as it is. */
	#read({ calendarObject }: Event): WholeEvent | null {
		try {
			return readWhole(withKnownZones(parseCalendar(new TextEncoder().encode(calendarObject))), this.#parts.zone);
		} catch (error) {
			if (error instanceof BadCalendar || error instanceof BadEvent) return null;
			throw error;
		}
	}
}
