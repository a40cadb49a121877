import { type AttachmentsDraft, type Draft, namedRecordId, type RecordId } from '@mana/model';
import type { Writer } from '@mana/sync/client/api';
import { addDays, type Day, daysBetween } from '@mana/time';
import { type Task, tasks } from './model.ts';
import type { Next } from './repeat.ts';

/** The id of the task that follows a task that comes again: one and the same on every device that completes it. */
export function nextIdOf(task: RecordId, round: number): RecordId {
	return namedRecordId(`todo/tasks/${task}/next/${round}`);
}

/** The id of a step of such a task. @param id of the task that follows @param step of the one before */
export function nextStepIdOf(id: RecordId, step: RecordId): RecordId {
	return namedRecordId(`todo/tasks/${id}/step/${step}`);
}

/** The task that was made of this one when it was completed, if it is still there. */
export function madeOf(tx: Pick<Writer, 'get'>, { id, rounds }: Pick<Task, 'id' | 'rounds'>): Task | undefined {
	const made = rounds === null ? undefined : tx.get(tasks, nextIdOf(id, rounds));
	return made?.deletedAt === null ? made : undefined;
}

/** What there is to write when a task that comes again was completed. */
export interface FollowUp {
	/** Of the task itself. */
	readonly rounds: number;
	/** The next one first, then its steps, unticked. */
	readonly made: readonly { readonly id: RecordId; readonly draft: Draft<typeof tasks> }[];
}

/** @param steps all that stand under the task, each behind what it stands under; those that go on by rules of their own left out (`goesAlong`) */
export function followUp(task: Task, steps: readonly Task[], next: Next): FollowUp {
	const rounds = (task.rounds ?? 0) + 1;
	const id = nextIdOf(task.id, rounds);
	const startDay = shifted(task.startDay, task.dueDay, next.day);
	return {
		rounds,
		made: [
			{ id, draft: { ...copyOf(task), ...dated(next), startDay } },
			...steps.map((step) => ({
				id: nextStepIdOf(id, step.id),
				draft: {
					...copyOf(step),
					...moved(step, task.dueDay, next.day),
					parent: step.parent === null || step.parent === task.id ? id : nextStepIdOf(id, step.parent),
				},
			})),
		],
	};
}

/** Whether a step goes along when its task comes again: not one of the past that was followed by one of its own. */
export function goesAlong({ deletedAt, completedAt, repeat }: Task): boolean {
	return deletedAt === null && (completedAt === null || repeat === null);
}

/** Makes the next one of a task that was completed, with its steps. Nothing when it is there already. */
export function makeNext(tx: Writer, task: Task, steps: readonly Task[], next: Next): void {
	if (madeOf(tx, task)) return;
	const { rounds, made } = followUp(task, steps, next);
	tx.update(tasks, task.id, { rounds });
	for (const { id, draft } of made) tx.create(tasks, draft, id);
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

/** All that another one like it takes along. Files are not stored again: it refers to the same ones. */
export function copyOf(task: Task): Draft<typeof tasks> {
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
