import { tags } from '@mana/shared/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import type { ExportKind } from '@mana/ui/import/kind';
import { byProjectPosition } from '../actions.ts';
import { projects, tasks } from '../model.ts';
import type { FoundTask } from './found-task.ts';
import { foundTasks } from './found-tasks.ts';
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

/** The tasks of a choice. */
async function* foundIn(mana: Mana, choice: string): AsyncGenerator<FoundTask> {
	const rows = mana
		.query(tasks)
		.rows.filter(({ project, completedAt }) => choice === ALL || (choice === OPEN ? completedAt === null : project === choice));
	const tagNames = new Map(mana.query(tags).rows.map(({ id, name }) => [id as string, name]));
	yield* foundTasks(rows, mana.query(projects, { order: byProjectPosition }).rows, tagNames);
}
