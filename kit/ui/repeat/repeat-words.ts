import { capital, speakRepeat } from '@mana/time';
import { readableRule } from '@mana/time/recur/index';
import { m } from '../i18n/index.ts';

/** How something comes again, in the words of the interface. */
export function repeatWords(repeat: string | null, from: 'due' | 'completion', tag: string): string {
	if (repeat === null) return m.repeat_never();
	if (!readableRule(repeat)) return m.repeat_unreadable();
	const said = speakRepeat({ rule: repeat, from }, tag);
	return said === null ? m.repeat_own() : capital(said);
}
