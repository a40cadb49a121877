import { addDays, type Day, daysBetween } from '@mana/time';
import { wallAt } from '@mana/time/zone';
import { m } from '@mana/ui/i18n';
import type { Planner } from '../calendar.svelte.ts';
import type { Slot } from '../typed.ts';
import { isBar } from '../layout/day-parts.ts';
import { dayOfWall, MINUTE } from '../moments.ts';
import { asWholeDays, lengthUntil, placedAt } from '../moves.ts';
import type { Shown } from '../shown.ts';
import { tick } from 'svelte';
import { follow } from './pointer.ts';

/** What stands where something would be put: a stretch of hours, or whole days. */
export interface Ghost {
	/** `null`: something new. */
	readonly key: string | null;
	readonly first: Day;
	readonly last: Day;
	/** Minutes of `first`, the end may lie beyond it; `null`: whole days. */
	readonly minutes: { readonly from: number; readonly to: number } | null;
}

/** A place of the grid: a minute of a day, or a day as a whole (`minute` `null`). */
export interface Place {
	readonly day: Day;
	readonly minute: number | null;
}

/** Minutes to which what is carried snaps. */
export const SNAP = 15;
const DAY_MINUTES = 1_440;

/**
 * Moving, resizing and making events in a grid, by pointer and by keys alike: both move a ghost, and letting go writes. Columns of hours are
 * marked `data-column`, days as a whole `data-across`, both with their day.
 */
export class GridDrag {
	ghost = $state.raw<Ghost | null>(null);
	readonly #planner: Planner;
	readonly #oncreate: (slot: Slot, at: DOMRect) => void;
	/** What the keys carry around. */
	#carried: Shown | null = null;

	/** @param oncreate somebody marked a place for something new */
	constructor(planner: Planner, oncreate: (slot: Slot, at: DOMRect) => void) {
		this.#planner = planner;
		this.#oncreate = oncreate;
	}

	/** A press on something that is shown: moves it, or one of its ends. */
	take(event: PointerEvent, shown: Shown): void {
		const { occurrence } = shown;
		if (event.button !== 0 || !occurrence || !this.#planner.mayEdit(occurrence.event)) return;
		const edge =
			event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-edge]')?.dataset['edge'] : undefined;
		const began = placeAt(event.clientX, event.clientY);
		if (!began) return;
		const from = ghostOf(shown, this.#planner.zone);
		const grab = this.#between(from, began);
		this.#follow(event, (place) => {
			if (edge === 'end') return this.#endAt(from, place);
			if (edge === 'start') return this.#startAt(from, place);
			return this.#movedTo(from, place, grab, isBar(shown));
		}, () => this.#drop(shown, edge)); // prettier-ignore
	}

