import type { Day } from '@mana/time';
import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import { lettersOf, linesOf } from '@mana/ui/import/letters';
import type { TaskPriority } from '../../model.ts';
import { bareTask, fitting, type FoundTask, instantOf, momentOf } from '../found-task.ts';

/** From A on; letters behind D are low, which is as far as ours go. */
const LEVELS: readonly TaskPriority[] = ['urgent', 'high', 'medium', 'low'];
const DAY = String.raw`\d{4}-\d\d-\d\d`;
const HEAD = new RegExp(String.raw`^(x )?(?:\(([A-Z])\) )?(?:(${DAY}) )?(?:(${DAY}) )?(.*)$`, 'u');
const UNITS: Readonly<Record<string, string>> = { d: 'DAILY', w: 'WEEKLY', m: 'MONTHLY', y: 'YEARLY', b: 'DAILY' };

/** Todo.txt (todotxt.org), with the keys that its programs share: `due:`, `t:` for the start, `rec:`, `pri:` of what is done. */
export const todoTxt: ImportFormat<FoundTask> = {
	id: 'todo-txt',
	detect({ fileName, text }) {
		if (/(^|[/\\])(todo|done)[^/\\]*\.txt$/.test(fileName)) return 0.9;
		const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
		const marked = lines.filter((line) => /^x \d|^\([A-Z]\) |(^| )[+@]\S|(^| )(due|t|rec):\S/u.test(line));
		return fileName.endsWith('.txt') && lines.length > 0 ? 0.2 + (0.6 * marked.length) / lines.length : 0;
	},
	async *read(pieces) {
		for await (const { line, text } of linesOf(lettersOf(pieces))) {
			if (text.trim() === '') continue;
			const item = fitting(taskOf(text.replace(/^\uFEFF/, '').trim()));
			yield item ? { line, item } : { line, reason: 'empty', text: text.slice(0, 2_000) };
		}
	},
};

function taskOf(text: string): FoundTask {
	const [, x, letter, first, , rest = ''] = HEAD.exec(text) ?? [];
	const done = x !== undefined;
	const said = new Map<string, string>();
	const [tags, projects]: [string[], string[]] = [[], []];
	const words = rest.split(/ +/).filter((word) => {
		const [, key, value = ''] = /^([a-z]+):(\S+)$/.exec(word) ?? [];
		const known = key !== undefined && ['due', 't', 'rec', 'pri'].includes(key) && !said.has(key);
		if (known) said.set(key, value);
		else if (/^@[^\s@]/u.test(word)) tags.push(word.slice(1));
		else if (/^\+[^\s+]/u.test(word)) projects.push(word.slice(1));
		else return true;
		return false;
	});
	const level = letter ?? said.get('pri')?.toUpperCase();
	const due = momentOf(said.get('due') ?? '');
	return {
		...bareTask,
		title: words.join(' '),
		done,
		completedAt: done && first !== undefined ? instantOf(first) : null,
		priority: level === undefined ? 'none' : (LEVELS[level.charCodeAt(0) - 65] ?? 'low'),
		dueDay: due?.day ?? null,
		startDay: momentOf(said.get('t') ?? '')?.day ?? null,
		repeat: due ? ruleOf(said.get('rec') ?? '') : '',
		// Projects but the first are more like tags, of which ours has several.
		tags: [...tags, ...projects.slice(1)],
		project: (projects[0] ?? '').replaceAll('_', ' '),
	};
}

/** `2w` is every second week; a plus before it, from the due day, is what ours mean anyway. */
function ruleOf(text: string): string {
	const [, count, unit = ''] = /^\+?(\d{1,3})([dwmyb])$/.exec(text) ?? [];
	if (count === undefined || Number(count) === 0) return '';
	return `FREQ=${UNITS[unit]}${count === '1' ? '' : `;INTERVAL=${Number(count)}`}${unit === 'b' ? ';BYDAY=MO,TU,WE,TH,FR' : ''}`;
}

export const todoTxtExport: ExportFormat<FoundTask> = {
	id: 'todo-txt',
	ending: '.txt',
	type: 'text/plain',
	async *write(tasks) {
		for await (const task of tasks) yield `${lineOf(task)}\n`;
	},
};

function lineOf({ title, done, completedAt, priority, dueDay, startDay, repeat, tags, project }: FoundTask): string {
	const letter = priority === 'none' ? '' : String.fromCharCode(65 + LEVELS.indexOf(priority));
	const word = (text: string): string => text.trim().replaceAll(/\s+/g, '_');
	const rec = recOf(repeat);
	return [
		...(done ? ['x', ...(completedAt === null ? [] : [dayOf(completedAt)])] : letter === '' ? [] : [`(${letter})`]),
		title.replaceAll(/\s+/g, ' '),
		...(project === '' ? [] : [`+${word(project)}`]),
		...tags.map((tag) => `@${word(tag)}`),
		...(dueDay === null ? [] : [`due:${dueDay}`]),
		...(startDay === null ? [] : [`t:${startDay}`]),
		...(rec === '' ? [] : [`rec:${rec}`]),
		...(done && letter !== '' ? [`pri:${letter}`] : []),
	].join(' ');
}

/** Only simple rules have a word in Todo.txt. */
function recOf(rule: string): string {
	const [, freq = '', interval = '1'] = /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d+))?$/.exec(rule) ?? [];
	return freq === '' ? '' : `${interval}${freq[0]!.toLowerCase()}`;
}

function dayOf(at: number): Day {
	return new Date(at).toISOString().slice(0, 10);
}
