import { type AttachmentsDraft, type Draft, type SetDraft, LONG_ORDER_KEY, ordering, spread, type RecordId } from '@mana/model';
import { closesCircle } from '@mana/model/tree';
import type { Mana, Writer, Written } from '@mana/sync/client/api';
import { ensureTag, nextHue } from '@mana/shared/tags';
import { ownColumns, viewActions, type ViewActions } from '@mana/shared/views';
import type { Capture, Day } from '@mana/time';
import { rankOf } from './board/ranks.ts';
import { byPosition } from './lists.ts';
import { goesAlong, madeOf, makeNext, skipTo } from './next.ts';
import { linesOf, type Spot, subtreeOf } from './project-tree.ts';
import { stepsUnder } from './step-tree.ts';
import type { Next } from './repeat.ts';
import { projects, type Task, type TaskPriority, tasks, type TaskStatus, views } from './model.ts';

/**
 * What a person can do with tasks, each as one transaction that can be undone. `label` is what undo says, in the person's language.
 * Time and randomness come in, so that tests decide them.
 */
export interface TaskActions extends ViewActions {
	/** Adds what was captured; `place` fills in what the line did not say. */
	add(label: string, capture: Capture, place?: TaskPlace): { id: RecordId; written: Written };
	/** Completes tasks together with their open steps, and makes the next one of what comes again. */
	complete(label: string, ids: readonly RecordId[]): Written;
	/** Opens tasks again, and puts in the trash the next ones that were made of them, as long as those are open. */
	reopen(label: string, ids: readonly RecordId[]): Written;
	/** Says when a task comes again, with `null` that it does not. `day` is the first of its rule. */
	repeat(label: string, id: RecordId, by: { repeat: string; from: Task['repeatFrom']; day: Day } | null): Written;
	/** Passes over this time: puts tasks on to the next one. What does not come again stays as it is. */
	skip(label: string, ids: readonly RecordId[]): Written;
	edit(label: string, id: RecordId, draft: TaskEdit): Written;
	/** Changes several tasks alike, and with `reopen` opens what is done. */
	change(label: string, ids: readonly RecordId[], draft: Draft<typeof tasks>, how?: { readonly reopen: boolean }): Written;
	schedule(label: string, ids: readonly RecordId[], day: Day | null, time?: string | null): Written;
	prioritise(label: string, ids: readonly RecordId[], priority: TaskPriority): Written;
	/** Moves tasks and their steps to a project, or with `null` to the inbox, to its end. */
	file(label: string, ids: readonly RecordId[], project: RecordId | null): Written;
	/** Adds a tag by its name, making it when it is new. */
	tag(label: string, ids: readonly RecordId[], name: string): Written;
	untag(label: string, ids: readonly RecordId[], tag: RecordId): Written;
	/** Places a task between two of its siblings (`null`: the start, the end). */
	move(label: string, id: RecordId, between: { before: RecordId | null; after: RecordId | null }): Written;
	/** Moves a step, with all that stands under it, under another task, or with `null` among those that stand by themselves. Nothing where it would stand under itself. */
	nest(label: string, id: RecordId, to: Spot): Written;
	/**
	 * Places a task in a column of a board that is kept, between two others of it (`null`: the start, the end), and changes it as being put
	 * there means.
	 *
	 * @param column the others, in the order in which they are shown
	 */
	arrange(
		label: string,
		id: RecordId,
		to: { view: RecordId; column: readonly Task[]; before: RecordId | null; after: RecordId | null },
		draft?: Draft<typeof tasks>,
	): Written;
	/** Puts tasks and their steps in the trash. */
	trash(label: string, ids: readonly RecordId[]): Written;
	/** Adds a project, as the last one under another; the one of this name that is there already stays where it is. */
	addProject(label: string, name: string, parent?: RecordId | null): { id: RecordId; written: Written };
	editProject(label: string, id: RecordId, draft: { name?: string; hue?: number }): Written;
	/** Moves a project with all that stand under it. Throws `InvalidValue` where it would stand under itself. */
	moveProject(label: string, id: RecordId, to: Spot): Written;
	/** Adds a column to a board of which the columns are made by hand, as the last one. */
	addColumn(label: string, view: RecordId, name: string): Written;
	/** Puts a project in the trash together with those that stand under it, and with their tasks. */
	trashProject(label: string, id: RecordId): Written;
}

export interface TaskPlace {
	readonly project?: RecordId | null;
	readonly day?: Day | null;
	readonly parent?: RecordId | null;
	readonly priority?: TaskPriority;
	readonly status?: TaskStatus;
	/** A tag and a person by their ids. */
	readonly tag?: string;
	readonly person?: string;
	/** What comes along where something was shared. */
	readonly notes?: string;
	/** A column that somebody made, of a view. */
	readonly column?: { readonly view: RecordId; readonly id: string };
}

