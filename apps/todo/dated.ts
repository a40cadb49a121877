import { mapped } from '@mana/ui/data/mapped';
import type { Dated } from '@mana/ui/shell/manifest';
import { byDue } from './lists.ts';
import { tasks } from './model.ts';
import { titleOf } from './words.ts';

/** Tasks on the days on which they are due, done and open. */
export const dated: Dated = (mana, from, to) =>
	mapped(
		mana.query(tasks, {
			where: ({ deletedAt, parent, dueDay }) =>
				deletedAt === null && parent === null && dueDay !== null && dueDay >= from && dueDay <= to,
			order: byDue,
		}),
		(task) => ({
			id: task.id,
			title: titleOf(task),
			day: task.dueDay!,
			time: task.dueTime,
			done: task.completedAt !== null,
			href: `/todo/upcoming?task=${task.id}`,
		}),
	);
