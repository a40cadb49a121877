import { addDays, type Day, dayAt, toUtc } from '@mana/time';
import {
	divide,
	formatRule,
	instances,
	type Moment,
	occurrences,
	once,
	readableRule,
	type Recurrence,
	type Rule,
} from '@mana/time/recur/index';
import { instantOf } from '@mana/time/zone';
import { isOpen } from './lists.ts';
import type { Task } from './model.ts';

const DAY_MS = 86_400_000;

/** What says when a task comes again. */
export type Repeating = Pick<Task, 'repeat' | 'repeatFrom' | 'occurrence' | 'dueDay' | 'dueTime'>;

/** The time it is, and whose clock shows it. */
export interface Present {
	/** ms since 1970 */
	readonly now: number;
	/** IANA name */
	readonly zone: string;
}

/** When a task comes next, and by which rule it goes on from there. */
export interface Next {
	readonly day: Day;
	readonly time: string | null;
	readonly repeat: string;
}

/**
 * When a task comes again once this one is done or skipped: after its day, and never in the past, so that what was left undone for a while does not
 * pile up. `null` when it does not come again.
 */
export function nextOf(task: Repeating, present: Present): Next | null {
	const rule = readableRule(task.repeat);
	if (!rule) return null;
	return task.repeatFrom === 'completion' ? fromCompletion(task, rule, present) : fromDue(task, rule, present);
}

/** The days on which a task comes after the one it stands for, at most `most`. What is reckoned from its completion is taken to be done on time. */
export function comingDays(task: Repeating, present: Present, most: number): Day[] {
	const days: Day[] = [];
	let at: Repeating = task;
	let { now } = present;
	while (days.length < most) {
		const next = nextOf(at, { ...present, now });
		if (!next) break;
		days.push(next.day);
		at = { ...at, repeat: next.repeat, occurrence: next.day, dueDay: next.day, dueTime: next.time };
		if (task.repeatFrom === 'completion') now = Math.max(now, instantOf(present.zone, toUtc(next.day)));
	}
	return days;
}

/** The days from `from` to `to`, both included, on which a task will come after the one it stands for. None where that depends on when it is done. */
export function daysWithin(task: Repeating, from: Day, to: Day, present: Present): Day[] {
	const rule = readableRule(task.repeat);
	if (!rule || task.repeatFrom === 'completion') return [];
	const recurrence = recurrenceOf(task, rule, present);
	const least = Math.max(afterOwn(task, present), instantOf(present.zone, toUtc(from)));
	const days = new Set<Day>();
	for (const { wall } of occurrences(recurrence, least, present.zone)) {
		const day = dayOfWall(wall);
		if (day > to) break;
		days.add(day);
	}
	return [...days];
}

/** Nobody plans by what repeats in more than a year, and a task of 2040 must not have every day until then reckoned. */
const MOST_DAYS = 366;

/** What will come again on each day from `from` to `to`, earliest time first: tasks that stand by themselves, by the day. */
export function comingBy(open: readonly Task[], from: Day, to: Day, present: Present): ReadonlyMap<Day, readonly Task[]> {
	const last = [to, addDays(from, MOST_DAYS)].toSorted()[0]!;
	const coming = new Map<Day, Task[]>();
	for (const task of open.filter(isOpen).toSorted((a, b) => ((a.dueTime ?? '99') < (b.dueTime ?? '99') ? -1 : 1)))
		for (const day of daysWithin(task, from, last, present)) coming.set(day, [...(coming.get(day) ?? []), task]);
	return coming;
}

function fromDue(task: Repeating, rule: Rule, present: Present): Next | null {
	const recurrence = recurrenceOf(task, rule, present);
	for (const { id } of occurrences(recurrence, afterOwn(task, present), present.zone)) {
		const [, rest] = divide(recurrence, id);
		return rest.rules[0] ? nextAt(task, id, rest.rules[0]) : null;
	}
	return null;
}

function fromCompletion(task: Repeating, rule: Rule, { now, zone }: Present): Next | null {
	if (rule.count === 1) return null;
	const start = momentOf(dayAt(now, zone), task.dueTime);
	const endless: Rule = { ...withWholeDays(rule, start), count: null };
	for (const wall of instances(endless, start, start.wall + 1))
		return nextAt(task, wall, { ...rule, count: rule.count === null ? null : rule.count - 1 });
	return null;
}

function nextAt({ dueTime }: Repeating, wall: number, rule: Rule): Next {
	const time = dueTime === null ? null : new Date(wall).toISOString().slice(11, 16);
	return { day: dayOfWall(wall), time, repeat: formatRule(rule) };
}

function recurrenceOf(task: Repeating, rule: Rule, { now, zone }: Present): Recurrence {
	const start = momentOf(task.occurrence ?? task.dueDay ?? dayAt(now, zone), task.dueTime);
	return { ...once(start, zone), rules: [withWholeDays(rule, start)] };
}

/** The earliest moment (ms since 1970) of the next one: behind the day of this one, also where it was put off, and not in the past. */
function afterOwn({ occurrence, dueDay, dueTime }: Repeating, { now, zone }: Present): number {
	const today = dayAt(now, zone);
	const own =
		[occurrence, dueDay]
			.filter((day) => day !== null)
			.toSorted()
			.at(-1) ?? today;
	const present = dueTime === null ? instantOf(zone, toUtc(today)) : now;
	return Math.max(instantOf(zone, momentOf(own, dueTime).wall) + 1, present);
}

function momentOf(day: Day, time: string | null): Moment {
	if (time === null) return { wall: toUtc(day), form: 'day' };
	const [hour, minute] = time.split(':').map(Number) as [number, number];
	return { wall: toUtc(day) + (hour * 60 + minute) * 60_000, form: 'local' };
}

/** A day as the end of a rule is meant with all its hours, whether the task has a time or not. */
function withWholeDays(rule: Rule, { form }: Moment): Rule {
	if (form === 'day' || rule.until?.form !== 'day') return rule;
	return { ...rule, until: { wall: rule.until.wall + DAY_MS - 1_000, form: 'local' } };
}

function dayOfWall(wall: number): Day {
	return new Date(wall).toISOString().slice(0, 10);
}
