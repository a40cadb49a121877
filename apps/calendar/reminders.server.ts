import { instancesOf, triggersOf } from '@mana/dav/caldav/index';
import { lineOf, parseCalendar, textOf, withKnownZones } from '@mana/dav/ical/index';
import type { RecordDb } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { Message, Notifier } from '@mana/service';
import { InTime } from '@mana/service/in-time';
import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { eventsOf } from './dav/kind.server.ts';
import { objectOf, type ObjectState } from './ical/event-object.ts';
import { minutesOf } from './ical/read-event.ts';
import { statesOf } from './dav/states.server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What was to be told longer ago, while nothing ran, is not told any more. */
const LATE_MS = 12 * HOUR_MS;
/** How far ahead is looked, and how long before the end of that it is looked again. */
const [AHEAD_MS, BEFORE_END_MS] = [36 * HOUR_MS, 2 * HOUR_MS];
/** Longest title that is told, in characters. */
const LONGEST_TITLE = 200;
/** When to look again where it is not known whose a space is. */
const AGAIN_MS = 2_000;

/** One time at which somebody wants to hear of an event. */
interface Alarm {
	/** When it goes off and when the event begins, ms since 1970. */
	readonly at: number;
	readonly start: number;
	readonly title: string;
	readonly changedAt: number;
}

/** What goes off in one space soon, on the clocks of one zone. */
interface Plan {
	readonly zone: string;
	/** Up to when it is known, ms since 1970. */
	readonly until: number;
	readonly alarms: Map<RecordId, readonly Alarm[]>;
}

export interface EventRemindersParts {
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

/** Tells people of events of their own before they begin, each occurrence as often as it is wanted, whether or not any page of theirs is open. */
export class EventReminders {
	readonly #parts: EventRemindersParts;
	readonly #inTime: InTime<'event-soon'>;
	readonly #plans = new Map<SpaceId, Plan>();
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
		const { db, ownerOf, zoneOf } = this.#parts;
		const messages: Message<'event-soon'>[] = [];
		let next = Infinity;
		for (const { space } of await db.selectFrom('mana_reading').select('space').execute()) {
			const person = ownerOf(space);
			if (person === undefined) next = Math.min(next, now + AGAIN_MS);
			if (!person) continue;
			const plan = await this.#planOf(space, await zoneOf(person), now);
			next = Math.min(next, plan.until - BEFORE_END_MS);
			for (const [id, alarms] of plan.alarms)
				for (const alarm of alarms) {
					if (alarm.at > now) next = Math.min(next, alarm.at);
					else if (alarm.at > now - LATE_MS && alarm.at >= alarm.changedAt - (alarm.changedAt % MINUTE_MS))
						messages.push(reminderOf(person, id, alarm));
				}
		}
		return { messages, next };
	}

	async #planOf(space: SpaceId, zone: string, now: number): Promise<Plan> {
		const known = this.#plans.get(space);
		const changed = this.#changed.get(space) ?? new Set();
		this.#changed.delete(space);
		try {
			if (!known || known.zone !== zone || known.until - BEFORE_END_MS <= now) {
				const plan = { zone, until: now + AHEAD_MS, alarms: await this.#alarms(space, zone, now, now + AHEAD_MS) };
				this.#plans.set(space, plan);
				return plan;
			}
			if (changed.size === 0) return known;
			const ids = [...changed];
			const anew = await this.#alarms(space, zone, now, known.until, ids);
			for (const id of ids) known.alarms.delete(id);
			for (const [id, alarms] of anew) known.alarms.set(id, alarms);
			return known;
		} catch (error) {
			this.heed(space, [...changed]);
			throw error;
		}
	}

	async #alarms(
		space: SpaceId,
		zone: string,
		now: number,
		until: number,
		ids?: readonly RecordId[],
	): Promise<Map<RecordId, Alarm[]>> {
		const { db } = this.#parts;
		const states = await statesOf(db, space, await eventsOf(db, space, ids ? { ids } : {}));
		const found = new Map<RecordId, Alarm[]>();
		for (const state of states) {
			if (![state, ...state.occurrences].some(({ event }) => event.reminders.size > 0)) continue;
			const alarms = alarmsOf(state, zone, now - LATE_MS, until);
			if (alarms.length > 0) found.set(state.event.id, alarms);
		}
		return found;
	}
}

/** The reminders of an event that go off within a span, of all its occurrences. */
export function alarmsOf(state: ObjectState, zone: string, from: number, to: number): Alarm[] {
	const minutes = [state, ...state.occurrences].flatMap(({ event }) => [...event.reminders].map(Number));
	const [least, most] = [Math.min(0, ...minutes) * MINUTE_MS, Math.max(0, ...minutes) * MINUTE_MS];
	const calendar = withKnownZones(parseCalendar(new TextEncoder().encode(objectOf(state, zone))));
	const found: Alarm[] = [];
	for (const instance of instancesOf(calendar, 'VEVENT', { from: from + least, to: to + most }, zone)) {
		const { component } = instance;
		const said = (name: string) => textOf(lineOf(component, name)?.value ?? '').trim();
		if (said('STATUS').toUpperCase() === 'CANCELLED') continue;
		const title = said('SUMMARY').slice(0, LONGEST_TITLE);
		for (const alarm of component.components) {
			if (minutesOf(alarm, component, zone) === null) continue;
			for (const at of triggersOf(alarm, instance, zone))
				if (at >= from && at < to) found.push({ at, start: instance.from, title, changedAt: state.changedAt });
		}
	}
	return found;
}

function reminderOf(person: string, id: RecordId, { at, start, title }: Alarm): Message<'event-soon'> {
	const data = { title, at: start, link: linkInto(null, `/calendar?event=${id}`) };
	return {
		topic: 'event-soon',
		to: { person },
		data,
		key: `${id} ${start} ${at}`,
		collapse: `${id} ${start}`,
		expires: at + LATE_MS,
	};
}
