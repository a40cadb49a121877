import { type Draft, ordering, type RecordId } from '@mana/model';
import { type Branch, outline } from '@mana/model/tree';
import { ensureTag } from '@mana/shared/tags';
import type { Mana, Writer, Written } from '@mana/sync/client/api';
import type { Day } from '@mana/time';
import { byProjectPosition } from '../actions.ts';
import { byPosition } from '../lists.ts';
import { type Project, projects, type Task, tasks, type TemplateItem, templateItems, templates } from '../model.ts';
import { copyOf } from '../next.ts';
import { linesOf, subtreeOf } from '../project-tree.ts';
import { stepsUnder } from '../step-tree.ts';
import { firstDayOf, itemOf, taskOf } from './shape.ts';

/** What is made of a template. */
export interface Begin {
	/** What the project is called. */
	readonly name: string;
	/** The day that the days of the template are counted from. */
	readonly first: Day;
	/** Where tasks go; under which project a project goes. */
	readonly project: RecordId | null;
}

/** Something that an action made, and the way back. */
export interface Made {
	readonly id: RecordId;
	readonly written: Written;
}

/** What can be done with templates, each as one action that can be undone under its label. */
export type TemplateActions = ReturnType<typeof templateActions>;

/** @param random in [0,1[ */
export function templateActions(mana: Mana, random: () => number) {
	const between = ordering(random);
	const allTasks = (): readonly Task[] => mana.query(tasks).rows;
	/** The open tasks of a project, or the chosen ones, each with all that stands under it: what is begun again is begun unticked. */
	const withSteps = (chosen: (task: Task) => boolean): { readonly task: Task; readonly steps: readonly Task[] }[] => {
		const all = allTasks().toSorted(byPosition);
		const byParent = Map.groupBy(all, ({ parent }) => parent);
		return all.filter(chosen).map((task) => ({ task, steps: stepsUnder(task.id, (id) => byParent.get(id) ?? []) }));
	};
	const openIn = (project: RecordId) =>
		withSteps((task) => task.project === project && task.parent === null && task.completedAt === null);
	const endOf = (rows: readonly { readonly position: string | null }[]): string =>
		between(rows.map(({ position }) => position).filter((one) => one !== null).toSorted().at(-1) ?? null, null); // prettier-ignore
	const projectAndBelow = (id: RecordId): Project[] =>
		subtreeOf(linesOf(mana.query(projects, { order: byProjectPosition }).rows), id).map(({ row }) => row);
	const making = (label: string, make: (tx: Writer) => RecordId): Made => {
		let id!: RecordId;
		const written = mana.write(label, (tx) => void (id = make(tx)));
		return { id, written };
	};

	function keep(tx: Writer, draft: Draft<typeof templates>): RecordId {
		return tx.create(templates, { ...draft, position: endOf(mana.query(templates).rows) });
	}

	function keepTasks(
		tx: Writer,
		template: RecordId,
		parent: RecordId | null,
		found: ReturnType<typeof withSteps>,
		first: Day | null,
	) {
		for (const { task, steps } of found) {
			const made = new Map([[task.id, tx.create(templateItems, { ...itemOf(task, first), template, parent })]]);
			for (const step of steps)
				made.set(step.id, tx.create(templateItems, { ...itemOf(step, first), template, parent: made.get(step.parent!)! }));
		}
	}

	/** Makes what an outline of items says, in a project. @returns the first task */
	function begin(tx: Writer, branches: readonly Branch<TemplateItem>[], project: RecordId | null, first: Day): RecordId | null {
		let made: RecordId | null = null;
		for (const { row, children } of branches)
			if (row.kind === 'project') {
				const { title: name, hue, position } = row;
				begin(tx, children, tx.create(projects, { name, hue, position, parent: project }), first);
			} else {
				const task = beginTask(tx, { row, children }, { project, parent: null }, first);
				made ??= task;
			}
		return made;
	}

	function beginTask(
		tx: Writer,
		{ row, children }: Branch<TemplateItem>,
		place: Pick<Task, 'project' | 'parent'>,
		first: Day,
	): RecordId {
		const task = tx.create(tasks, { ...taskOf(row, first), ...place });
		for (const step of children) beginTask(tx, step, { ...place, parent: task }, first);
		return task;
	}

	const branchesOf = (template: RecordId): readonly Branch<TemplateItem>[] =>
		outline(itemsOf(mana, template), ({ parent }) => parent);

	return {
		/** Keeps a project with what stands under it, as it is now: its open tasks and their steps. */
		saveProject: (label: string, id: RecordId): Made => {
			const all = projectAndBelow(id).map((project) => ({ project, found: openIn(project.id) }));
			const first = firstDayOf(all.flatMap(({ found }) => found.flatMap(({ task, steps }) => [task, ...steps])));
			return making(label, (tx) => {
				const { name, hue } = all[0]!.project;
				const template = keep(tx, { name, hue, kind: 'project' });
				const places = new Map<RecordId, RecordId | null>([[id, null]]);
				for (const { project, found } of all) {
					if (project.id !== id) {
						const { name: title, hue: own, position, parent } = project;
						const draft = { template, kind: 'project', title, hue: own, position, parent: places.get(parent!) ?? null } as const;
						places.set(project.id, tx.create(templateItems, draft));
					}
					keepTasks(tx, template, places.get(project.id) ?? null, found, first);
				}
				return template;
			});
		},
		/** Keeps tasks with their steps, under the name of the first. */
		saveTasks: (label: string, ids: readonly RecordId[]): Made => {
			const found = withSteps(({ id }) => ids.includes(id));
			const first = firstDayOf(found.flatMap(({ task, steps }) => [task, ...steps]));
			return making(label, (tx) => {
				const template = keep(tx, { name: found[0]?.task.title ?? '', kind: 'tasks' });
				keepTasks(tx, template, null, found, first);
				return template;
			});
		},
		/** Makes a project, or tasks, of a template. Tells the project, or the first task; `null` of an empty one. */
		begin: (label: string, id: RecordId, { name, first, project }: Begin): { id: RecordId | null; written: Written } => {
			const template = mana.get(templates, id);
			const branches = branchesOf(id);
			let made: RecordId | null = null;
			const written = mana.write(label, (tx) => {
				if (template?.kind === 'project') {
					const { hue } = template;
					made = tx.create(projects, { name, hue, parent: project, position: endOf(mana.query(projects).rows) });
					begin(tx, branches, made, first);
					return;
				}
				// Behind what is there already, in their order.
				const siblings = allTasks().filter((task) => task.parent === null && task.project === project);
				let last: string | null = siblings.length === 0 ? null : endOf(siblings);
				const placed = branches.map(({ row, children }) => ({
					row: { ...row, position: (last = between(last, null)) },
					children,
				}));
				made = begin(tx, placed, project, first);
			});
			return { id: made, written };
		},
		/** Makes another project like one, beside it, with all that is open in it and what stands under it; days stay as they are. */
		duplicate: (label: string, id: RecordId, name: string): Made => {
			const all = projectAndBelow(id).map((project) => ({ project, found: openIn(project.id) }));
			const siblings = mana
				.query(projects, { order: byProjectPosition })
				.rows.filter(({ parent }) => parent === all[0]!.project.parent);
			const next = siblings[siblings.findIndex((one) => one.id === id) + 1];
			return making(label, (tx) => {
				const made = new Map<RecordId, RecordId>();
				for (const { project, found } of all) {
					const { hue, parent, position } = project;
					const draft =
						project.id === id
							? { name, hue, parent, position: behind(position, next?.position ?? null) }
							: { name: project.name, hue, position, parent: made.get(parent!) ?? null };
					const copy = tx.create(projects, draft);
					made.set(project.id, copy);
					for (const { task, steps } of found) {
						const twins = new Map([[task.id, tx.create(tasks, { ...copyOf(task), project: copy, parent: null })]]);
						for (const step of steps)
							twins.set(step.id, tx.create(tasks, { ...copyOf(step), project: copy, parent: twins.get(step.parent!)! }));
					}
				}
				return made.get(id)!;
			});
		},
		edit: (label: string, id: RecordId, draft: Draft<typeof templates>) =>
			mana.write(label, (tx) => tx.update(templates, id, draft)),
		/** Adds an item as the last one that stands in its template by itself. @param tagNames names of tags, made where they are new */
		addItem: (label: string, template: RecordId, draft: Draft<typeof templateItems>, tagNames: readonly string[]) => {
			const siblings = itemsOf(mana, template).filter(({ parent }) => parent === null);
			return mana.write(label, (tx) => {
				const tags = tagNames.map((name) => ensureTag(mana, tx, name));
				tx.create(templateItems, { ...draft, tags, template, position: endOf(siblings) });
			});
		},
		editItem: (label: string, id: RecordId, draft: Draft<typeof templateItems>) =>
			mana.write(label, (tx) => tx.update(templateItems, id, draft)),
		/** Takes an item out, with what stands under it. */
		trashItem: (label: string, { id, template }: TemplateItem) => {
			const under = subtreeOf(linesOf(template === null ? [] : itemsOf(mana, template)), id);
			return mana.write(label, (tx) => {
				for (const { row } of under) tx.trash(templateItems, row.id);
			});
		},
		trash: (label: string, id: RecordId) =>
			mana.write(label, (tx) => {
				for (const item of itemsOf(mana, id)) tx.trash(templateItems, item.id);
				tx.trash(templates, id);
			}),
	};

	function behind(position: string | null, next: string | null): string {
		return position === null ? endOf(mana.query(projects).rows) : between(position, next);
	}
}

/** What is in a template, in its order. */
export function itemsOf(mana: Pick<Mana, 'query'>, template: RecordId): readonly TemplateItem[] {
	return mana.query(templateItems, {
		where: (item) => item.template === template && item.deletedAt === null,
		order: byProjectPosition,
	}).rows;
}
