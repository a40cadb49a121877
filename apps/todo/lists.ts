import { addDays, type Day } from '@mana/time';
import { Finder, type RecordId } from '@mana/model';
import type { Task } from './model.ts';

/** What a list asks for: `where` and `order` of a live query (`@mana/sync/client/api` `Question`). */
export interface ListQuestion {
	readonly where: (task: Task) => boolean;
	readonly order: (a: Task, b: Task) => number;
}

/** An open task that stands by itself: not a step of another, not in the trash. */
export function isOpen(task: Task): boolean {
	return task.deletedAt === null && task.completedAt === null && task.parent === null;
}

/** Open tasks without a project. */
export function inbox(): ListQuestion {
	return { where: (task) => isOpen(task) && task.project === null, order: byPosition };
}

/** Open tasks of one project. */
export function inProject(project: RecordId): ListQuestion {
	return { where: (task) => isOpen(task) && task.project === project, order: byPosition };
}

/** Open tasks with one tag. */
export function withTag(tag: RecordId): ListQuestion {
	return { where: (task) => isOpen(task) && task.tags.has(tag), order: byDue };
}

/** What is due today or was due before. */
export function dueBy(today: Day): ListQuestion {
	return { where: (task) => isOpen(task) && task.dueDay !== null && task.dueDay <= today, order: byDue };
}

/** What has a day after today. */
export function upcoming(today: Day): ListQuestion {
	return { where: (task) => isOpen(task) && task.dueDay !== null && task.dueDay > today, order: byDue };
}

/** What could be done on a day and has none of its own: what is under way first, then the more urgent, then by hand. Not what begins later. */
export function unplanned(today: Day): ListQuestion {
	return {
		where: (task) => isOpen(task) && task.dueDay === null && task.status !== 'waiting' && (task.startDay ?? today) <= today,
		order: (a, b) =>
			Number(b.status === 'doing') - Number(a.status === 'doing') || RANK[a.priority] - RANK[b.priority] || byPosition(a, b),
	};
}

/** Steps of a task, done and open, in their order. */
export function stepsOf(parent: RecordId): ListQuestion {
	return { where: (task) => task.deletedAt === null && task.parent === parent, order: byPosition };
}

/** What was completed, latest first. */
export function completed(): ListQuestion {
	return {
		where: (task) => task.deletedAt === null && task.completedAt !== null && task.parent === null,
		order: (a, b) => b.completedAt! - a.completedAt!,
	};
}

/** The trash, latest first. */
export function trashed(): ListQuestion {
	return { where: (task) => task.deletedAt !== null, order: (a, b) => b.deletedAt! - a.deletedAt! };
}

/** Everything that can be found, in the order in which it is shown: open ones first. */
export function findable(): ListQuestion {
	return {
		where: ({ deletedAt }) => deletedAt === null,
		order: (a, b) => Number(a.completedAt !== null) - Number(b.completedAt !== null) || byDue(a, b),
	};
}

/** What finds tasks: title, notes and names of files are looked through. */
export function taskFinder(): Finder<Task> {
	return new Finder(({ title, notes, files }) => [title, notes, ...files.map(({ file }) => file.name)]);
}

/** Hand-made order; a task without a place comes last, by age. */
export function byPosition(a: Task, b: Task): number {
	if (a.position === b.position) return compare(a.id, b.id);
	if (a.position === null) return 1;
	if (b.position === null) return -1;
	return compare(a.position, b.position);
}

const RANK = { urgent: 0, high: 1, medium: 2, low: 3, none: 4 } as const;

/** By day, then timed before untimed, then the more urgent, then by hand. */
export function byDue(a: Task, b: Task): number {
	return (
		compare(a.dueDay ?? '9999', b.dueDay ?? '9999') ||
		compare(a.dueTime ?? '99', b.dueTime ?? '99') ||
		RANK[a.priority] - RANK[b.priority] ||
		byPosition(a, b)
	);
}

/** Whether its day, or today its time, has passed. */
export function isOverdue(task: Task, today: Day, time: string): boolean {
	if (task.completedAt !== null || task.dueDay === null) return false;
	return task.dueDay < today || (task.dueDay === today && task.dueTime !== null && task.dueTime < time);
}

/** One section of a list that is grouped by day. */
export interface DaySection {
	readonly day: Day;
	readonly tasks: readonly Task[];
}

/** Sections by day: the next `always` days even when empty, so that they can be filled; later ones only when they hold something. */
export function byDay(sorted: readonly Task[], from: Day, always: number): DaySection[] {
	const groups = new Map<Day, Task[]>();
	for (let ahead = 0; ahead < always; ahead++) groups.set(addDays(from, ahead), []);
	for (const task of sorted) {
		const group = groups.get(task.dueDay!);
		if (group) group.push(task);
		else groups.set(task.dueDay!, [task]);
	}
	return [...groups].toSorted(([a], [b]) => compare(a, b)).map(([day, tasks]) => ({ day, tasks }));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
