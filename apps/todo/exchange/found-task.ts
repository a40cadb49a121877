import { addDays, type Day, packsFor, quickAdd } from '@mana/time';
import type { TaskPriority } from '../model.ts';

/** A task as a file has it. */
export interface FoundTask {
	/** By which others of the file say that they are steps of it; '' where it has none. */
	readonly key: string;
	/** The key of the task that it is a step of; '' of what stands by itself. */
	readonly parent: string;
	readonly title: string;
	readonly notes: string;
	readonly done: boolean;
	/** ms since 1970; `null` where the file does not say. */
	readonly completedAt: number | null;
	readonly dueDay: Day | null;
	/** `HH:MM`; only beside a day. */
	readonly dueTime: string | null;
	readonly startDay: Day | null;
	readonly priority: TaskPriority;
	readonly tags: readonly string[];
	/** What its project is called; '' is the inbox. */
	readonly project: string;
	/** RRULE (RFC 5545) without its name; '' where it does not come again. */
	readonly repeat: string;
}

/** A task of which nothing is known but its title. */
export const bareTask: FoundTask = {
	key: '',
	parent: '',
	title: '',
	notes: '',
	done: false,
	completedAt: null,
	dueDay: null,
	dueTime: null,
	startDay: null,
	priority: 'none',
	tags: [],
	project: '',
	repeat: '',
};

/** Longest texts of a task's fields; see `model.ts`. */
const longest = { title: 500, notes: 20_000, name: 60 } as const;

/** What was found, so that it fits; `null` where it has no title. What does not fit a title goes on in the notes. */
export function fitting(found: FoundTask): FoundTask | null {
	const title = found.title.trim().toWellFormed();
	if (title === '') return null;
	const rest = title.slice(longest.title);
	const notes = [...(rest === '' ? [] : [`…${rest}`]), found.notes.trim()].filter(Boolean).join('\n\n');
	const name = (text: string): string => text.trim().toWellFormed().slice(0, longest.name);
	return {
		...found,
		title: title.slice(0, longest.title),
		notes: notes.toWellFormed().slice(0, longest.notes),
		dueTime: found.dueDay === null ? null : found.dueTime,
		tags: [...new Set(found.tags.map(name).filter(Boolean))].slice(0, 50),
		project: found.project.trim().toWellFormed().slice(0, 120),
	};
}

/** A day and a time as programs write them: `2026-11-30`, `2026-11-30T09:00:00`, with `Z` or an offset on the clocks of this machine. */
export function momentOf(text: string): { readonly day: Day; readonly time: string | null } | null {
	const [, day, time, zone] =
		/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text.trim()) ?? [];
	if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`)) || addDays(day, 0) !== day) return null;
	if (time === undefined) return { day, time: null };
	if (zone === undefined) return { day, time };
	const at = new Date(
		text
			.trim()
			.replace(' ', 'T')
			.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'),
	);
	if (Number.isNaN(at.getTime())) return null;
	const two = (number: number): string => String(number).padStart(2, '0');
	return {
		day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
		time: `${two(at.getHours())}:${two(at.getMinutes())}`,
	};
}

/** An instant in ms since 1970, from a day or a moment; `null` for what is none. */
export function instantOf(text: string): number | null {
	const at = Date.parse(text.trim().replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
	return text.trim() === '' || Number.isNaN(at) ? null : at;
}

/** What a typed date says: “every monday 9:00”, “30 Nov”. @param today from which it is reckoned */
export function datesIn(text: string, today: Day): Pick<FoundTask, 'dueDay' | 'dueTime' | 'repeat'> {
	const exact = momentOf(text);
	if (exact) return { dueDay: exact.day, dueTime: exact.time, repeat: '' };
	const said = quickAdd(`x ${text}`, { today, time: '00:00', packs: packsFor('en'), projects: [] });
	return { dueDay: said.day, dueTime: said.day === null ? null : said.time, repeat: said.repeat?.rule ?? '' };
}
