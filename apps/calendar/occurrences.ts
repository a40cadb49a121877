import type { RecordId } from '@mana/model';
import { addDays, type Day, toUtc } from '@mana/time';
import { occurrences, once, readableRule, type Recurrence, type Rule } from '@mana/time/recur/index';
import { instantOf, isZone, wallAt } from '@mana/time/zone';
import { EventIndex, repeats } from './event-index.ts';
import type { Event } from './model.ts';
import { DAY, dayOfWall, isDay, momentOf, textOf } from './moments.ts';

/** An event as it takes place once: what the views show. */
export interface Occurrence {
	/** Tells occurrences apart, and stays the same while one is moved. */
	readonly key: string;
	/** The record that says how it is: a single event, a series, or the change of one occurrence. */
	readonly event: Event;
	/** The series that it is one of; `null` when it takes place once. */
	readonly series: Event | null;
	/** Its name in the series, written as the `start` of that is: what it would be without a change. */
	readonly occurrence: string | null;
	/** When it begins on the clocks of its event, as `start` is written. */
	readonly start: string;
	readonly wholeDay: boolean;
	/** From and until when, ms since 1970. Whole days begin and end where the viewer is. */
	readonly from: number;
	readonly to: number;
	/** The days that it touches where the viewer is, both included. */
	readonly firstDay: Day;
	readonly lastDay: Day;
}

/** A rule by the second fills every window: more than so many of one series are not shown. */
const MOST_OF_ONE = 2_000;
/** Clocks of the earth differ by 26 hours at most. */
const MARGIN = 2;

/**
 * What takes place in [from, to), also what began before: earliest first, longer first where they begin together.
 *
 * @param rows events and changes of single occurrences, in any order; what is in the trash does not take place
 * @param from ms since 1970
 * @param viewer zone of whoever looks (IANA)
 */
export function occurrencesOf(rows: readonly Event[], from: number, to: number, viewer: string): Occurrence[] {
	return occurrencesIn(new EventIndex(rows), from, to, viewer);
}

/** What `occurrencesOf` finds, where the events are put by when they take place already. */
export function occurrencesIn(index: EventIndex, from: number, to: number, viewer: string): Occurrence[] {
	const [least, last] = [addDays(dayOfWall(from), -MARGIN), addDays(dayOfWall(to), MARGIN)];
	const found: Occurrence[] = [];
	for (const event of index.series) {
		if (event.start! <= `${last}T`) found.push(...ofSeries(event, index.changesOf(event.id), from, to, viewer));
	}
	for (const event of index.between(least, last)) {
		if (event.series === null) found.push(single(event, viewer));
		else {
			const series = index.get(event.series) ?? null;
			if (series === null || series.deletedAt === null) found.push(changedOne(event, series, viewer));
		}
	}
	return found.filter((one) => touches(one, from, to)).toSorted(inOrder);
}

/** An occurrence by its key (`Occurrence.key`, or the id of an event); a series alone is its first one. @param viewer zone of whoever looks (IANA) */
export function occurrenceCalled(key: string, index: EventIndex, viewer: string): Occurrence | null {
	const [id, name] = key.split(' ') as [RecordId, string?];
	const event = index.get(id);
	if (!event || event.deletedAt !== null) return null;
	if (name === undefined && event.series === null && event.start !== null && !repeats(event)) return single(event, viewer);
	const row = event.series !== null && name === undefined ? `${event.series} ${event.occurrence}` : key;
	const near = name ?? event.occurrence ?? event.start;
	if (near === null) return null;
	const family = event.series ?? id;
	const own = new EventIndex([...new Set([index.get(family) ?? event, event, ...index.changesOf(family)])]);
	const at = instantOf('UTC', toUtc(near.slice(0, 10)));
	// A changed occurrence may be far from where its rule had it.
	const changed = own
		.changesOf(family)
		.filter(({ occurrence }) => occurrence === near)
		.map(({ start }) => instantOf('UTC', toUtc(start!.slice(0, 10))));
	for (const day of [at, ...changed]) {
		const found = occurrencesIn(own, day - 2 * DAY, day + 3 * DAY, viewer);
		const match = found.find((one) => one.key === row) ?? (name === undefined ? found[0] : undefined);
		if (match) return match;
	}
	return null;
}

/** How far ahead the next time of a series is looked for: most come again within weeks. */
const AHEAD = [31 * DAY, 400 * DAY];

/** When an event takes place next from a moment on; what is over, or comes later than in a year, as it begins. */
export function nextOf(event: Event, index: EventIndex, from: number, viewer: string): Occurrence | null {
	if (!repeats(event)) return occurrenceCalled(event.id, index, viewer);
	const own = new EventIndex([event, ...index.changesOf(event.id)]);
	for (const ahead of AHEAD) {
		const [next] = occurrencesIn(own, from, from + ahead, viewer);
		if (next) return next;
	}
	return occurrenceCalled(event.id, index, viewer);
}

