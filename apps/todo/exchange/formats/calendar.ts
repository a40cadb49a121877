import { BadCalendar, parseCalendar } from '@mana/dav/ical/index';
import type { ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import { readTodo } from '../../vtodo.ts';
import { bareTask, fitting, type FoundTask } from '../found-task.ts';

/** Letters that a calendar may have: it is read whole. */
const LONGEST = 100_000_000;

/** iCalendar (RFC 5545): the tasks in it, as Apple's Reminders, Nextcloud, Thunderbird and Outlook write them. @param zone on whose clocks times in UTC are shown */
export function calendar(zone: () => string): ImportFormat<FoundTask> {
	return {
		id: 'calendar',
		detect: ({ text }) => (/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text) ? 1 : 0),
		async *read(pieces) {
			let text = '';
			for await (const part of lettersOf(pieces))
				if ((text += part).length > LONGEST) throw new Error('This file is too big to be read at once.');
			for (const [line, one] of calendarsIn(text)) {
				try {
					const todos = parseCalendar(new TextEncoder().encode(one)).components.filter(({ name }) => name === 'VTODO');
					for (const todo of todos) {
						const { uid, parent, title, notes, done, completedAt, dueDay, dueTime, priority, tags, repeat } = readTodo(
							todo,
							zone(),
						);
						const said = { title, notes, done, completedAt, dueDay, dueTime, priority, tags };
						const item = fitting({ ...bareTask, ...said, key: uid, parent: parent ?? '', repeat: repeat ?? '' });
						yield item ? { line, item } : { line, reason: 'empty', text: notes.slice(0, 2_000) };
					}
				} catch (error) {
					if (!(error instanceof BadCalendar)) throw error;
					yield { line, reason: 'unreadable', text: one.slice(0, 2_000) };
				}
			}
		},
	};
}

/** Every calendar of a file, with the line that it begins in. */
function* calendarsIn(text: string): Generator<[line: number, calendar: string]> {
	let line = 1;
	for (const part of text.split(/(?<=^END:VCALENDAR[ \t]*\r?\n)/im)) {
		if (part.trim() !== '') yield [line, part];
		line += part.split('\n').length - 1;
	}
}
