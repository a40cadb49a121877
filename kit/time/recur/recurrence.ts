import { instantOf, wallAt } from '../zone.ts';
import { instances } from './instances.ts';
import { BadRecurrence, type Moment, type Wall } from './moment.ts';
import type { Rule } from './rule.ts';

const DAY_MS = 86_400_000;

/** When something happens, once or again and again (RFC 5545 §3.8.5). */
export interface Recurrence {
	/** DTSTART: always an occurrence, also where no rule says so. */
	readonly start: Moment;
	/** The zone of a `local` start (IANA); `null`: wherever one is. */
	readonly zone: string | null;
	readonly rules: readonly Rule[];
	/** RDATE: what comes besides. */
	readonly extra: readonly Moment[];
	/** EXDATE: what falls out. A day takes away everything on it. */
	readonly except: readonly Moment[];
	/** Occurrences that were moved or cancelled. */
	readonly changed: readonly Change[];
}

/** One occurrence that differs from what the rules say (RECURRENCE-ID, RFC 5545 §3.8.4.4). */
export interface Change {
	/** What it would be without the change. */
	readonly id: Wall;
	/** When it is instead; `null`: not at all. */
	readonly start: Moment | null;
	/** RANGE=THISANDFUTURE: those after it are moved by as much, up to the next such change. */
	readonly andFollowing: boolean;
}

export interface Occurrence {
	/** What the rules say, on the clocks of the recurrence: its name, whatever becomes of it. */
	readonly id: Wall;
	/** When it begins, on the clocks of the recurrence. */
	readonly wall: Wall;
	/** When it begins, ms since 1970 (UTC). Of a day: when the day begins for the viewer. */
	readonly instant: number;
}

/** Something that happens once. */
export function once(start: Moment, zone: string | null): Recurrence {
	return { start, zone, rules: [], extra: [], except: [], changed: [] };
}

/**
 * The occurrences that begin at `from` (ms since 1970) or later, in order, without end where the rules have none. Each moment has one at most.
 *
 * @param viewer the zone of whoever looks: where days begin, and what has no zone happens
 */
export function* occurrences(recurrence: Recurrence, from: number, viewer: string): Generator<Occurrence, void> {
	const clock = clockOf(recurrence, viewer);
	let last = -Infinity;
	for (const one of merged(segments(recurrence, clock, from), ({ instant }) => instant)) {
		if (one.instant < from || one.instant === last) continue;
		last = one.instant;
		yield one;
	}
}

/** The occurrences that begin in [from, to). At most `most`, so that a rule by the second ends as well. */
export function occurrencesWithin(recurrence: Recurrence, from: number, to: number, viewer: string, most = 10_000): Occurrence[] {
	const found: Occurrence[] = [];
	for (const one of occurrences(recurrence, from, viewer)) {
		if (one.instant >= to || found.length === most) break;
		found.push(one);
	}
	return found;
}

/**
 * Cuts a recurrence in two, before one of its occurrences: "this and following" may then be changed by itself. Together both have the
 * occurrences of the whole. Where nothing is before, that part is `null`.
 *
 * @throws BadRecurrence when there are several rules, since one start cannot keep them in step; or when SKIP moves every instance out of its
 * month (RFC 7529 §4.1), since no start can then say which months are meant
 */
export function divide(recurrence: Recurrence, id: Wall): readonly [before: Recurrence | null, after: Recurrence] {
	const { start, rules, extra, except, changed } = recurrence;
	if (rules.length > 1) throw new BadRecurrence('What repeats by several rules cannot be divided.');
	if (id <= start.wall) return [null, recurrence];
	const wallOf = (moment: Moment) => onClock(recurrence, moment);
	const moment = { ...start, wall: id };
	const [rule] = rules;
	const cut = rule && cutRule(recurrence, rule, id);
	const before: Recurrence = {
		...recurrence,
		rules: cut?.before ? [cut.before] : [],
		extra: extra.filter((one) => wallOf(one) < id),
		except: except.filter((one) => wallOf(one) < id),
		changed: changed.filter((change) => change.id < id),
	};
	const after: Recurrence = {
		...recurrence,
		start: moment,
		rules: cut?.after ? [cut.after.rule] : [],
		extra: extra.filter((one) => wallOf(one) >= id),
		except: except.filter((one) => wallOf(one) + (one.form === 'day' ? DAY_MS - 1 : 0) >= id),
		changed: [...movedOn(recurrence, id), ...changed.filter((change) => change.id >= id)],
	};
	if (!cut?.after || cut.after.first === id) return [before, after];
	// The occurrence is one of those besides the rule, or leads it astray: the rule goes on from its own next one.
	const besides = [...new Set([id, ...cut.after.astray])].map((wall): Moment => ({ ...start, wall }));
	return [before, { ...after, start: { ...start, wall: cut.after.first }, extra: [...after.extra, ...besides] }];
}

