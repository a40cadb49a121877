import { addDays, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import type { DatedEntry } from '@mana/ui/shell/manifest';
import { MINUTE } from './moments.ts';
import type { Spanned } from './layout/day-parts.ts';
import type { Occurrence } from './occurrences.ts';

/** What a view draws: an occurrence of an event, or what another app has on a day. */
export interface Shown extends Spanned {
	readonly key: string;
	readonly title: string;
	readonly hue: number;
	/** The event it is of; `null`: another app's. */
	readonly occurrence: Occurrence | null;
	/** Where it leads, of another app's. */
	readonly href: string | null;
	readonly done: boolean;
}

/** How long something with a time and no length is drawn, in minutes. */
const ENTRY_MINUTES = 30;

/** What another app has on a day, as a view draws it. @param view the name of what shows it */
export function shownEntry(view: string, hue: number, entry: DatedEntry, viewer: string): Shown {
	const { title, day, time, done, href } = entry;
	const [hour, minute] = (time ?? '00:00').split(':').map(Number) as [number, number];
	const from = instantOf(viewer, toUtc(day) + (hour * 60 + minute) * MINUTE);
	const to = time === null ? instantOf(viewer, toUtc(addDays(day, 1))) : from + ENTRY_MINUTES * MINUTE;
	const span = { wholeDay: time === null, from, to, firstDay: day, lastDay: day };
	return { ...span, key: `${view} ${entry.id}`, title, hue, occurrence: null, href, done };
}

/** Earliest first, longer first where they begin together. */
export function inOrderShown(a: Shown, b: Shown): number {
	return a.from - b.from || b.to - a.to || (a.key < b.key ? -1 : 1);
}
