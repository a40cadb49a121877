import { capital } from './words.ts';
import { speakRepeat } from '@mana/time';
import { m } from '@mana/ui/i18n';
import type { Task } from './model.ts';
import { ruleOf } from './repeat.ts';

/** How a task comes again, in the words of the interface. */
export function repeatWords(
	{ repeat, repeatFrom = 'due' }: Pick<Task, 'repeat'> & Partial<Pick<Task, 'repeatFrom'>>,
	tag: string,
): string {
	if (repeat === null) return m.todo_repeat_never();
	if (!ruleOf({ repeat })) return m.todo_repeat_unreadable();
	const said = speakRepeat({ rule: repeat, from: repeatFrom }, tag);
	return said === null ? m.todo_repeat_own() : capital(said);
}
