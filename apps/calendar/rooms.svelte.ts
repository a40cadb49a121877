import type { Draft, RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { live } from '@mana/ui/data/live.svelte';
import { act } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import { type Event, type Guest, type Room, rooms } from './model.ts';
import type { Occurrence } from './occurrences.ts';
import { bookingsOf, type Clash, clashOf } from './rooms.ts';

/** What of the planner rooms are seen from. */
interface Plans {
	readonly mana: Mana;
	readonly zone: string;
	readonly events: readonly Event[];
	readonly guests: { of(event: RecordId): readonly Guest[] };
}

/** So far ahead of a series is looked for what else is in a room, in ms. */
const AHEAD = 183 * 86_400_000;

/** The rooms of a space, and what takes place in them. */
export class Rooms {
	readonly #plans: Plans;
	readonly #all;

	/** Make it while a component is made. */
	constructor(plans: Plans) {
		this.#plans = plans;
		this.#all = live(() => plans.mana.query(rooms, { order: (a, b) => a.name.localeCompare(b.name) }));
	}

	get all(): readonly Room[] {
		return this.#all.rows;
	}

	/** @param from ms since 1970 */
	bookings(room: RecordId, from: number, to: number): Occurrence[] {
		const { events, guests, zone } = this.#plans;
		return bookingsOf(room, events, (event) => guests.of(event), from, to, zone);
	}

	/** What is in a room while an occurrence is, besides that. */
	others(room: RecordId, { event, series, from, to }: Occurrence): Occurrence[] {
		const own = series?.id ?? event.id;
		return this.bookings(room, from, Math.max(to, from + 1)).filter((one) => (one.series?.id ?? one.event.id) !== own);
	}

	/** Where an event has a room that is booked twice: then, or of a series later within half a year. */
	clash(room: RecordId, { event, series, from, to }: Occurrence): Clash | null {
		return clashOf(series?.id ?? event.id, this.bookings(room, from, series ? from + AHEAD : to));
	}

	add(draft: Draft<typeof rooms>): void {
		act(this.#plans.mana, m.calendar_done_room(), (tx) => tx.create(rooms, draft));
	}

	edit(id: RecordId, draft: Draft<typeof rooms>): void {
		act(this.#plans.mana, m.calendar_done_room_changed(), (tx) => tx.update(rooms, id, draft));
	}

	/** What is planned in it keeps its name. */
	remove(id: RecordId): void {
		act(this.#plans.mana, m.calendar_done_room_removed(), (tx) => tx.trash(rooms, id), m.calendar_done_room_removed());
	}
}
