import type { RecordId } from '@mana/model';
import { byPosition } from '../lists.ts';
import type { Project, Task } from '../model.ts';
import { stepsUnder } from '../step-tree.ts';
import { bareTask, type FoundTask } from './found-task.ts';

/**
 * Tasks as files have them: by their projects, each with all that stands under it behind it. What is in a project that is not given stands with what is in none.
 *
 * @param projects in the order in which they are told
 * @param tags their names by their ids
 */
export function* foundTasks(
	tasks: readonly Task[],
	projects: readonly Pick<Project, 'id' | 'name'>[],
	tags: ReadonlyMap<string, string>,
): Generator<FoundTask> {
	const rows = tasks.toSorted(byPosition);
	const names = new Map<RecordId | null, string>([[null, ''], ...projects.map(({ id, name }) => [id, name] as const)]);
	const ids = new Set(rows.map(({ id }) => id));
	const tops = Map.groupBy(
		rows.filter(({ parent }) => parent === null || !ids.has(parent)),
		({ project }) => (names.has(project) ? project : null),
	);
	const steps = Map.groupBy(rows, ({ parent }) => parent);
	for (const project of names.keys())
		for (const top of tops.get(project) ?? []) {
			yield found(top, names, tags);
			for (const step of stepsUnder(top.id, (id) => steps.get(id) ?? []))
				yield { ...found(step, names, tags), parent: step.parent! };
		}
}

function found(
	{ id, title, notes, completedAt, dueDay, dueTime, startDay, priority, project, repeat, tags: tagged }: Task,
	projects: ReadonlyMap<RecordId | null, string>,
	tags: ReadonlyMap<string, string>,
): FoundTask {
	return {
		...bareTask,
		key: id,
		title,
		notes,
		completedAt,
		dueDay,
		dueTime,
		startDay,
		priority,
		done: completedAt !== null,
		tags: [...tagged].flatMap((tag) => tags.get(tag) ?? []).toSorted(),
		project: projects.get(project) ?? '',
		repeat: repeat ?? '',
	};
}
