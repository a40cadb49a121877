import type { Found, ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import { z } from 'zod';
import type { TaskPriority } from '../../model.ts';
import { fitting, type FoundTask } from '../found-task.ts';

/** Letters that a file of JSON may have: it is read whole. */
const LONGEST = 200_000_000;

/** A kind of file in JSON. @param tasksOf what stands in it; `null` where a task makes no sense */
export function jsonFormat<S extends z.ZodType>(
	id: string,
	looks: RegExp,
	schema: S,
	tasksOf: (file: z.infer<S>) => Iterable<FoundTask>,
): ImportFormat<FoundTask> {
	return {
		id,
		detect: ({ text }) => (looks.test(text) ? 1 : 0),
		async *read(pieces) {
			let text = '';
			for await (const part of lettersOf(pieces))
				if ((text += part).length > LONGEST) throw new Error('This file is too big to be read at once.');
			const file = schema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
			let at = 0;
			for (const found of tasksOf(file)) yield told(found, ++at);
		},
	};
}

function told(found: FoundTask, line: number): Found<FoundTask> {
	const item = fitting(found);
	return item ? { line, item } : { line, reason: 'empty', text: found.notes.slice(0, 2_000) };
}

/** From 0 on, as Vikunja counts: unset, low, medium, high, urgent, do now. */
export const LEVELS: readonly TaskPriority[] = ['none', 'low', 'medium', 'high', 'urgent', 'urgent'];
