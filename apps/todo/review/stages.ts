import { addDays, type Day } from '@mana/time';
import { isOpen, type ListQuestion, unplanned, byDue, completed, upcoming } from '../lists.ts';
import type { Task } from '../model.ts';

/** What a review goes through: what was done, what slipped, what has no day, and what comes. */
export const STAGES = ['done', 'slipped', 'free', 'coming'] as const;
export type Stage = (typeof STAGES)[number];

/** A week is looked back on, and ahead to. */
export const WEEK = 7;

/** What a stage asks for. @param dayOf the day of a moment, in ms since 1970 */
export function questionOf(stage: Stage, today: Day, dayOf: (at: number) => Day): ListQuestion {
	const since = addDays(today, 1 - WEEK);
	const last = addDays(today, WEEK);
	switch (stage) {
		case 'done': {
			const { where, order } = completed();
			return { where: (task) => where(task) && dayOf(task.completedAt!) >= since, order };
		}
		case 'slipped':
			return { where: (task) => isOpen(task) && task.dueDay !== null && task.dueDay < today, order: byDue };
		case 'free':
			return unplanned(today);
		case 'coming': {
			const { where, order } = upcoming(today);
			return { where: (task) => where(task) && task.dueDay! <= last, order };
		}
	}
}

/**
 * Tasks one after another, as they stood when it began: what is decided about does not come again, and what somebody put here meanwhile waits for
 * the next review.
 */
export interface Walk {
	readonly ids: readonly Task['id'][];
	/** Which one it is at; the number of all when it is through. */
	readonly at: number;
}

export function begin(tasks: readonly Pick<Task, 'id'>[]): Walk {
	return { ids: tasks.map(({ id }) => id), at: 0 };
}

/**
 * The next one (`by` 1) or the one before (-1) that is still open to a decision; past the last one it is through, before the first it stays.
 *
 * @param waits whether a task still belongs to what is walked through
 */
export function walked({ ids, at }: Walk, by: 1 | -1, waits: (id: Task['id']) => boolean): Walk {
	for (let next = at + by; next >= 0 && next < ids.length; next += by) if (waits(ids[next]!)) return { ids, at: next };
	return { ids, at: by === 1 ? ids.length : at };
}
