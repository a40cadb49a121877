import { type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { Message, Notifier } from '@mana/service';
import { InTime } from '@mana/service/in-time';
import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { type Alarm, SpaceAlarms } from './alarms.server.ts';
import { eventsOf } from './dav/kind.server.ts';
import { statesOf } from './dav/states.server.ts';
import { reminding } from './model.ts';
import { addressesIn, cameLate, type Choice, type Concern, whomToRemind } from './remind-whom.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What was to be told longer ago, while nothing ran, is not told any more. */
const LATE_MS = 12 * HOUR_MS;
/** How far ahead is looked, and how long before the end of that it is looked again. */
const [AHEAD_MS, BEFORE_END_MS] = [36 * HOUR_MS, 2 * HOUR_MS];
/** When to look again where it is not known whose a space is. */
const AGAIN_MS = 2_000;
const NOBODY: ReadonlyMap<string, Choice> = new Map();

export interface EventRemindersParts {
	readonly db: RecordDb;
	readonly clock: { now(): number };
	readonly notifier: Pick<Notifier, 'send'>;
	/** Whose own space it is; `null` for one that is shared; `undefined`: not known now. */
	ownerOf(space: SpaceId): string | null | undefined;
	/** Whether somebody may see the events of a space now. */
	mayRead(person: string, space: SpaceId): boolean;
	/** Those who are somebody of this Mana, by address in small letters. @throws Problem 503 while nobody can say */
	byAddress(addresses: readonly string[]): Promise<ReadonlyMap<string, { readonly id: string }>>;
	/** The zone (IANA) on whose clocks somebody lives now. @throws Problem 503 while nobody can say */
	zoneOf(person: string): Promise<string>;
	/** Told what kept a reminder back; it is tried again. */
	failed(error: unknown): void;
}

/**
 * Tells people of events before they begin, each occurrence as often as it is wanted, whether or not any page of theirs is open: of those in
 * their own space, and in shared ones of those that concern them or of all, as they chose for it. Who hears of something is found when it is
 * told, so that nobody does who may not see it any more.
 */
export class EventReminders {
	readonly #parts: EventRemindersParts;
	readonly #inTime: InTime<'event-soon'>;
	readonly #plans = new Map<SpaceId, SpaceAlarms>();
	/** Events that changed since they were planned. */
	readonly #changed = new Map<SpaceId, Set<RecordId>>();

	constructor(parts: EventRemindersParts) {
		this.#parts = parts;
		const { clock, notifier, failed } = parts;
		this.#inTime = new InTime({ clock, notifier, failed, due: (now) => this.#dueAt(now) });
	}

	/** Events of these ids changed, or what belongs to them. */
	heed(space: SpaceId, ids: readonly RecordId[]): void {
		const changed = this.#changed.get(space) ?? new Set();
		for (const id of ids) changed.add(id);
		this.#changed.set(space, changed);
	}

	forget(space: SpaceId): void {
		this.#plans.delete(space);
		this.#changed.delete(space);
	}

	/** Tells what is to be told now, and comes back when the next one is. */
	look(): void {
		this.#inTime.look();
	}

	close(): Promise<void> {
		return this.#inTime.close();
	}

	async #dueAt(now: number): Promise<{ messages: Message<'event-soon'>[]; next: number }> {
		const { db, ownerOf } = this.#parts;
		const spaces = (await db.selectFrom('mana_reading').select('space').execute()).map(({ space }) => space);
		const choices = await this.#choicesIn(spaces);
		const messages: Message<'event-soon'>[] = [];
		let next = Infinity;
		for (const space of spaces) {
			const owner = ownerOf(space);
			if (owner === undefined) {
				next = Math.min(next, now + AGAIN_MS);
				continue;
			}
			const plan = await this.#planOf(space, now);
			next = Math.min(next, plan.to - BEFORE_END_MS);
			const shared = owner === null;
			for (const { person, alarms } of shared ? await this.#heard(space, plan, choices.get(space)) : await this.#own(owner, plan))
				for (const [id, alarm] of alarms) {
					if (alarm.at > now) next = Math.min(next, alarm.at);
					else if (alarm.at > now - LATE_MS && alarm.at >= alarm.changedAt - (alarm.changedAt % MINUTE_MS))
						messages.push(reminderOf(person, shared ? space : null, id, alarm));
				}
		}
		return { messages, next };
	}

	/** Everything that goes off in somebody's own space. */
	async #own(person: string, plan: SpaceAlarms): Promise<Heard[]> {
		return [{ person, alarms: each(plan.in(await this.#parts.zoneOf(person))) }];
	}

	/** Who hears of what in a shared space, by those who are in it now. */
	async #heard(space: SpaceId, plan: SpaceAlarms, choices = NOBODY): Promise<Heard[]> {
		const { byAddress, mayRead, zoneOf } = this.#parts;
		const { concerns } = plan;
		if (concerns.length === 0) return [];
		const people = await byAddress(concerns.flatMap(addressesIn));
		const listeners = new Map<Concern, ReadonlySet<string>>();
		const hears = (person: string, { about, at }: Alarm): boolean => {
			const known = listeners.get(about) ?? whomToRemind(about, people, choices);
			listeners.set(about, known);
			return known.has(person) && !cameLate(choices.get(person), at);
		};
		const all = new Set(concerns.flatMap((one) => [...whomToRemind(one, people, choices)]));
		const heard: Heard[] = [];
		for (const person of all) {
			if (!mayRead(person, space)) continue;
			const alarms = each(plan.in(await zoneOf(person))).filter(([, alarm]) => hears(person, alarm));
			heard.push({ person, alarms });
		}
		return heard;
	}

	/** What people chose for shared spaces, by these and by themselves: it stands in the space of each one's own. */
	async #choicesIn(spaces: readonly SpaceId[]): Promise<Map<string, Map<string, Choice>>> {
		const { db, ownerOf } = this.#parts;
		const found = new Map<string, Map<string, Choice>>();
		for (const { space: own, row, changedAt } of await rowsOf(db, spaces, reminding)) {
			const person = ownerOf(own);
			if (!person || row.space === null || row.deletedAt !== null) continue;
			const choices = found.get(row.space) ?? new Map<string, Choice>();
			found.set(row.space, choices.set(person, { of: row.of, since: changedAt }));
		}
		return found;
	}

	async #planOf(space: SpaceId, now: number): Promise<SpaceAlarms> {
		const { db } = this.#parts;
		const known = this.#plans.get(space);
		const changed = [...(this.#changed.get(space) ?? [])];
		this.#changed.delete(space);
		try {
			const isOver = !known || known.to - BEFORE_END_MS <= now;
			if (!isOver && changed.length === 0) return known;
			const plan = isOver ? new SpaceAlarms(now - LATE_MS, now + AHEAD_MS) : known;
			plan.take(changed, await statesOf(db, space, await eventsOf(db, space, isOver ? {} : { ids: changed })));
			this.#plans.set(space, plan);
			return plan;
		} catch (error) {
			this.heed(space, changed);
			throw error;
		}
	}
}

/** What somebody hears of, each with the id of its event. */
interface Heard {
	readonly person: string;
	readonly alarms: readonly (readonly [RecordId, Alarm])[];
}

function each(plan: ReadonlyMap<RecordId, readonly Alarm[]>): (readonly [RecordId, Alarm])[] {
	return [...plan].flatMap(([id, alarms]) => alarms.map((alarm) => [id, alarm] as const));
}

/** @param space the shared one that it is in; `null`: the person's own */
function reminderOf(person: string, space: SpaceId | null, id: RecordId, { at, start, title }: Alarm): Message<'event-soon'> {
	const data = { title, at: start, link: linkInto(space, `/calendar?event=${id}`) };
	return {
		topic: 'event-soon',
		to: { person },
		data,
		key: [id, start, at, ...(space === null ? [] : [person])].join(' '),
		collapse: `${id} ${start}`,
		expires: at + LATE_MS,
	};
}
