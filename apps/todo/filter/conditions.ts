import { fold } from '@mana/model';
import type { Named } from '@mana/shared/people';
import type { FilterKey } from '@mana/shared/filter';
import type { Tag } from '@mana/shared/model';
import { type Day, priorities } from '@mana/time';
import { isOverdue } from '../lists.ts';
import { type Project, STATUSES, type Task } from '../model.ts';
import { linesOf, subtreeOf } from '../project-tree.ts';
import { DAY_VALUES, dayTest } from '@mana/shared/days';

/** What a filter is seen from. */
export interface FilterWorld {
	readonly today: Day;
	/** `HH:MM` on the clocks where one is. */
	readonly time: string;
	/** The day of a moment, in ms since 1970, on the clocks where one is. */
	dayOf(at: number): Day;
	readonly tags: readonly Tag[];
	readonly projects: readonly Project[];
	/** Who is in the space. */
	readonly people: readonly Named[];
	/** The id of who looks; '' for a guest. */
	readonly me: string;
	/** Ids of tasks that wait for another one. */
	readonly blocked: ReadonlySet<string>;
	/** Ids of tasks that have steps. */
	readonly parents: ReadonlySet<string>;
}

export type TaskTest = (task: Task) => boolean;

type Key = FilterKey<Task, FilterWorld>;

const flags: Readonly<Record<string, (world: FilterWorld) => TaskTest>> = {
	done: () => (task) => task.completedAt !== null,
	open: () => (task) => task.completedAt === null,
	overdue:
		({ today, time }) =>
		(task) =>
			isOverdue(task, today, time),
	repeating: () => (task) => task.repeat !== null,
	blocked:
		({ blocked }) =>
		(task) =>
			blocked.has(task.id),
	step: () => (task) => task.parent !== null,
	later:
		({ today }) =>
		(task) =>
			task.startDay !== null && task.startDay > today,
};

const parts: Readonly<Record<string, (task: Task, world: FilterWorld) => boolean>> = {
	notes: ({ notes }) => notes.trim() !== '',
	files: ({ files }) => files.length > 0,
	steps: ({ id }, { parents }) => parents.has(id),
	time: ({ dueTime }) => dueTime !== null,
	reminder: ({ reminders }) => reminders.size > 0,
	estimate: ({ estimate }) => estimate !== null,
	tag: ({ tags }) => tags.size > 0,
	person: ({ assignees }) => assignees.size > 0,
};

/** From none to urgent. */
const LEVELS = ['none', ...priorities.toSorted((a, b) => rankOf(a) - rankOf(b))];
const LEVEL_WORDS: Readonly<Record<string, string>> = {
	p1: 'urgent', p2: 'high', p3: 'medium', p4: 'low', dringend: 'urgent', hoch: 'high', mittel: 'medium', niedrig: 'low', keine: 'none',
}; // prettier-ignore

function rankOf(priority: string): number {
	return ['none', 'low', 'medium', 'high', 'urgent'].indexOf(priority);
}

const day = (read: (task: Task, world: FilterWorld) => Day | null): Key => ({
	test(value, world) {
		const test = dayTest(value, world.today);
		return test && ((task) => test(read(task, world)));
	},
	values: () => DAY_VALUES,
});

const named = <R extends { readonly id: string; readonly name: string }>(
	rows: readonly R[],
	name: string,
): ReadonlySet<R['id']> => new Set(rows.filter((row) => fold(row.name) === fold(name)).map(({ id }) => id));

const peopleNamed = ({ people, me }: FilterWorld, name: string): ReadonlySet<string> =>
	['me', 'ich'].includes(fold(name))
		? new Set([me])
		: new Set(
				people
					.filter((one) => fold(one.name) === fold(name) || fold(one.name.split(' ')[0] ?? '') === fold(name))
					.map(({ person }) => person),
			);

