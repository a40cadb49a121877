import { addDays, type Day, nextWeekday } from '@mana/time';
import type { Draft } from '@mana/model';
import type { TaskPlace } from '../actions.ts';
import type { Task, tasks } from '../model.ts';
import type { Move } from './columns.ts';

/** The four parts of the grid that is told of Eisenhower: what is important, by what cannot wait. */
export const QUADRANTS = ['now', 'plan', 'quick', 'later'] as const;
export type Quadrant = (typeof QUADRANTS)[number];

const is: Readonly<Record<Quadrant, { readonly important: boolean; readonly urgent: boolean }>> = {
	now: { important: true, urgent: true },
	plan: { important: true, urgent: false },
	quick: { important: false, urgent: true },
	later: { important: false, urgent: false },
};

const isImportant = ({ priority }: Pick<Task, 'priority'>): boolean => priority === 'urgent' || priority === 'high';
/** It cannot wait beyond tomorrow. */
const isUrgent = ({ dueDay }: Pick<Task, 'dueDay'>, today: Day): boolean => dueDay !== null && dueDay <= addDays(today, 1);

/** Where a task stands. */
export function quadrantOf(task: Pick<Task, 'priority' | 'dueDay'>, today: Day): Quadrant {
	const [important, urgent] = [isImportant(task), isUrgent(task, today)];
	return QUADRANTS.find((one) => is[one].important === important && is[one].urgent === urgent)!;
}

/** What it means to put a task there: only what keeps it from standing there is changed. `null`: it stands there. */
export function moveToQuadrant(to: Quadrant, task: Pick<Task, 'priority' | 'dueDay'>, today: Day): Move | null {
	const wanted = is[to];
	const draft: Draft<typeof tasks> = {
		...(wanted.important !== isImportant(task) && { priority: wanted.important ? 'high' : 'low' }),
		...(wanted.urgent !== isUrgent(task, today) && { dueDay: wanted.urgent ? today : nextWeekday(addDays(today, 1), 0) }),
	};
	return Object.keys(draft).length === 0 ? null : { kind: 'change', draft, reopen: false };
}

/** What a task that is written there is like. */
export function placeInQuadrant(quadrant: Quadrant, today: Day): TaskPlace {
	const { important, urgent } = is[quadrant];
	return { ...(important && { priority: 'high' }), ...(urgent && { day: today }) };
}
