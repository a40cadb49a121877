import { z } from 'zod';
import { bareTask, type FoundTask, instantOf } from '../found-task.ts';
import { jsonFormat } from './json.ts';

const task = z.looseObject({
	id: z.string().nullish(),
	parent: z.string().nullish(),
	title: z.string().nullish(),
	notes: z.string().nullish(),
	status: z.string().nullish(),
	due: z.string().nullish(),
	completed: z.string().nullish(),
});
const lists = z.looseObject({ items: z.array(z.looseObject({ title: z.string(), items: z.array(task).nullish() })) });

/** `Tasks.json` of Google Takeout: lists with their tasks. */
export const googleTasks = jsonFormat('google-tasks', /"kind"\s*:\s*"tasks#(taskLists|tasks)"/, lists, tasksIn);

function* tasksIn({ items }: z.infer<typeof lists>): Generator<FoundTask> {
	for (const [at, list] of items.entries())
		for (const one of list.items ?? [])
			yield {
				...bareTask,
				key: one.id ?? '',
				parent: one.parent ?? '',
				title: one.title ?? '',
				notes: one.notes ?? '',
				done: one.status === 'completed',
				completedAt: instantOf(one.completed ?? ''),
				// Google keeps the day alone, as midnight UTC.
				dueDay: /^\d{4}-\d\d-\d\d/.exec(one.due ?? '')?.[0] ?? null,
				// The first list is the one that everybody has.
				project: at === 0 ? '' : list.title,
			};
}