const none = (value: string): boolean => ['none', 'keine', 'keiner', 'niemand'].includes(fold(value));
const meets = (ids: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean => [...wanted].some((id) => ids.has(id));

const tag: Key = {
	test(value, { tags }) {
		if (none(value)) return (task) => task.tags.size === 0;
		const wanted = named(tags, value);
		return wanted.size === 0 ? null : (task) => meets(task.tags, wanted);
	},
	values: ({ tags }) => tags.map(({ name }) => name),
};

/** A project is meant with those that stand under it. */
const project: Key = {
	test(value, { projects }) {
		if (none(value) || ['inbox', 'eingang'].includes(fold(value))) return (task) => task.project === null;
		const lines = linesOf(projects);
		const wanted = new Set([...named(projects, value)].flatMap((id) => subtreeOf(lines, id).map(({ row }) => row.id)));
		return wanted.size === 0 ? null : (task) => task.project !== null && wanted.has(task.project);
	},
	values: ({ projects }) => ['inbox', ...projects.map(({ name }) => name)],
};

const person: Key = {
	test(value, world) {
		if (none(value)) return (task) => task.assignees.size === 0;
		const wanted = peopleNamed(world, value);
		return wanted.size === 0 ? null : (task) => meets(task.assignees, wanted);
	},
	values: ({ people }) => ['me', 'none', ...people.map(({ name }) => name)],
};

/** Every key. `#` is a tag, `@` a project or a person, '' a word. */
export const keys: Readonly<Record<string, Key>> = {
	'': {
		test(value, world) {
			const flag = ['done', 'open', 'overdue'].includes(value.toLowerCase()) ? flags[value.toLowerCase()] : undefined;
			return flag ? flag(world) : textTest(value);
		},
		values: () => ['done', 'open', 'overdue'],
	},
	'#': tag,
	'@': {
		test(value, world) {
			const [at, of] = [project.test(value, world), person.test(value, world)];
			return at && of ? (task) => at(task) || of(task) : (at ?? of);
		},
		values: (world) => [...new Set([...project.values(world).slice(1), ...person.values(world)])],
	},
	text: { test: textTest, values: () => [] },
	due: day(({ dueDay }) => dueDay),
	start: day(({ startDay }) => startDay),
	done: day(({ completedAt }, { dayOf }) => (completedAt === null ? null : dayOf(completedAt))),
	created: day(({ createdAt }, { dayOf }) => (createdAt === null ? null : dayOf(createdAt))),
	priority: {
		test(value) {
			const [, sign = '', word = ''] = /^(<=|>=|<|>)?(.*)$/.exec(value.toLowerCase()) ?? [];
			const level = rankOf(LEVEL_WORDS[word] ?? word);
			if (level < 0) return null;
			return ({ priority }) => compared(rankOf(priority), sign, level);
		},
		values: () => [...LEVELS.toReversed(), '>=high'],
	},
	status: {
		test(value) {
			const asked = value.toLowerCase();
			if (asked === 'done') return (task) => task.completedAt !== null;
			const status = STATUSES.find((one) => one === asked);
			return status ? (task) => task.completedAt === null && task.status === status : null;
		},
		values: () => [...STATUSES, 'done'],
	},
	estimate: {
		test(value) {
			if (none(value)) return ({ estimate }) => estimate === null;
			const [, sign = '', digits] = /^(<=|>=|<|>)?(\d{1,5})$/.exec(value) ?? [];
			return digits === undefined ? null : ({ estimate }) => estimate !== null && compared(estimate, sign, Number(digits));
		},
		values: () => ['<=15', '<=60', '>60', 'none'],
	},
	tag,
	project,
	person,
	is: { test: (value, world) => flags[value.toLowerCase()]?.(world) ?? null, values: () => Object.keys(flags) },
	has: {
		test(value, world) {
			const part = parts[value.toLowerCase()];
			return part ? (task) => part(task, world) : null;
		},
		values: () => Object.keys(parts),
	},
};

/** What people who speak German may write. */
export const ALIASES: Readonly<Record<string, string>> = {
	fällig: 'due', beginn: 'start', erledigt: 'done', erstellt: 'created', prio: 'priority', p: 'priority', priorität: 'priority',
	projekt: 'project', wer: 'person', ist: 'is', hat: 'has', dauer: 'estimate', titel: 'text',
}; // prettier-ignore

/** Whether a condition says something about what is done. Without one, what is done is not meant. */
export function saysDone(key: string, value: string): boolean {
	const name = ALIASES[key] ?? key;
	return name === 'done' || (['', 'is', 'status'].includes(name) && ['done', 'open'].includes(value.toLowerCase()));
}

/** Whether it asks for steps, which are else left to their tasks. */
export function saysSteps(key: string, value: string): boolean {
	return (ALIASES[key] ?? key) === 'is' && value.toLowerCase() === 'step';
}

function textTest(value: string): TaskTest {
	const wanted = fold(value);
	return ({ title, notes, files }) =>
		fold(title).includes(wanted) || fold(notes).includes(wanted) || files.some(({ file }) => fold(file.name).includes(wanted));
}

function compared(value: number, sign: string, other: number): boolean {
	if (sign === '') return value === other;
	return sign.startsWith('<')
		? value < other || (sign === '<=' && value === other)
		: value > other || (sign === '>=' && value === other);
}
