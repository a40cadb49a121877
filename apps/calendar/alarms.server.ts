import { instancesOf, triggersOf } from '@mana/dav/caldav/index';
import { lineOf, parseCalendar, textOf, withKnownZones } from '@mana/dav/ical/index';
import type { RecordId } from '@mana/model';
import { objectOf, occurrencesIn, type ObjectState } from './ical/event-object.ts';
import { minutesOf } from './ical/read-event.ts';
import type { Concern } from './remind-whom.ts';

const MINUTE_MS = 60_000;
/** No zone is further away from another (UTC-12 to UTC+14), in milliseconds. */
const ZONES_MS = 26 * 3_600_000;
/** Longest title that is told, in characters. */
const LONGEST_TITLE = 200;

/** One time at which somebody wants to hear of an event. */
export interface Alarm {
	/** When it goes off and when the event begins, ms since 1970. */
	readonly at: number;
	readonly start: number;
	readonly title: string;
	readonly changedAt: number;
	/** Whom it concerns, where the space is shared. */
	readonly about: Concern;
}

/** What goes off in one space within a span, on the clocks of whichever zone. */
export class SpaceAlarms {
	readonly from: number;
	readonly to: number;
	/** Events of which something goes off then somewhere on earth. */
	readonly #soon = new Map<RecordId, ObjectState>();
	readonly #zones = new Map<string, Map<RecordId, readonly Alarm[]>>();

	/** @param from ms since 1970 */
	constructor(from: number, to: number) {
		this.from = from;
		this.to = to;
	}

	/** Takes over events as they are now. @param ids those that were looked for: one that is not among `states` is gone */
	take(ids: readonly RecordId[], states: readonly ObjectState[]): void {
		for (const id of ids) {
			this.#soon.delete(id);
			for (const alarms of this.#zones.values()) alarms.delete(id);
		}
		for (const state of states) {
			if (![state, ...state.occurrences].some(({ event }) => event.reminders.size > 0)) continue;
			if (alarmsOf(state, 'UTC', this.from - ZONES_MS, this.to + ZONES_MS).length > 0) this.#soon.set(state.event.id, state);
		}
	}

	/** Whom any of it concerns. */
	get concerns(): Concern[] {
		return [...this.#soon.values()].flatMap((state) => [state, ...state.occurrences].map((one) => concernOf(state, one)));
	}

	/** What goes off by the clocks of a zone (IANA). */
	in(zone: string): ReadonlyMap<RecordId, readonly Alarm[]> {
		const known = this.#zones.get(zone) ?? new Map<RecordId, readonly Alarm[]>();
		this.#zones.set(zone, known);
		for (const [id, state] of this.#soon) if (!known.has(id)) known.set(id, alarmsOf(state, zone, this.from, this.to));
		return known;
	}
}

/** The reminders of an event that go off within a span, of all its occurrences. */
export function alarmsOf(state: ObjectState, zone: string, from: number, to: number): Alarm[] {
	const minutes = [state, ...state.occurrences].flatMap(({ event }) => [...event.reminders].map(Number));
	const [least, most] = [Math.min(0, ...minutes) * MINUTE_MS, Math.max(0, ...minutes) * MINUTE_MS];
	const calendar = withKnownZones(parseCalendar(new TextEncoder().encode(objectOf(state, zone))));
	const changed = new Map([...occurrencesIn(calendar, state.event, zone)].map(([name, component]) => [component, name]));
	const found: Alarm[] = [];
	for (const instance of instancesOf(calendar, 'VEVENT', { from: from + least, to: to + most }, zone)) {
		const { component } = instance;
		const said = (name: string) => textOf(lineOf(component, name)?.value ?? '').trim();
		if (said('STATUS').toUpperCase() === 'CANCELLED') continue;
		const title = said('SUMMARY').slice(0, LONGEST_TITLE);
		const own = state.occurrences.find(({ event }) => event.occurrence === changed.get(component));
		const about = concernOf(state, own ?? state);
		for (const alarm of component.components) {
			if (minutesOf(alarm, component, zone) === null) continue;
			for (const at of triggersOf(alarm, instance, zone))
				if (at >= from && at < to) found.push({ at, start: instance.from, title, changedAt: state.changedAt, about });
		}
	}
	return found;
}

/** Whom an occurrence concerns: those whom its own record names, and everybody of the series where it names nobody. */
function concernOf(series: ObjectState, { event, guests }: Pick<ObjectState, 'event' | 'guests'>): Concern {
	return {
		maker: event.createdBy ?? series.event.createdBy,
		organizer: event.organizer ?? series.event.organizer,
		guests: guests.length > 0 ? guests : series.guests,
	};
}