/** An earlier "this and following" still holds for what comes after the cut. */
function movedOn(recurrence: Recurrence, id: Wall): Change[] {
	const { start, changed } = recurrence;
	if (changed.some((change) => change.id === id)) return [];
	const moved = changed.filter((change) => change.andFollowing && change.start && change.id < id).sort((a, b) => a.id - b.id);
	const last = moved.at(-1);
	if (!last?.start) return [];
	const by = onClock(recurrence, last.start) - last.id;
	return [{ id, start: { wall: id + by, form: start.form }, andFollowing: true }];
}

/** What of a rule comes from an occurrence on. */
interface RestOfRule {
	/** The instance from which the rule can go on. */
	readonly first: Wall;
	/** Instances before that one. */
	readonly astray: readonly Wall[];
	readonly rule: Rule;
}

/** Months of a Gregorian year: when all of them lead a rule astray, every instance does. */
const MOST_ASTRAY = 12;

/** What is left of a rule before an occurrence, and from it on: its next instance, and the rule from there. */
function cutRule(
	recurrence: Recurrence,
	rule: Rule,
	id: Wall,
): { readonly before: Rule | null; readonly after: RestOfRule | null } {
	const { start } = recurrence;
	let passed = 0;
	const astray: Wall[] = [];
	for (const wall of instances(rule, start, rule.count === null ? id : start.wall, pastUntilOf(recurrence, rule))) {
		if (wall < id) {
			passed++;
			continue;
		}
		if (leadsAstray(rule, start, wall)) {
			if (astray.push(wall) > MOST_ASTRAY)
				throw new BadRecurrence('What repeats in months that are never its own cannot be divided.');
			continue;
		}
		const kept = spelledOut(rule, start);
		if (rule.count === null)
			return { before: { ...rule, until: momentBefore(recurrence, id) }, after: { first: wall, astray, rule: kept } };
		const before = passed > 0 ? { ...rule, count: passed } : null;
		return { before, after: { first: wall, astray, rule: { ...kept, count: rule.count - passed - astray.length } } };
	}
	return { before: rule, after: null };
}

/** Whether SKIP has moved an instance into a month that the rule leaves out: begun from there, it would mean other months. */
function leadsAstray({ freq, interval }: Rule, start: Moment, wall: Wall): boolean {
	return freq === 'MONTHLY' && (monthOf(wall) - monthOf(start.wall)) % interval !== 0;
}

