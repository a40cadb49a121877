import { z } from 'zod';
import { bareTask, type FoundTask, instantOf, momentOf } from '../found-task.ts';
import { jsonFormat, LEVELS } from './json.ts';

/** A day of the year one is Vikunja's “none”. */
const set = (text: string | null | undefined): string => (text && !text.startsWith('0001') ? text : '');

const related = z.looseObject({ id: z.number() });
const task = z.looseObject({
	id: z.number(),
	title: z.string(),
	description: z.string().nullish(),
	done: z.boolean().nullish(),
	done_at: z.string().nullish(),
	due_date: z.string().nullish(),
	start_date: z.string().nullish(),
	priority: z.number().nullish(),
	repeat_after: z.number().nullish(),
	labels: z.array(z.looseObject({ title: z.string() })).nullish(),
	related_tasks: z.record(z.string(), z.array(related).nullish()).nullish(),
});
const project = z.looseObject({ title: z.string(), tasks: z.array(task).nullish() });

/** `data.json` of Vikunja's export: projects with their tasks. */
export const vikunja = jsonFormat(
	'vikunja',
	/^\uFEFF?\s*\[\s*\{[\s\S]*?"(tasks|hex_color|related_tasks)"/,
	z.array(project),
	tasksIn,
);

function* tasksIn(projects: z.infer<typeof project>[]): Generator<FoundTask> {
	for (const { title: name, tasks } of projects)
		for (const one of tasks ?? []) {
			const due = momentOf(set(one.due_date));
			const days = Math.round((one.repeat_after ?? 0) / 86_400);
			yield {
				...bareTask,
				key: String(one.id),
				parent: String(one.related_tasks?.['parenttask']?.[0]?.id ?? ''),
				title: one.title,
				notes: plain(one.description ?? ''),
				done: one.done === true,
				completedAt: instantOf(set(one.done_at)),
				dueDay: due?.day ?? null,
				dueTime: due?.time === '00:00' ? null : (due?.time ?? null),
				startDay: momentOf(set(one.start_date))?.day ?? null,
				priority: LEVELS[one.priority ?? 0] ?? 'none',
				tags: (one.labels ?? []).map(({ title }) => title),
				project: name === 'Inbox' ? '' : name,
				repeat: due && days > 0 ? `FREQ=DAILY${days === 1 ? '' : `;INTERVAL=${days}`}` : '',
			};
		}
}

/** Descriptions are HTML; ours are plain words. */
function plain(html: string): string {
	return html
		.replaceAll(/<(br|\/p|\/li|\/h\d)[^>]*>/gi, '\n')
		.replaceAll(/<li[^>]*>/gi, '- ')
		.replaceAll(/<[^>]{0,500}>/g, '')
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&nbsp;', ' ')
		.replaceAll('&amp;', '&')
		.trim();
}