	/** A press on an empty place: marks from there. A press without dragging marks the usual length. */
	mark(event: PointerEvent): void {
		if (event.button !== 0 || !this.#planner.mayWrite()) return;
		const began = placeAt(event.clientX, event.clientY);
		if (!began) return;
		const start: Place = began.minute === null ? began : { day: began.day, minute: Math.floor(began.minute / SNAP) * SNAP };
		const marked = (place: Place): Ghost => {
			if (start.minute === null || place.minute === null) {
				const [first, last] = [start.day, place.day].toSorted() as [Day, Day];
				return { key: null, first, last, minutes: null };
			}
			const minute = place.day > start.day ? DAY_MINUTES : place.day < start.day ? 0 : snapped(place.minute);
			const [from, to] = [Math.min(start.minute, minute), Math.max(start.minute, minute)];
			return { key: null, first: start.day, last: start.day, minutes: { from, to: Math.max(to, from + SNAP) } };
		};
		const finish = (): void => this.#create();
		this.#follow(event, marked, finish, () => {
			const length = this.#planner.settings.length;
			const minutes =
				start.minute === null
					? null
					: { from: Math.floor(start.minute / 30) * 30, to: Math.floor(start.minute / 30) * 30 + length };
			this.ghost = { key: null, first: start.day, last: start.day, minutes };
			finish();
		});
	}

	/**
	 * Moves what has the focus by keys: `drop` writes it, `cancel` leaves it.
	 *
	 * @param grow minutes, or days of whole days, by which its end is moved
	 */
	carry(shown: Shown, by: { readonly days?: number; readonly minutes?: number; readonly grow?: number }): void {
		const { occurrence } = shown;
		if (!occurrence || !this.#planner.mayEdit(occurrence.event)) return;
		const at = this.#carried?.key === shown.key && this.ghost ? this.ghost : ghostOf(shown, this.#planner.zone);
		this.#carried = shown;
		const days = by.days ?? 0;
		if (at.minutes === null) {
			const last = addDays(at.last, days + Math.sign(by.grow ?? 0));
			const first = addDays(at.first, days);
			this.ghost = { ...at, first, last: last < first ? first : last };
			return;
		}
		const total = at.minutes.from + (by.minutes ?? 0);
		const over = Math.floor(total / DAY_MINUTES);
		const from = total - over * DAY_MINUTES;
		const length = Math.max(SNAP, at.minutes.to - at.minutes.from + (by.grow ?? 0));
		const first = addDays(at.first, days + over);
		this.ghost = { ...at, first, last: first, minutes: { from, to: from + length } };
	}

	get carries(): boolean {
		return this.#carried !== null;
	}

	drop(): void {
		const shown = this.#carried;
		if (!shown) return;
		const before = ghostOf(shown, this.#planner.zone);
		const { ghost } = this;
		const edge =
			ghost?.minutes && before.minutes && ghost.first === before.first && ghost.minutes.from === before.minutes.from
				? 'end'
				: ghost && !ghost.minutes && ghost.first === before.first
					? 'end'
					: undefined;
		this.#drop(shown, edge);
		focusAgain(`main [data-key="${CSS.escape(shown.key)}"]`);
	}

	cancel(): void {
		this.#carried = null;
		this.ghost = null;
	}

	#follow(event: PointerEvent, ghostAt: (place: Place) => Ghost, drop: () => void, press?: () => void): void {
		follow(event, {
			start: () => document.body.classList.add('dragging'),
			move: (x, y) => {
				const place = placeAt(x, y);
				if (place) this.ghost = ghostAt(place);
			},
			drop: () => {
				document.body.classList.remove('dragging');
				drop();
			},
			cancel: () => {
				document.body.classList.remove('dragging');
				this.ghost = null;
			},
			...(press && { press }),
		});
	}

	/** How far into it one took hold of it: minutes, or days of what lies across. */
	#between(from: Ghost, { day, minute }: Place): number {
		const days = daysBetween(from.first, day);
		return from.minutes === null || minute === null ? days : days * DAY_MINUTES + minute - from.minutes.from;
	}

	#movedTo(from: Ghost, { day, minute }: Place, grab: number, bar: boolean): Ghost {
		if (minute === null) {
			const first = bar ? addDays(day, -grab) : day;
			return { ...from, first, last: addDays(first, bar ? daysBetween(from.first, from.last) : 0), minutes: null };
		}
		const length = from.minutes ? from.minutes.to - from.minutes.from : this.#planner.settings.length;
		const total = snapped(minute - (from.minutes && !bar ? grab : 0));
		const over = Math.floor(total / DAY_MINUTES);
		const first = addDays(day, over);
		const start = total - over * DAY_MINUTES;
		return { ...from, first, last: first, minutes: { from: start, to: start + length } };
	}

	#endAt(from: Ghost, { day, minute }: Place): Ghost {
		if (from.minutes === null || minute === null) return { ...from, last: day < from.first ? from.first : day };
		const end = daysBetween(from.first, day) * DAY_MINUTES + snapped(minute);
		return { ...from, minutes: { from: from.minutes.from, to: Math.max(end, from.minutes.from + SNAP) } };
	}

	#startAt(from: Ghost, { day, minute }: Place): Ghost {
		if (from.minutes === null || minute === null) return { ...from, first: day > from.last ? from.last : day };
		if (day !== from.first) return from;
		return { ...from, minutes: { from: Math.min(snapped(minute), from.minutes.to - SNAP), to: from.minutes.to } };
	}

	#drop(shown: Shown, edge: string | undefined): void {
		const { ghost } = this;
		const { occurrence } = shown;
		this.cancel();
		if (!ghost || !occurrence || same(ghost, ghostOf(shown, this.#planner.zone))) return;
		const { zone, settings } = this.#planner;
		const { first, last, minutes } = ghost;
		const days = daysBetween(first, last) + 1;
		if (edge === 'end' && minutes === null)
			this.#planner.change(occurrence, { length: days * 86_400 }, m.calendar_done_resized());
		else if (edge === 'end' && minutes)
			this.#planner.change(
				occurrence,
				{ length: lengthUntil(occurrence, first, minutes.to, zone, SNAP) },
				m.calendar_done_resized(),
			);
		else if (minutes === null) {
			const length = occurrence.wholeDay || edge ? days * 86_400 : asWholeDays(occurrence, first).length;
			this.#planner.change(occurrence, { start: first, length }, m.calendar_done_moved());
		} else {
			const moved = placedAt(occurrence, first, minutes.from, zone, settings.length);
			// What had days has a place on the clock from now on: that of whoever moved it.
			const own = occurrence.wholeDay && occurrence.event.zone === null ? { zone } : {};
			const length = edge === 'start' || this.#grew(shown, ghost) ? (minutes.to - minutes.from) * 60 : moved.length;
			this.#planner.change(occurrence, { ...moved, ...own, length }, m.calendar_done_moved());
		}
	}

	/** Keys may have moved and resized it in one go. */
	#grew(shown: Shown, { minutes }: Ghost): boolean {
		const before = ghostOf(shown, this.#planner.zone).minutes;
		return !!before && !!minutes && minutes.to - minutes.from !== before.to - before.from;
	}

	#create(): void {
		const { ghost } = this;
		if (!ghost) return;
		requestAnimationFrame(() => {
			const drawn = document.querySelector('[data-ghost]')?.getBoundingClientRect();
			this.#oncreate({ first: ghost.first, last: ghost.last, minutes: ghost.minutes }, drawn ?? new DOMRect(0, 0, 0, 0));
		});
	}
}

