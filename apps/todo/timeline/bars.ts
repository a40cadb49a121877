import type { RecordId } from '@mana/model';
import { addDays, type Day, daysBetween } from '@mana/time';
import { byDue } from '../lists.ts';
import type { Task } from '../model.ts';

/** How much is done on a day that one works, in minutes: what is estimated at more takes several. */
export const DAY_MINUTES = 480;

/** The days over which a task reaches, the first and the last among them. */
export interface Bar {
	readonly first: Day;
	readonly last: Day;
}

/** What is taken hold of: all of it, or one of its ends. */
export type Hold = 'whole' | 'first' | 'last';

/** What decides how a task lies on a timeline. */
export type Timed = Pick<Task, 'dueDay' | 'startDay' | 'estimate'>;

/** On how many days a task is worked, as far as that was estimated. */
export function daysOf({ estimate }: Pick<Task, 'estimate'>): number {
	return Math.max(1, Math.ceil((estimate ?? 0) / DAY_MINUTES));
}

/** From its start to the day it is due; where one of them is missing, as long as it is estimated. `null` without any day. */
export function barOf(task: Timed): Bar | null {
	const { dueDay, startDay } = task;
	const more = daysOf(task) - 1;
	if (dueDay === null) return startDay === null ? null : { first: startDay, last: addDays(startDay, more) };
	return { first: startDay !== null && startDay <= dueDay ? startDay : addDays(dueDay, -more), last: dueDay };
}

/** A bar carried on by some days (back below zero), or one of its ends, which does not pass the other. */
export function held({ first, last }: Bar, hold: Hold, days: number): Bar {
	if (hold === 'whole') return { first: addDays(first, days), last: addDays(last, days) };
	const end = addDays(hold === 'first' ? first : last, days);
	return hold === 'first' ? { first: end < last ? end : last, last } : { first, last: end > first ? end : first };
}

/** What is to be written so that a task lies there. A start is only written where the estimate does not say as much. */
export function draftFor(task: Timed, { first, last }: Bar): { readonly dueDay?: Day; readonly startDay?: Day } {
	const length = daysBetween(first, last) + 1;
	const estimated = length === daysOf(task);
	if (task.startDay === null) return { dueDay: last, ...(!estimated && { startDay: first }) };
	return { startDay: first, ...((task.dueDay !== null || !estimated) && { dueDay: last }) };
}

/** A line of a timeline: the project under whose name tasks follow (`null`: the inbox; `'free'`: what has no day), or a task. */
export type TimelineLine =
	| { readonly kind: 'head'; readonly of: RecordId | null | 'free'; readonly count: number }
	/** `late`: its time was before what is shown, and it is still open. */
	| { readonly kind: 'task'; readonly task: Task; readonly bar: Bar | null; readonly late: boolean };

/** What a timeline shows, and how much lies before and after it. */
export interface Timeline {
	readonly lines: readonly TimelineLine[];
	/** Where the nearest ones are that are not in sight; `null`: there are none. */
	readonly before: Day | null;
	readonly after: Day | null;
}

export interface TimelineWorld {
	readonly today: Day;
	/** The days in sight. */
	readonly sight: Bar;
	/** Projects in their order. What belongs to another one (archived, thrown away) comes last. */
	readonly projects: readonly { readonly id: RecordId }[];
}

/**
 * Tasks by project, by the day on which they begin. What was to be done before the days in sight stands at their start as long as today is
 * among them; what is done already and what has no day yet is not a plan: the one is left out, the other follows at the end.
 */
export function timelineOf(tasks: Iterable<Task>, { today, sight, projects }: TimelineWorld): Timeline {
	const groups = new Map<RecordId | null, { task: Task; bar: Bar; late: boolean }[]>(
		[null, ...projects.map(({ id }) => id)].map((id) => [id, []]),
	);
	const free: Task[] = [];
	const withToday = sight.first <= today && today <= sight.last;
	let [before, after] = [null as Day | null, null as Day | null];
	for (const task of tasks) {
		if (task.completedAt !== null) continue;
		const bar = barOf(task);
		if (!bar) {
			free.push(task);
			continue;
		}
		const late = withToday && bar.last < sight.first;
		if (bar.last < sight.first && !late) before = before === null || bar.last > before ? bar.last : before;
		else if (bar.first > sight.last) after = after === null || bar.first < after ? bar.first : after;
		else {
			const group = groups.get(task.project);
			if (group) group.push({ task, bar, late });
			else groups.set(task.project, [{ task, bar, late }]);
		}
	}
	const lines: TimelineLine[] = [];
	for (const [of, held] of groups) {
		if (held.length === 0) continue;
		lines.push({ kind: 'head', of, count: held.length });
		held.sort((a, b) => (a.bar.first < b.bar.first ? -1 : a.bar.first > b.bar.first ? 1 : byDue(a.task, b.task)));
		for (const one of held) lines.push({ kind: 'task', ...one });
	}
	if (free.length > 0) lines.push({ kind: 'head', of: 'free', count: free.length });
	for (const task of free) lines.push({ kind: 'task', task, bar: null, late: false });
	return { lines, before, after };
}
