import { settle } from '@mana/ui/data/mana.svelte';
import { mapped } from '@mana/ui/data/mapped';
import { loadWords, m } from '@mana/ui/i18n';
import type { Wanting, WantsTime } from '@mana/ui/shell/kept-time';
import { actionsIn } from './finish.ts';
import { byDue, isOpen } from './lists.ts';
import { type Task, tasks } from './model.ts';
import { titleOf } from './words.ts';

/** Tasks, for whoever keeps time for them. */
export const wantsTime: WantsTime = {
	collection: tasks.number,
	waiting: (mana, today) =>
		mapped(
			mana.query(tasks, {
				where: (task) => isOpen(task) && task.status !== 'waiting' && (task.startDay ?? today) <= today,
				order: byDue,
			}),
			wanting,
		),
	standing: (mana, ids) =>
		mapped(mana.query(tasks, { where: ({ id, deletedAt }) => ids.has(id) && deletedAt === null }), wanting),
	async toggle(mana, id, timeZone) {
		// On a page of another app they are not here yet, and undo needs a name.
		await loadWords(['todo']);
		const task = mana.get(tasks, id);
		if (task?.deletedAt !== null) return;
		const actions = actionsIn(mana, timeZone);
		const said = task.completedAt === null ? m.todo_done_completed({ count: 1 }) : m.todo_done_reopened({ count: 1 });
		settle(task.completedAt === null ? actions.complete(said, [id]) : actions.reopen(said, [id]), said);
	},
};

function wanting(task: Task): Wanting {
	const { id, estimate, dueDay, completedAt } = task;
	const href = `/todo?task=${id}`;
	return { id, title: titleOf(task), minutes: estimate, day: dueDay, done: completedAt !== null, href };
}
