import type { Draft } from '@mana/model';
import { isRecordId, type RecordId } from '@mana/model';
import type { OwnColumn } from '@mana/shared/views';
import { addDays, type Day, nextWeekday } from '@mana/time';
import { STATUSES, type Task, type TaskPriority, tasks, type TaskStatus } from '../model.ts';
import type { TaskPlace } from '../actions.ts';
import type { FilterWorld } from '../filter/conditions.ts';

/** What a board has columns of. */
export const GROUPINGS = ['status', 'priority', 'due', 'project', 'tag', 'person', 'own'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The grouping of a word that was stored; an unknown one is the first. */
export function groupingOf(word: string): Grouping {
	return GROUPINGS.find((one) => one === word) ?? 'status';
}

/** What a board is seen from. */
export interface BoardWorld extends Pick<FilterWorld, 'today' | 'tags' | 'projects' | 'people'> {
	/** Of the view that is shown; `null` for one that nobody keeps. */
	readonly view: RecordId | null;
	readonly own: readonly OwnColumn[];
}

/** A column with what stands in it, in the order of the board. `key` is an id, or a word. */
export interface Column {
	readonly key: string;
	readonly tasks: readonly Task[];
	/** Whether something may be put here. */
	readonly open: boolean;
}

/** What putting a task into a column means. */
export type Move =
	| { readonly kind: 'complete' }
	| { readonly kind: 'file'; readonly project: RecordId | null }
	| { readonly kind: 'change'; readonly draft: Draft<typeof tasks>; readonly reopen: boolean };

/** For what has no tag, no person, no day, no column. */
export const NONE = 'none';
const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'none'] as const satisfies readonly TaskPriority[];
const DAYS = ['overdue', 'today', 'tomorrow', 'week', 'later', NONE] as const;

interface Kind {
	/** Keys of the columns, in their order; `used` are the tasks on the board. */
	keys(world: BoardWorld, used: readonly Task[]): readonly string[];
	/** Where a task stands: of tags and people in several. */
	stands(task: Task, world: BoardWorld): readonly string[];
	/** `null`: nothing can be put there. */
	move(to: string, from: string, task: Task, world: BoardWorld): Move | null;
	/** Where what is written in the column goes. */
	place(key: string, world: BoardWorld): TaskPlace;
}

const change = (draft: Draft<typeof tasks>, reopen = false): Move => ({ kind: 'change', draft, reopen });
const idOf = (key: string): RecordId | null => (isRecordId(key) ? key : null);

/** Several of a set, each a column of its own: what one is taken out of is taken away, what one is put into is added. */
function ofSet(field: 'tags' | 'assignees', rows: (world: BoardWorld) => readonly string[]): Kind {
	return {
		keys: (world, used) => {
			const worn = new Set(used.flatMap((task) => [...task[field]]));
			return [...rows(world).filter((id) => worn.has(id) || field === 'assignees'), NONE];
		},
		stands(task, world) {
			const known = rows(world).filter((id) => task[field].has(id));
			return known.length > 0 ? known : [NONE];
		},
		move: (to, from, task) =>
			change({
				[field]: to === NONE ? { remove: [...task[field]] } : { add: [to], remove: from === NONE ? [] : [from] },
			}),
		place: (key) => (key === NONE ? {} : field === 'tags' ? { tag: key } : { person: key }),
	};
}

const kinds: Readonly<Record<Grouping, Kind>> = {
	status: {
		keys: () => [...STATUSES, 'done'],
		stands: ({ completedAt, status }) => [completedAt === null ? status : 'done'],
		move: (to, _from, { completedAt }) =>
			to === 'done' ? { kind: 'complete' } : change({ status: to as TaskStatus }, completedAt !== null),
		place: (key) => (key === 'done' ? {} : { status: key as TaskStatus }),
	},
	priority: {
		keys: () => PRIORITIES,
		stands: ({ priority }) => [priority],
		move: (to) => change({ priority: to as TaskPriority }),
		place: (key) => ({ priority: key as TaskPriority }),
	},
	due: {
		keys: (world, used) => DAYS.filter((key) => key !== 'overdue' || used.some((task) => standsOn(task, world.today) === key)),
		stands: (task, { today }) => [standsOn(task, today)],
		move: (to, _from, _task, { today }) => (to === 'overdue' ? null : change({ dueDay: dayIn(to, today) })),
		place: (key, { today }) => ({ day: key === 'overdue' ? today : dayIn(key, today) }),
	},
	project: {
		keys: ({ projects }) => [NONE, ...projects.map(({ id }) => id)],
		stands: ({ project }, { projects }) => [project !== null && projects.some(({ id }) => id === project) ? project : NONE],
		move: (to) => ({ kind: 'file', project: idOf(to) }),
		place: (key) => ({ project: idOf(key) }),
	},
	tag: ofSet('tags', ({ tags }) => tags.map(({ id }) => id)),
	person: ofSet('assignees', ({ people }) => people.map(({ person }) => person)),
	own: {
		keys: ({ own }) => [NONE, ...own.map(({ id }) => id)],
		stands(task, { view, own }) {
			const column = view === null ? undefined : task.columns.get(view);
			return [typeof column === 'string' && own.some(({ id }) => id === column) ? column : NONE];
		},
		move: (to, _from, _task, { view }) => (view === null ? null : change({ columns: { [view]: to === NONE ? null : to } })),
		place: (key, { view }) => (view === null || key === NONE ? {} : { column: { view, id: key } }),
	},
};

/** A board: every task of it in its columns, in the order in which they come. */
export function columnsOf(grouping: Grouping, sorted: readonly Task[], world: BoardWorld): Column[] {
	const kind = kinds[grouping];
	const columns = new Map(kind.keys(world, sorted).map((key): [string, Task[]] => [key, []]));
	for (const task of sorted) for (const key of kind.stands(task, world)) columns.get(key)?.push(task);
	return [...columns].map(([key, held]) => ({ key, tasks: held, open: !(grouping === 'due' && key === 'overdue') }));
}

/** What it means to put a task from one column into another; `null`: it cannot be put there, or is there already. */
export function moveTo(grouping: Grouping, to: string, from: string, task: Task, world: BoardWorld): Move | null {
	return to === from ? null : kinds[grouping].move(to, from, task, world);
}

/** Where what is written in a column goes. */
export function placeIn(grouping: Grouping, key: string, world: BoardWorld): TaskPlace {
	return kinds[grouping].place(key, world);
}

function standsOn({ dueDay }: Task, today: Day): (typeof DAYS)[number] {
	if (dueDay === null) return NONE;
	if (dueDay < today) return 'overdue';
	if (dueDay === today) return 'today';
	if (dueDay === addDays(today, 1)) return 'tomorrow';
	return dueDay < addDays(today, 7) ? 'week' : 'later';
}

/** The day that something gets that is put into a column of days: the first one of it, and of what is later the next Monday. */
function dayIn(key: string, today: Day): Day | null {
	const away = { today: 0, tomorrow: 1, week: 2 }[key];
	if (away !== undefined) return addDays(today, away);
	return key === 'later' ? nextWeekday(addDays(today, 6), 0) : null;
}