function monthOf(wall: Wall): number {
	const date = new Date(wall);
	return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** What a rule takes from its start, said by itself, where another start would say something else. */
function spelledOut(rule: Rule, start: Moment): Rule {
	const isByDate = rule.byMonthDay.length + rule.byDay.length + rule.byYearDay.length + rule.byWeekNo.length === 0;
	if (rule.skip === 'OMIT' || !isByDate || (rule.freq !== 'MONTHLY' && rule.freq !== 'YEARLY')) return rule;
	const date = new Date(start.wall);
	const byMonth = rule.freq === 'YEARLY' && rule.byMonth.length === 0 ? [date.getUTCMonth() + 1] : rule.byMonth;
	return { ...rule, byMonth, byMonthDay: [date.getUTCDate()] };
}

function momentBefore({ start, zone }: Recurrence, id: Wall): Moment {
	if (start.form === 'day') return { wall: id - DAY_MS, form: 'day' };
	if (start.form === 'local' && zone !== null) return { wall: instantOf(zone, id) - 1_000, form: 'utc' };
	return { wall: id - 1_000, form: start.form };
}

/** The clock that shows the times of a recurrence. */
function clockOf({ start, zone }: Recurrence, viewer: string): string {
	if (start.form === 'utc') return 'UTC';
	return start.form === 'day' ? viewer : (zone ?? viewer);
}

/** A moment of another form as the clocks of the recurrence show it. */
function onClock({ start, zone }: Recurrence, { wall, form }: Moment): Wall {
	if (form === 'utc' && start.form === 'local' && zone !== null) return wallAt(zone, wall);
	if (form === 'local' && start.form === 'utc' && zone !== null) return instantOf(zone, wall);
	return start.form === 'day' ? Math.floor(wall / DAY_MS) * DAY_MS : wall;
}

/** An UNTIL in UTC is a moment, and the same for everybody: beside a zone times are compared as moments. */
function pastUntilOf({ start, zone }: Recurrence, { until }: Rule): ((wall: Wall) => boolean) | undefined {
	if (!until || until.form !== 'utc' || start.form !== 'local' || zone === null) return undefined;
	const near = wallAt(zone, until.wall);
	return (wall) => (Math.abs(wall - near) > DAY_MS ? wall > near : instantOf(zone, wall) > until.wall);
}

/** Occurrences in order: what was changed by itself, and each stretch that was moved as a whole. */
function segments(recurrence: Recurrence, clock: string, from: number): Iterable<Occurrence>[] {
	const instant = (wall: Wall) => instantOf(clock, wall);
	const startOf = (change: Change) => change.start && onClock(recurrence, change.start);
	const changed = [...recurrence.changed].sort((a, b) => a.id - b.id);
	const moved = changed.flatMap((change): Occurrence[] => {
		const wall = startOf(change);
		return wall === null ? [] : [{ id: change.id, wall, instant: instant(wall) }];
	});
	const named = new Set(changed.map(({ id }) => id));
	const cuts = changed.flatMap((change) => {
		const wall = startOf(change);
		return change.andFollowing && wall !== null ? [{ id: change.id, by: wall - change.id }] : [];
	});
	const stretches = [{ id: -Infinity, by: 0 }, ...cuts].map(function* ({ id, by }, i, all): Generator<Occurrence, void> {
		const end = all[i + 1]?.id ?? Infinity;
		// A day early: where clocks are changed, what is earlier on the clock may be later.
		const least = Math.max(id, wallAt(clock, from) - by - DAY_MS);
		for (const wall of walls(recurrence, least)) {
			if (wall >= end) return;
			if (!named.has(wall)) yield { id: wall, wall: wall + by, instant: instant(wall + by) };
		}
	});
	return [moved.sort((a, b) => a.instant - b.instant), ...stretches];
}

/** What start, rules and RDATE say from `from` on, without EXDATE. */
function* walls(recurrence: Recurrence, from: Wall): Generator<Wall, void> {
	const { start, rules, extra, except } = recurrence;
	const [days, moments] = [new Set<Wall>(), new Set<Wall>()];
	for (const moment of except) {
		if (moment.form === 'day') days.add(moment.wall);
		else moments.add(onClock(recurrence, moment));
	}
	const single = [start.wall, ...extra.map((moment) => onClock(recurrence, moment))].sort((a, b) => a - b);
	const ruled = rules.map((rule) => instances(rule, start, from, pastUntilOf(recurrence, rule)));
	let last = -Infinity;
	for (const wall of merged<Wall>([single, ...ruled], (one) => one)) {
		if (wall < from || wall === last || moments.has(wall) || days.has(Math.floor(wall / DAY_MS) * DAY_MS)) continue;
		last = wall;
		yield wall;
	}
}

/** Ordered sequences as one. */
function* merged<T>(sequences: readonly Iterable<T>[], orderOf: (one: T) => number): Generator<T, void> {
	const heads = sequences.map((sequence) => {
		const rest = sequence[Symbol.iterator]();
		return { rest, next: rest.next() };
	});
	for (;;) {
		let least: (typeof heads)[number] | undefined;
		for (const head of heads)
			if (!head.next.done && (!least || orderOf(head.next.value) < orderOf(least.next.value))) least = head;
		if (!least) return;
		yield least.next.value;
		least.next = least.rest.next();
	}
}
