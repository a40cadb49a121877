import { addDays, dayAt } from '@mana/time';
import { BadRecurrence, parseRule } from '@mana/time/recur/index';
import { speakRule } from '@mana/time/speak-rule';
import { whenWords } from '../words.ts';

/** What calendar-server says of when something is. */
export interface Told {
	readonly from: number;
	readonly to: number;
	readonly wholeDay: boolean;
	readonly zone: string | null;
	readonly repeat?: string | null;
}

/** When it is on the reader's own clocks, in full: "Monday, 23 November 2026, 14:30–15:00, every week". */
export function toldWhen({ from, to, wholeDay, repeat }: Told, viewer: string, tag: string): string {
	// Days are the same everywhere.
	const clocks = wholeDay ? 'UTC' : viewer;
	const firstDay = dayAt(from, clocks);
	const lastDay = wholeDay ? addDays(dayAt(to, clocks), -1) : dayAt(to, clocks);
	const when = whenWords({ wholeDay, from, to, firstDay, lastDay: lastDay < firstDay ? firstDay : lastDay }, viewer, tag);
	const rule = ruleWords(repeat ?? null, tag);
	return rule === null ? when : `${when}, ${rule}`;
}

function ruleWords(repeat: string | null, tag: string): string | null {
	if (repeat === null || repeat.includes('\n')) return null;
	try {
		return speakRule(parseRule(repeat), tag);
	} catch (error) {
		if (error instanceof BadRecurrence) return null;
		throw error;
	}
}
