import { writeCsvRow } from '@mana/model/csv';
import type { ExportFormat } from '@mana/ui/import/format';
import type { FoundTask } from '../found-task.ts';

/** Lists of tasks in Markdown (GitHub's), a heading a project, steps under their tasks. */
export const markdownExport: ExportFormat<FoundTask> = {
	id: 'markdown',
	ending: '.md',
	type: 'text/markdown',
	async *write(tasks) {
		let project: string | null = null;
		/** How deep what was written stands, by its key. */
		const depths = new Map<string, number>();
		for await (const task of tasks) {
			if (task.parent === '' && task.project !== project) {
				if (task.project !== '' || project !== null) yield `${project === null ? '' : '\n'}## ${task.project || 'Inbox'}\n\n`;
				project = task.project;
			}
			const depth = task.parent === '' ? 0 : (depths.get(task.parent) ?? 0) + 1;
			depths.set(task.key, depth);
			const indent = '  '.repeat(depth);
			const more = [
				...(task.dueDay === null ? [] : [`📅 ${task.dueDay}${task.dueTime === null ? '' : ` ${task.dueTime}`}`]),
				...(task.priority === 'none' ? [] : [`!${task.priority}`]),
				...task.tags.map((tag) => `#${tag.replaceAll(/\s+/g, '-')}`),
			];
			yield `${indent}- [${task.done ? 'x' : ' '}] ${[task.title.replaceAll(/\s+/g, ' '), ...more].join(' ')}\n`;
			if (task.notes !== '') yield `${task.notes.trim().split('\n').map((line) => `${indent}  ${line}`.trimEnd()).join('\n')}\n`; // prettier-ignore
		}
	},
};

const COLUMNS = [
	['title', ({ title }) => title],
	['notes', ({ notes }) => notes],
	['project', ({ project }) => project],
	['done', ({ done }) => (done ? 'yes' : '')],
	['completed', ({ completedAt }) => (completedAt === null ? '' : new Date(completedAt).toISOString())],
	['due', ({ dueDay }) => dueDay ?? ''],
	['time', ({ dueTime }) => dueTime ?? ''],
	['start', ({ startDay }) => startDay ?? ''],
	['priority', ({ priority }) => (priority === 'none' ? '' : priority)],
	['tags', ({ tags }) => tags.join(', ')],
	['repeat', ({ repeat }) => repeat],
	['id', ({ key }) => key],
	['parent', ({ parent }) => parent],
] as const satisfies readonly (readonly [string, (task: FoundTask) => string])[];

/** A table (RFC 4180), for spreadsheets. */
export const csvExport: ExportFormat<FoundTask> = {
	id: 'csv',
	ending: '.csv',
	type: 'text/csv',
	async *write(tasks) {
		yield writeCsvRow(COLUMNS.map(([name]) => name));
		for await (const task of tasks) yield writeCsvRow(COLUMNS.map(([, read]) => read(task)));
	},
};

/** One object a task, with all that is known. */
export const jsonExport: ExportFormat<FoundTask> = {
	id: 'json',
	ending: '.json',
	type: 'application/json',
	async *write(tasks) {
		let between = '[\n';
		for await (const task of tasks) {
			yield between + JSON.stringify(task);
			between = ',\n';
		}
		yield between === '[\n' ? '[]\n' : '\n]\n';
	},
};
