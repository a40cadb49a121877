import { type AttachmentsDraft, type Draft, namedRecordId, type RecordId } from '@mana/model';
import type { Writer } from '@mana/sync/client/api';
import { addDays, type Day, daysBetween } from '@mana/time';
import { type Task, tasks } from './model.ts';
import type { Next } from './repeat.ts';

/** The id of the task that follows a task that comes again: one and the same on every device that completes it. */
export function nextIdOf(task: RecordId, round: number): RecordId {
	return namedRecordId(`todo/tasks/${task}/next/${round}`);
}

/** The task that was made of this one when it was completed, if it is still there. */
export function madeOf(tx: Pick<Writer, 'get'>, { id, rounds }: Pick<Task, 'id' | 'rounds'>): Task | undefined {
	const made = rounds === null ? undefined : tx.get(tasks, nextIdOf(id, rounds));
	return made?.deletedAt === null ? made : undefined;
}

/**
 * Makes the next one of a task that was completed, with its steps, unticked. Nothing when it is there already.
 *
 * @param steps of the task, those that go on by rules of their own left out
 */
export function makeNext(tx: Writer, task: Task, steps: readonly Task[], next: Next): void {
	if (madeOf(tx, task)) return;
	const rounds = (task.rounds ?? 0) + 1;
	const id = nextIdOf(task.id, rounds);
	tx.update(tasks, task.id, { rounds });
	tx.create(tasks, { ...copyOf(task), ...dated(next), startDay: shifted(task.startDay, task.dueDay, next.day) }, id);
	for (const step of steps)
		tx.create(
			tasks,
			{ ...copyOf(step), ...moved(step, task.dueDay, next.day), parent: id },
			namedRecordId(`todo/tasks/${id}/step/${step.id}`),
		);
}

/** Puts a task and its steps on to its next time, undone, without completing it. */
export function skipTo(tx: Writer, task: Task, steps: readonly Task[], next: Next): void {
	tx.update(tasks, task.id, { ...dated(next), startDay: shifted(task.startDay, task.dueDay, next.day) });
	for (const step of steps) tx.update(tasks, step.id, { ...moved(step, task.dueDay, next.day), completedAt: null });
}

function dated({ day, time, repeat }: Next): Draft<typeof tasks> {
	return { dueDay: day, dueTime: time, repeat, occurrence: day };
}

/** A step with a day of its own keeps its distance from the task. */
function moved({ dueDay, startDay, occurrence }: Task, from: Day | null, to: Day): Draft<typeof tasks> {
	if (dueDay === null || from === null) return {};
	return { dueDay: shifted(dueDay, from, to), startDay: shifted(startDay, from, to), occurrence: shifted(occurrence, from, to) };
}

function shifted(day: Day | null, from: Day | null, to: Day): Day | null {
	return day === null || from === null ? day : addDays(day, daysBetween(from, to));
}

/** All that the next one takes along. Files are not stored again: it refers to the same ones. */
function copyOf(task: Task): Draft<typeof tasks> {
	const { title, notes, dueDay, dueTime, startDay, priority, tags, project, parent, position, repeat, repeatFrom, occurrence } =
		task;
	const { estimate, assignees, reminders } = task;
	const files: AttachmentsDraft = Object.fromEntries(
		task.files.map(({ id, file, by, position }) => [id, { file, by, ...(position !== null && { position }) }]),
	);
	const columns = Object.fromEntries(task.columns);
	return {
		title,
		notes,
		dueDay,
		dueTime,
		startDay,
		priority,
		tags,
		project,
		parent,
		position,
		files,
		repeat,
		repeatFrom,
		occurrence,
		estimate,
		assignees,
		reminders,
		columns,
	};
}
