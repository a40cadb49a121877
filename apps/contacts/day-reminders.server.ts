import { type RecordDb, recordOf, rowsOf } from '@mana/dav/records/index';
import type { Message, Notifier } from '@mana/service';
import { InTime } from '@mana/service/in-time';
import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { addDays } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import { type DayWish, type Moment, momentsOf, occasionsOn, wishIn } from './day-reminders.ts';
import { details, people, settings, settingsId } from './model.ts';
import { nameOf } from './name.ts';
import type { Occasion } from './occasions.ts';

/** What was to be told longer ago, while nothing ran, is not told any more. */
const LATE_MS = 12 * 3_600_000;
/** When to look again where it is not known whose a space is, in milliseconds. */
const AGAIN_MS = 2_000;

export interface DayRemindersParts {
	readonly db: RecordDb;
	readonly clock: { now(): number };
	readonly notifier: Pick<Notifier, 'send'>;
	/** Whose own space it is; `null` for one that is shared; `undefined`: not known now. */
	ownerOf(space: SpaceId): string | null | undefined;
	/** The zone (IANA) on whose clocks somebody lives now. @throws Problem 503 while nobody can say */
	zoneOf(person: string): Promise<string>;
	/** Told what kept a reminder back; it is tried again. */
	failed(error: unknown): void;
}

/** Who is told, on which clocks, of whom, and of which days now. */
interface Asked {
	readonly person: string;
	readonly zone: string;
	readonly wish: DayWish;
	readonly due: readonly Moment[];
}

/**
 * Tells people of the birthdays, anniversaries and other days of those in their own address book, as long before as they chose, on the clocks
 * of the zone where they are, whether or not any page of theirs is open: each once a year.
 */
export class DayReminders {
	readonly #parts: DayRemindersParts;
	readonly #inTime: InTime<'day-coming'>;
	readonly #kept = new Map<SpaceId, { readonly state: string; readonly messages: readonly Message<'day-coming'>[] }>();

	constructor(parts: DayRemindersParts) {
		this.#parts = parts;
		const { clock, notifier, failed } = parts;
		this.#inTime = new InTime({ clock, notifier, failed, due: (now) => this.#dueAt(now) });
	}

	/** Tells what is due now, and comes back when the next one is. */
	look(): void {
		this.#inTime.look();
	}

	close(): Promise<void> {
		return this.#inTime.close();
	}

	async #dueAt(now: number): Promise<{ messages: Message<'day-coming'>[]; next: number }> {
		const { db, ownerOf, zoneOf } = this.#parts;
		const messages: Message<'day-coming'>[] = [];
		let next = Infinity;
		const spaces = await db.selectFrom('mana_reading').select('space').execute();
		for (const { space } of spaces) {
			// Only who chose something has a record of it, in their own space.
			const wish = wishIn((await recordOf(db, space, settings, settingsId))?.row);
			const owner = wish ? ownerOf(space) : null;
			if (owner === undefined) next = Math.min(next, now + AGAIN_MS);
			if (!wish || !owner) continue;
			const zone = await zoneOf(owner);
			const moments = wish.before.flatMap((before) => momentsOf(before, now, zone));
			for (const { at } of moments) if (at > now) next = Math.min(next, at);
			const due = moments.filter(({ at }) => at <= now && at > now - LATE_MS);
			if (due.length > 0) messages.push(...(await this.#messagesOf(space, { person: owner, zone, wish, due })));
		}
		return { messages, next };
	}

	/** What is told of one address book, reckoned anew only when something in it changed, or the moment did. */
	async #messagesOf(space: SpaceId, asked: Asked): Promise<readonly Message<'day-coming'>[]> {
		const { db } = this.#parts;
		const reading = await db.selectFrom('mana_reading').select(['name', 'seq']).where('space', '=', space).executeTakeFirst();
		const state = JSON.stringify([reading, asked]);
		const kept = this.#kept.get(space);
		if (kept?.state === state) return kept.messages;
		const contacts = (await rowsOf(db, [space], people)).map(({ row }) => row);
		const dates = (await rowsOf(db, [space], details))
			.map(({ row }) => row)
			.filter(({ kind, deletedAt }) => kind === 'date' && deletedAt === null);
		const messages = asked.due.flatMap(({ day, before }) =>
			occasionsOn(day, asked.wish, contacts, dates).map((occasion) => reminderOf(asked, occasion, before)),
		);
		this.#kept.set(space, { state, messages });
		return messages;
	}

	forget(space: SpaceId): void {
		this.#kept.delete(space);
	}
}

function reminderOf(
	{ person, zone }: Asked,
	{ contact, kind, label, on, years }: Occasion,
	before: number,
): Message<'day-coming'> {
	const what = kind === 'date' ? label : kind;
	return {
		topic: 'day-coming',
		to: { person },
		data: {
			name: nameOf(contact),
			what,
			years: years === null || years === 0 ? '' : String(years),
			// A day is the same one in every zone: noon of it, where there is none.
			at: Date.parse(`${on}T12:00Z`),
			link: linkInto(null, `/contacts/coming?contact=${contact.id}`),
		},
		// Its year is in it, so that it comes once each year.
		key: `${contact.id} ${what} ${on} ${-before}`,
		collapse: `${contact.id} ${what}`,
		expires: instantOf(zone, Date.parse(`${addDays(on, 1)}T00:00Z`)),
	};
}
