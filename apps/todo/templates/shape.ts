import type { Draft } from '@mana/model';
import { addDays, type Day, daysBetween } from '@mana/time';
import { MOST_DAYS, type Task, type tasks, type TemplateItem, type templateItems } from '../model.ts';

/** The first day that something of these tasks stands on; `null`: none of them has a day. */
export function firstDayOf(rows: readonly Pick<Task, 'dueDay' | 'startDay'>[]): Day | null {
	return rows.flatMap(({ dueDay, startDay }) => [dueDay, startDay]).filter((day) => day !== null).toSorted()[0] ?? null; // prettier-ignore
}

/**
 * A task as an item of a template. Its files, what was said about it and how far it is stay with it.
 *
 * @param first the day from which its days are counted
 */
export function itemOf(task: Task, first: Day | null): Draft<typeof templateItems> {
	const { title, notes, dueDay, dueTime, startDay, priority, tags, position } = task;
	const { repeat, repeatFrom, estimate, assignees, reminders } = task;
	return {
		kind: 'task',
		title,
		notes,
		day: after(first, dueDay),
		time: dueTime,
		startDay: after(first, startDay),
		priority,
		tags,
		position,
		repeat,
		repeatFrom,
		estimate,
		assignees,
		reminders,
	};
}

/** The task that an item becomes when its first day is `first`. */
export function taskOf(item: TemplateItem, first: Day): Draft<typeof tasks> {
	const { title, notes, time, priority, tags, position, repeat, repeatFrom, estimate, assignees, reminders } = item;
	const dueDay = item.day === null ? null : addDays(first, item.day);
	return {
		title,
		notes,
		dueDay,
		dueTime: dueDay === null ? null : time,
		startDay: item.startDay === null ? null : addDays(first, item.startDay),
		priority,
		tags,
		position,
		estimate,
		assignees,
		reminders,
		// What comes again does so from a day on.
		...(dueDay !== null && { repeat, repeatFrom, occurrence: repeat === null ? null : dueDay }),
	};
}

/** Whether anything in it stands on a day, so that one must be known to begin with. */
export function hasDays(items: readonly TemplateItem[]): boolean {
	return items.some(({ day, startDay }) => day !== null || startDay !== null);
}

function after(first: Day | null, day: Day | null): number | null {
	if (first === null || day === null) return null;
	return Math.min(MOST_DAYS, daysBetween(first, day));
}
