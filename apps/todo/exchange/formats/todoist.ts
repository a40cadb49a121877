import type { Day } from '@mana/time';
import { readCsv } from '@mana/ui/import/csv';
import type { ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import type { TaskPriority } from '../../model.ts';
import { bareTask, datesIn, fitting, type FoundTask } from '../found-task.ts';

const LEVELS: Readonly<Record<string, TaskPriority>> = { '1': 'urgent', '2': 'high', '3': 'medium', '4': 'none' };

/** The template of a project that Todoist writes as CSV: one row a task, steps by their INDENT, notes in rows behind. @param today dates in words are reckoned from */
export function todoist(today: () => Day): ImportFormat<FoundTask> {
	return {
		id: 'todoist',
		detect: ({ text }) => (/^\uFEFF?"?TYPE"?[,;]"?CONTENT"?[,;]/i.test(text) ? 1 : 0),
		async *read(pieces) {
			let columns: readonly string[] | null = null;
			let held: { readonly line: number; item: FoundTask } | null = null;
			/** Keys of the last task of each indent. */
			const above: string[] = [];
			for await (const { line, cells } of readCsv(lettersOf(pieces))) {
				if (!columns) {
					columns = cells.map((one) => one.trim().toUpperCase());
					continue;
				}
				const known: readonly string[] = columns;
				const cell = (name: string): string => cells[known.indexOf(name)]?.trim() ?? '';
				const type = cell('TYPE').toLowerCase();
				if (type === 'note' && held) held.item = { ...held.item, notes: `${held.item.notes}\n\n${cell('CONTENT')}` };
				if (type !== 'task') continue;
				if (held) yield* told(held);
				const indent = Math.max(1, Number(cell('INDENT')) || 1);
				const key = String(line);
				above.length = indent;
				above[indent] = key;
				const labels = [...cell('CONTENT').matchAll(/(?:^| )@([\p{L}\p{N}_-]+)/gu)].map(([, name]) => name!);
				held = {
					line,
					item: {
						...bareTask,
						key,
						parent: above[indent - 1] ?? '',
						title: cell('CONTENT').replaceAll(/(^| )@[\p{L}\p{N}_-]+/gu, ''),
						notes: cell('DESCRIPTION'),
						priority: LEVELS[cell('PRIORITY')] ?? 'none',
						tags: labels,
						...datesIn(cell('DATE'), today()),
					},
				};
			}
			if (held) yield* told(held);
		},
	};
}

function* told({ line, item }: { readonly line: number; readonly item: FoundTask }) {
	const fits = fitting(item);
	yield fits ? { line, item: fits } : { line, reason: 'empty' as const, text: item.notes.slice(0, 2_000) };
}