/** Earliest first, longer first where they begin together, then as they were made. */
export function inOrder(a: Occurrence, b: Occurrence): number {
	return a.from - b.from || b.to - a.to || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** How long it lasts in ms; whole days in whole days. */
export function lengthOf({ start, length }: Pick<Event, 'start' | 'length'>): number {
	return start !== null && isDay(start) ? Math.max(1, Math.ceil(length / 86_400)) * DAY : length * 1_000;
}

/** The zone on whose clocks it stands, for whoever looks from `viewer`. One that is not known is taken to be the viewer's. */
export function zoneOf({ zone }: Pick<Event, 'zone'>, viewer: string): string {
	return zone !== null && isZone(zone) ? zone : viewer;
}

/** When a series takes place, without what was changed of it. */
export function recurrenceOf(event: Event, changed: readonly Event[] = []): Recurrence {
	const { start, rules, extra, except } = parsed(event);
	const zone = start.form === 'day' || event.zone === null || !isZone(event.zone) ? null : event.zone;
	return {
		...once(start, zone),
		rules,
		extra,
		except,
		changed: changed.flatMap(({ occurrence }) =>
			occurrence === null ? [] : [{ id: momentOf(occurrence).wall, start: null, andFollowing: false }],
		),
	};
}

/** A series is looked at for every window, and its texts stay the same. */
const cache = new WeakMap<Event, Pick<Recurrence, 'start' | 'rules' | 'extra' | 'except'>>();

function parsed(event: Event) {
	let known = cache.get(event);
	if (!known) {
		const start = momentOf(event.start!);
		known = {
			start,
			// What a newer app wrote cannot be followed here: it takes place once.
			rules: (event.repeat ?? '').split('\n').flatMap((line) => {
				const rule = line.trim() === '' ? null : readableRule(line);
				return rule ? [withWholeDays(rule, start.form)] : [];
			}),
			extra: momentsOf(event.extra),
			except: momentsOf(event.except),
		};
		cache.set(event, known);
	}
	return known;
}

/** A day as the end of a rule is meant with all its hours. */
function withWholeDays(rule: Rule, form: 'day' | 'local' | 'utc'): Rule {
	if (form === 'day' || rule.until?.form !== 'day') return rule;
	return { ...rule, until: { wall: rule.until.wall + DAY - 1_000, form: 'local' } };
}

function momentsOf(texts: ReadonlySet<string>) {
	return [...texts].map(momentOf).filter(({ wall }) => !Number.isNaN(wall));
}

/** Series that are over, each with a moment after which nothing of it comes, wherever one looks from: most of what was kept for years is. */
const over = new WeakMap<Event, number>();

function ofSeries(event: Event, changed: readonly Event[], from: number, to: number, viewer: string): Occurrence[] {
	const least = from - Math.max(0, lengthOf(event) - 1);
	if (least >= (over.get(event) ?? Infinity)) return [];
	const form = isDay(event.start!) ? 'day' : 'local';
	const found: Occurrence[] = [];
	let ended = changed.length === 0;
	for (const { id, wall, instant } of occurrences(recurrenceOf(event, changed), least, viewer)) {
		ended = false;
		if (instant >= to || found.length === MOST_OF_ONE) break;
		const name = textOf(id, form);
		found.push({
			...placed(event, textOf(wall, form), instant, viewer),
			key: `${event.id} ${name}`,
			series: event,
			occurrence: name,
		});
	}
	if (ended) over.set(event, least + MARGIN * DAY);
	return found;
}

/** An event as it takes place once, whatever its rule says. */
export function single(event: Event, viewer: string): Occurrence {
	const instant = instantOf(isDay(event.start!) ? viewer : zoneOf(event, viewer), momentOf(event.start!).wall);
	return { ...placed(event, event.start!, instant, viewer), key: event.id, series: null, occurrence: null };
}

function changedOne(event: Event, series: Event | null, viewer: string): Occurrence {
	const one = single(event, viewer);
	return series ? { ...one, key: `${series.id} ${event.occurrence}`, series, occurrence: event.occurrence } : one;
}

function placed(event: Event, start: string, from: number, viewer: string): Omit<Occurrence, 'key' | 'series' | 'occurrence'> {
	const length = lengthOf(event);
	if (isDay(start)) {
		const end = addDays(start, length / DAY);
		const to = instantOf(viewer, momentOf(end).wall);
		return { event, start, wholeDay: true, from, to, firstDay: start, lastDay: addDays(end, -1) };
	}
	const to = from + length;
	const firstDay = dayOfWall(wallAt(viewer, from));
	const lastDay = length > 0 ? dayOfWall(wallAt(viewer, to - 1)) : firstDay;
	return { event, start, wholeDay: false, from, to, firstDay, lastDay };
}

/** What takes no time is there at its moment. */
function touches({ from, to }: Occurrence, least: number, last: number): boolean {
	return from < last && (to > least || (from === to && from >= least));
}
