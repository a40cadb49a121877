import type { RecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import type { ExportKind } from '@mana/ui/import/kind';
import { byProjectPosition } from '../actions.ts';
import { byPosition } from '../lists.ts';
import { projects, type Task, tasks } from '../model.ts';
import { bareTask, type FoundTask } from './found-task.ts';
import { exportFormats } from './formats/index.ts';
import { exportHint, formatWords } from './words.ts';

const [ALL, OPEN] = ['all', 'open'];

/** Taking tasks along as files: all, what is open, or a project. */
export const todoExport: ExportKind<FoundTask> = {
	formats: exportFormats,
	fileName: () => m.todo_name().toLowerCase(),
	words: {
		title: () => m.todo_export(),
		purpose: () => m.todo_exchange_export_purpose(),
		format: formatWords,
		hint: exportHint,
		count: (count) => m.todo_tasks({ count }),
	},
	choices(mana) {
		const rows = mana.query(tasks).rows;
		return [
			{ id: ALL!, name: m.todo_exchange_all(), count: rows.length },
			{ id: OPEN!, name: m.todo_exchange_open(), count: rows.filter(({ completedAt }) => completedAt === null).length },
			...mana
				.query(projects, { order: byProjectPosition })
				.rows.map(({ id, name }) => ({ id, name, count: rows.filter(({ project }) => project === id).length })),
		];
	},
	items: (mana, choice) => foundIn(mana, choice),
};

/** Tasks by their projects, each with its steps behind it. */
export async function* foundIn(mana: Mana, choice: string): AsyncGenerator<FoundTask> {
	const rows = mana
		.query(tasks, { order: byPosition })
		.rows.filter(({ project, completedAt }) => choice === ALL || (choice === OPEN ? completedAt === null : project === choice));
	const order = [null, ...mana.query(projects, { order: byProjectPosition }).rows.map(({ id }) => id)];
	const ids = new Set(rows.map(({ id }) => id));
	const tops = Map.groupBy(
		rows.filter(({ parent }) => parent === null || !ids.has(parent)),
		({ project }) => (order.includes(project) ? project : null),
	);
	const steps = Map.groupBy(rows, ({ parent }) => parent);
	const names = namesOf(mana);
	for (const project of order)
		for (const top of tops.get(project) ?? []) {
			yield found(top, names);
			for (const step of steps.get(top.id) ?? []) yield { ...found(step, names), parent: top.id };
		}
}

interface Names {
	readonly projects: ReadonlyMap<RecordId, string>;
	readonly tags: ReadonlyMap<string, string>;
}

function namesOf(mana: Mana): Names {
	return {
		projects: new Map(mana.query(projects).rows.map(({ id, name }) => [id, name])),
		tags: new Map(mana.query(tags).rows.map(({ id, name }) => [id as string, name])),
	};
}

function found(task: Task, names: Names): FoundTask {
	const { id, title, notes, completedAt, dueDay, dueTime, startDay, priority, project, repeat } = task;
	return {
		...bareTask,
		key: id,
		title,
		notes,
		completedAt,
		dueDay,
		dueTime,
		startDay,
		priority,
		done: completedAt !== null,
		tags: [...task.tags].flatMap((tag) => names.tags.get(tag) ?? []).toSorted(),
		project: project === null ? '' : (names.projects.get(project) ?? ''),
		repeat: repeat ?? '',
	};
}