/** What the detail pane writes while the person types. */
export type TaskEdit = Partial<
	Pick<Task, 'title' | 'notes' | 'dueDay' | 'dueTime' | 'priority' | 'status' | 'startDay' | 'estimate'>
> & {
	readonly assignees?: SetDraft;
	readonly reminders?: SetDraft;
	readonly files?: AttachmentsDraft;
};

/** What other apps keep for tasks and goes along with them, inside the same action: time in the calendar. */
export interface GoesAlong {
	thrownAway(tx: Writer, ids: readonly RecordId[], now: number): void;
	/** @param thrownAt when the task had been thrown away, in ms since 1970 */
	putBack(tx: Writer, id: RecordId, thrownAt: number): void;
	renamed(tx: Writer, id: RecordId, names: { readonly before: string; readonly after: string }, now: number): void;
}

const nothing: GoesAlong = { thrownAway: () => undefined, putBack: () => undefined, renamed: () => undefined };

/** @param nextOf when a task comes again (`repeat.ts` `nextOf`), seen from `now` (ms since 1970); asked only of tasks with a rule */
export function taskActions(
	mana: Mana,
	clock: () => number,
	random: () => number,
	nextOf: (task: Task, now: number) => Next | null,
	along: GoesAlong = nothing,
): TaskActions {
	const between = ordering(random);
	/** Tasks and all that stands under them, the trash included, each once. */
	const withSteps = (ids: readonly RecordId[]): Task[] => {
		const found = new Map<RecordId, Task>();
		for (const id of ids) {
			const task = mana.get(tasks, id);
			if (task) found.set(id, task);
			for (const step of stepsUnder(id, stepsOf)) found.set(step.id, step);
		}
		return [...found.values()];
	};
	const stepsOf = (id: RecordId): readonly Task[] => mana.query(tasks, { where: () => true, by: { parent: id } }).rows;
	const stepsAlong = (id: RecordId): Task[] => stepsUnder(id, stepsOf, goesAlong);
	const coming = (chosen: readonly Task[], now: number) =>
		chosen.flatMap((task) => {
			const next = nextOf(task, now);
			return next ? [{ task, steps: stepsAlong(task.id), next }] : [];
		});
	/** Tasks that stand in one list, in no order. */
	const among = ({ project, parent }: Pick<Task, 'project' | 'parent'>): readonly Task[] =>
		parent === null
			? mana.query(tasks, { where: (task) => task.deletedAt === null && task.parent === null, by: { project } }).rows
			: mana.query(tasks, { by: { parent } }).rows;
	const siblingsOf = (place: Pick<Task, 'project' | 'parent'>): Task[] => among(place).toSorted(byPosition);
	/** A place after all others, which need not be sorted for that. */
	const behind = (place: Pick<Task, 'project' | 'parent'>): string => between(lastOf(among(place)), null);
	const endOf = (rows: readonly { readonly position: string | null }[]): string => between(lastOf(rows), null);

	function ensureProject(tx: Writer, name: string, parent: RecordId | null = null): RecordId {
		const rows = mana.query(projects).rows;
		const known = rows.find((project) => project.name.toLowerCase() === name.toLowerCase());
		return known?.id ?? tx.create(projects, { name, parent, hue: nextHue(rows.length), position: endOf(rows) });
	}

	const each = (label: string, ids: readonly RecordId[], change: (tx: Writer, id: RecordId) => void): Written =>
		mana.write(label, (tx) => {
			for (const id of ids) change(tx, id);
		});

	function throwAway(tx: Writer, ids: readonly RecordId[]): void {
		for (const id of ids) tx.trash(tasks, id);
		along.thrownAway(tx, ids, clock());
	}

	function open(tx: Writer, id: RecordId): void {
		const task = tx.get(tasks, id);
		const next = task && madeOf(tx, task);
		tx.update(tasks, id, { completedAt: null });
		if (next?.completedAt === null) throwAway(tx, idsOf(withSteps([next.id])));
	}

	return {
		add(label, capture, place = {}) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				const parent = place.parent ?? null;
				const project = capture.project === null ? (place.project ?? null) : ensureProject(tx, capture.project);
				id = tx.create(tasks, {
					title: capture.title,
					...(place.notes && { notes: place.notes }),
					dueDay: capture.day ?? place.day ?? null,
					dueTime: capture.time,
					...(capture.repeat && { repeat: capture.repeat.rule, repeatFrom: capture.repeat.from, occurrence: capture.day }),
					priority: capture.priority ?? place.priority ?? 'none',
					tags: [...capture.tags.map((name) => ensureTag(mana, tx, name)), ...(place.tag === undefined ? [] : [place.tag])],
					...(place.status && { status: place.status }),
					...(place.person !== undefined && { assignees: [place.person] }),
					...(place.column && { columns: { [place.column.view]: place.column.id } }),
					project,
					parent,
					position: behind({ project, parent }),
				});
			});
			return { id, written };
		},
		complete: (label, ids) => {
			const open = withSteps(ids).filter((task) => task.completedAt === null);
			const taken = new Set(open.map(({ id }) => id));
			const now = clock();
			// A step comes again with the task it belongs to.
			const repeating = open.filter((task) => task.repeat !== null && (task.parent === null || !taken.has(task.parent)));
			const followed = coming(repeating, now);
			return mana.write(label, (tx) => {
				for (const { task, steps, next } of followed) makeNext(tx, task, steps, next);
				for (const { id } of open) tx.update(tasks, id, { completedAt: now });
			});
		},
		reopen: (label, ids) => each(label, ids, open),
		repeat: (label, id, by) =>
			mana.write(label, (tx) =>
				tx.update(
					tasks,
					id,
					by === null
						? { repeat: null, occurrence: null }
						: { repeat: by.repeat, repeatFrom: by.from, occurrence: by.day, dueDay: by.day },
				),
			),
		skip: (label, ids) => {
			const repeating = ids
				.map((id) => mana.get(tasks, id))
				.filter((task) => task !== undefined && task.repeat !== null && task.completedAt === null) as Task[];
			const skipped = coming(repeating, clock());
			return mana.write(label, (tx) => {
				for (const { task, steps, next } of skipped) skipTo(tx, task, steps, next);
			});
		},
		change: (label, ids, draft, { reopen } = { reopen: false }) =>
			each(label, ids, (tx, id) => {
				if (reopen) open(tx, id);
				tx.update(tasks, id, draft);
			}),
		edit: (label, id, draft) => {
			const before = mana.get(tasks, id)?.title ?? '';
			return mana.write(label, (tx) => {
				tx.update(tasks, id, draft);
				if (draft.title !== undefined) along.renamed(tx, id, { before, after: draft.title }, clock());
			});
		},
		schedule: (label, ids, day, time) =>
			each(label, ids, (tx, id) =>
				tx.update(tasks, id, time === undefined && day !== null ? { dueDay: day } : { dueDay: day, dueTime: time ?? null }),
			),
		prioritise: (label, ids, priority) => each(label, ids, (tx, id) => tx.update(tasks, id, { priority })),
		file: (label, ids, project) => {
			let last = lastOf(among({ project, parent: null }));
			return mana.write(label, (tx) => {
				for (const id of ids) tx.update(tasks, id, { project, position: (last = between(last, null)) });
				for (const task of withSteps(ids)) if (task.parent !== null) tx.update(tasks, task.id, { project });
			});
		},
		tag: (label, ids, name) =>
			mana.write(label, (tx) => {
				const tag = ensureTag(mana, tx, name);
				for (const id of ids) tx.update(tasks, id, { tags: { add: [tag] } });
			}),
		untag: (label, ids, tag) => each(label, ids, (tx, id) => tx.update(tasks, id, { tags: { remove: [tag] } })),
		move: (label, id, { before, after }) =>
			mana.write(label, (tx) => {
				const place = tx.get(tasks, id);
				if (!place) return;
				const put = (task: RecordId, position: string | null) => tx.update(tasks, task, { position });
				const siblings = (): Task[] => siblingsOf(place).filter((task) => task.id !== id);
				const [left, right] = neighbours(tx, before, after) ?? placed(siblings(), before, after, put);
				tx.update(tasks, id, { position: between(left, right) });
			}),
		nest: (label, id, { parent, before, after }) =>
			mana.write(label, (tx) => {
				const row = tx.get(tasks, id);
				const owner = parent === null ? null : tx.get(tasks, parent);
				if (!row || owner === undefined || closesCircle(id, parent, (one) => tx.get(tasks, one)?.parent ?? null)) return;
				const project = owner ? owner.project : row.project;
				const put = (task: RecordId, position: string | null) => tx.update(tasks, task, { position });
				const siblings = siblingsOf({ project, parent }).filter((task) => task.id !== id);
				const [left, right] = neighbours(tx, before, after) ?? placed(siblings, before, after, put);
				tx.update(tasks, id, { parent, project, position: between(left, right) });
				if (project !== row.project) for (const step of stepsUnder(id, stepsOf)) tx.update(tasks, step.id, { project });
			}),
		arrange: (label, id, { view, column, before, after }, draft = {}) =>
			mana.write(label, (tx) => {
				const put = (task: RecordId, rank: string | null) => tx.update(tasks, task, { ranks: { [view]: rank } });
				// Those that stand behind need no place to stay where they are.
				const least = column.findIndex((task) => task.id === before) + 1;
				const ahead = column.filter((task, at) => at < least || rankOf(task, view) !== null);
				const siblings = ahead.map((task) => ({ id: task.id, position: rankOf(task, view) }));
				const next = siblings.some((task) => task.id === after) ? after : null;
				const [left, right] = placed(siblings, before, next, put);
				tx.update(tasks, id, { ...draft, ranks: { [view]: between(left, right) } });
			}),
		trash: (label, ids) => {
			const gone = idsOf(withSteps(ids).filter((task) => task.deletedAt === null));
			return mana.write(label, (tx) => throwAway(tx, gone));
		},
		addProject(label, name, parent = null) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				id = ensureProject(tx, name, parent);
			});
			return { id, written };
		},
		editProject: (label, id, draft) => mana.write(label, (tx) => tx.update(projects, id, draft)),
		moveProject: (label, id, { parent, before, after }) =>
			mana.write(label, (tx) => {
				const siblings = mana
					.query(projects)
					.rows.filter((project) => project.parent === parent && project.id !== id)
					.toSorted(byProjectPosition);
				const [left, right] = placed(siblings, before, after, (project, position) => tx.update(projects, project, { position }));
				tx.update(projects, id, { parent, position: between(left, right) });
			}),
		...viewActions(mana, views, random),
		addColumn: (label, id, name) =>
			mana.write(label, (tx) => {
				const view = tx.get(views, id);
				if (!view) return;
				const column = tx.newId();
				const last = ownColumns(view).at(-1)?.place ?? null;
				tx.update(views, id, { columns: { [column]: name }, places: { [column]: between(last, null) } });
			}),
		trashProject: (label, id) =>
			mana.write(label, (tx) => {
				const gone = subtreeOf(linesOf(mana.query(projects).rows), id).map(({ row }) => row.id);
				for (const project of gone) {
					throwAway(tx, idsOf(mana.query(tasks, { by: { project } }).rows));
					tx.trash(projects, project);
				}
			}),
	};

	/** Order keys of two neighbours that have places, of which nothing else has to be known; else `null`. */
	function neighbours(tx: Writer, before: RecordId | null, after: RecordId | null): [string | null, string | null] | null {
		const keyOf = (id: RecordId | null) => (id === null ? null : (tx.get(tasks, id)?.position ?? undefined));
		const [left, right] = [keyOf(before), keyOf(after)];
		if (left === undefined || right === undefined || (left !== null && right !== null && left >= right)) return null;
		return [left, right].some((key) => (key?.length ?? 0) > LONG_ORDER_KEY) ? null : [left, right];
	}

	/** Order keys of two neighbours. Siblings that never got a place (or share one) are given places first, in their present order. */
	function placed(
		siblings: readonly Pick<Task, 'id' | 'position'>[],
		before: RecordId | null,
		after: RecordId | null,
		put: (id: RecordId, position: string | null) => void,
	): [string | null, string | null] {
		const keys = new Map<RecordId, string>();
		let last = null as string | null;
		const long = siblings.some(({ position }) => (position?.length ?? 0) > LONG_ORDER_KEY);
		const fresh = long ? spread(siblings.length) : null;
		for (const [at, task] of siblings.entries()) {
			const own: string | null = task.position;
			const keep: boolean = !fresh && own !== null && (last === null || own > last);
			last = keep ? own : (fresh?.[at] ?? between(last, null));
			if (!keep) put(task.id, last);
			keys.set(task.id, last!);
		}
		return [before === null ? null : (keys.get(before) ?? null), after === null ? null : (keys.get(after) ?? null)];
	}
}

function idsOf(rows: readonly Task[]): RecordId[] {
	return rows.map(({ id }) => id);
}

/** The last place that is taken; `null` where none is. */
function lastOf(rows: readonly { readonly position: string | null }[]): string | null {
	let last: string | null = null;
	for (const { position } of rows) if (position !== null && (last === null || position > last)) last = position;
	return last;
}

/** Hand-made order of projects; one without a place comes last, by age. */
export function byProjectPosition(
	a: { id: string; position: string | null },
	b: { id: string; position: string | null },
): number {
	if (a.position === b.position) return a.id < b.id ? -1 : 1;
	if (a.position === null || b.position === null) return a.position === null ? 1 : -1;
	return a.position < b.position ? -1 : 1;
}
