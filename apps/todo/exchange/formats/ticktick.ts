import { readCsv } from '@mana/ui/import/csv';
import type { ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import type { TaskPriority } from '../../model.ts';
import { bareTask, fitting, type FoundTask, instantOf, momentOf } from '../found-task.ts';

const LEVELS: Readonly<Record<string, TaskPriority>> = { '5': 'high', '3': 'medium', '1': 'low' };

/** The backup of TickTick: a few lines about itself, then a table. */
export const tickTick: ImportFormat<FoundTask> = {
	id: 'ticktick',
	detect: ({ text }) => (/"?List Name"?[,;]"?Title"?[,;]/i.test(text) && /Is Check list|taskId/i.test(text) ? 1 : 0),
	async *read(pieces) {
		let columns: readonly string[] | null = null;
		for await (const { line, cells } of readCsv(lettersOf(pieces), ',')) {
			if (!columns) {
				if (cells.some((one) => one.trim() === 'List Name')) columns = cells.map((one) => one.trim());
				continue;
			}
			const known: readonly string[] = columns;
			const cell = (name: string): string => cells[known.indexOf(name)]?.trim() ?? '';
			const whole = cell('Is All Day').toLowerCase() === 'true';
			const due = momentOf(cell('Due Date') || cell('Start Date'));
			const list = cell('List Name');
			const item = fitting({
				...bareTask,
				key: cell('taskId'),
				parent: cell('parentId'),
				title: cell('Title'),
				// A check list stands in the text, its marks as letters.
				notes: cell('Content').replaceAll('▫', '\n- ').replaceAll('▪', '\n- ✓ ').replaceAll('\r', '\n').trim(),
				done: cell('Status') !== '0' && cell('Status') !== '',
				completedAt: instantOf(cell('Completed Time')),
				priority: LEVELS[cell('Priority')] ?? 'none',
				dueDay: due?.day ?? null,
				dueTime: whole ? null : (due?.time ?? null),
				tags: cell('Tags').split(/, */),
				project: list === 'Inbox' || list === 'Eingang' ? '' : list,
				repeat: due ? cell('Repeat').replace(/^RRULE:/, '') : '',
			});
			yield item ? { line, item } : { line, reason: 'empty', text: cells.join(', ').slice(0, 2_000) };
		}
	},
};