/** What was moved to another day is drawn anew there, and takes the focus along; where it is not in sight, the page has it. */
export function focusAgain(selector: string): void {
	void tick().then(() =>
		requestAnimationFrame(() => {
			if (document.activeElement !== document.body) return;
			(document.querySelector<HTMLElement>(selector) ?? document.getElementById('main'))?.focus({ preventScroll: true });
		}),
	);
}

/** Where something stands now, as a ghost of it. */
export function ghostOf({ key, firstDay, lastDay, from, to, ...shown }: Shown, zone: string): Ghost {
	if (isBar({ ...shown, from, to, firstDay, lastDay })) return { key, first: firstDay, last: lastDay, minutes: null };
	const start = (wallAt(zone, from) - Date.parse(`${dayOfWall(wallAt(zone, from))}T00:00Z`)) / MINUTE;
	return { key, first: firstDay, last: firstDay, minutes: { from: start, to: start + (to - from) / MINUTE } };
}

function same(a: Ghost, b: Ghost): boolean {
	return a.first === b.first && a.last === b.last && a.minutes?.from === b.minutes?.from && a.minutes?.to === b.minutes?.to;
}

function snapped(minute: number): number {
	return Math.round(minute / SNAP) * SNAP;
}

/** The place of a grid under a point of the page; `null`: there is none. */
export function placeAt(x: number, y: number): Place | null {
	for (const element of document.elementsFromPoint(x, y)) {
		if (!(element instanceof HTMLElement)) continue;
		const { column, across } = element.dataset;
		if (across !== undefined) return { day: across, minute: null };
		if (column === undefined) continue;
		const { top, height } = element.getBoundingClientRect();
		return { day: column, minute: Math.min(Math.max(((y - top) / height) * DAY_MINUTES, 0), DAY_MINUTES) };
	}
	return null;
}
