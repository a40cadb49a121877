import { addDays, type Day, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import { USUAL_MINUTES } from '@mana/ui/shell/kept-time';
import { freeTimes } from '../blocks/free.ts';
import type { Wanted } from '../blocks/wanting.svelte.ts';
import type { Planner } from '../calendar.svelte.ts';
import { dayOfWall, MINUTE } from '../moments.ts';
import type { Shown } from '../shown.ts';
import { type Ghost, placeAt, SNAP } from './grid-drag.svelte.ts';
import { follow } from './pointer.ts';

const DAY_MINUTES = 1_440;

/** Bringing something that wants time into a grid of hours, by pointer and by keys: a ghost of it is moved, and letting go keeps the time. */
export class Bringing {
	ghost = $state.raw<Ghost | null>(null);
	/** What is carried by keys. */
	carried = $state.raw<Wanted | null>(null);
	readonly #planner: Planner;
	readonly #days: () => readonly Day[];
	readonly #shown: () => readonly Shown[];

	/** @param days that are in sight @param shown what stands on them */
	constructor(planner: Planner, days: () => readonly Day[], shown: () => readonly Shown[]) {
		this.#planner = planner;
		this.#days = days;
		this.#shown = shown;
	}

	/** A press on it. @param press what a press without a drag does */
	take(event: PointerEvent, one: Wanted, press?: () => void): void {
		if (event.button !== 0 || !this.#planner.mayWrite()) return;
		this.cancel();
		follow(event, {
			start: () => document.body.classList.add('dragging'),
			move: (x, y) => {
				const place = placeAt(x, y);
				this.ghost = place === null || place.minute === null ? null : this.#at(one, place.day, place.minute);
			},
			drop: () => {
				document.body.classList.remove('dragging');
				this.#put(one);
			},
			cancel: () => {
				document.body.classList.remove('dragging');
				this.cancel();
			},
			...(press && { press }),
		});
	}

	/** Takes it up by keys, at the first free time in sight. `false`: there is none. */
	lift(one: Wanted): boolean {
		this.ghost = this.#free(one);
		this.carried = this.ghost && one;
		return this.ghost !== null;
	}

	/** Keeps the first free time in sight for it. `false`: there is none. */
	fit(one: Wanted): boolean {
		this.ghost = this.#free(one);
		if (this.ghost === null) return false;
		this.#put(one);
		return true;
	}

	carry(by: { readonly days?: number; readonly minutes?: number }): void {
		const { ghost } = this;
		if (!ghost?.minutes) return;
		const total = ghost.minutes.from + (by.minutes ?? 0);
		const over = Math.floor(total / DAY_MINUTES);
		const first = addDays(ghost.first, (by.days ?? 0) + over);
		if (!this.#days().includes(first)) return;
		const from = total - over * DAY_MINUTES;
		this.ghost = { ...ghost, first, last: first, minutes: { from, to: from + ghost.minutes.to - ghost.minutes.from } };
	}

	drop(): void {
		if (this.carried) this.#put(this.carried);
	}

	cancel(): void {
		this.ghost = null;
		this.carried = null;
	}

	#at(one: Wanted, day: Day, minute: number): Ghost {
		const length = one.minutes ?? USUAL_MINUTES;
		const from = Math.min(Math.floor(minute / SNAP) * SNAP, DAY_MINUTES - SNAP);
		return { key: null, first: day, last: day, minutes: { from, to: from + length } };
	}

	#free(one: Wanted): Ghost | null {
		const { zone } = this.#planner;
		const days = this.#days();
		const taken = this.#shown().filter((shown) => this.#takesTime(shown));
		const wanted = { minutes: one.minutes ?? USUAL_MINUTES, first: days[0]!, last: days.at(-1)!, now: Date.now(), zone, taken };
		const found = freeTimes(wanted).find(({ from }) => days.includes(dayOfWall(wallAt(zone, from))));
		if (!found) return null;
		const wall = wallAt(zone, found.from);
		const day = dayOfWall(wall);
		return this.#at(one, day, (wall - toUtc(day)) / MINUTE);
	}

	/** Whether it is in the way: an event that shows as busy, or one of another space. What other apps have on days takes no time. */
	#takesTime({ key, wholeDay, occurrence }: Shown): boolean {
		if (wholeDay) return false;
		if (occurrence === null) return this.#planner.spaces.nameOf(key) !== undefined;
		return occurrence.event.shows === 'busy' && occurrence.event.status !== 'cancelled';
	}

	#put(one: Wanted): void {
		const { ghost } = this;
		this.cancel();
		if (!ghost?.minutes) return;
		const { zone } = this.#planner;
		const from = instantOf(zone, toUtc(ghost.first) + ghost.minutes.from * MINUTE);
		this.#planner.wantings.keep(one, { from, to: from + (ghost.minutes.to - ghost.minutes.from) * MINUTE });
	}
}
