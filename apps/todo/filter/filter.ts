import {
	type FilterLanguage,
	type FilterProblem,
	mentions,
	readFilter,
	type Suggestion,
	suggestionsFor,
} from '@mana/shared/filter';
import { byDue, byPosition } from '../lists.ts';
import type { Task } from '../model.ts';
import { ALIASES, type FilterWorld, keys, saysDone, saysSteps, type TaskTest } from './conditions.ts';

/** A filter as it is understood. */
export interface Filter {
	readonly where: TaskTest;
	readonly order: (a: Task, b: Task) => number;
	/** Whether it says itself in which order. */
	readonly sorted: boolean;
	/** Whether it says itself what of the done it means: else it finds none. */
	readonly saysDone: boolean;
	/** While there is one, nothing is found. */
	readonly problem: FilterProblem | null;
}

const language: FilterLanguage<Task, FilterWorld> = {
	keys,
	aliases: ALIASES,
	names: new Set(['#', '@', 'tag', 'project', 'projekt', 'person', 'wer']),
	orders: {
		due: byDue,
		start: (a, b) => compare(a.startDay ?? '9999', b.startDay ?? '9999'),
		priority: (a, b) => levelOf(a) - levelOf(b),
		title: (a, b) => a.title.localeCompare(b.title),
		created: (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0),
		done: (a, b) => (a.completedAt ?? Infinity) - (b.completedAt ?? Infinity) || 0,
		estimate: (a, b) => (a.estimate ?? 100_000) - (b.estimate ?? 100_000),
		manual: byPosition,
	},
	order: byDue,
};

/** Keys that stand behind `sort:`. */
export const SORTS = Object.keys(language.orders);

/** Reads a filter. @param withDone done tasks are found also where it does not speak of them, for boards that have a column of them */
export function filterOf(text: string, world: FilterWorld, withDone: TaskTest = () => false): Filter {
	const { test, order, query, problem, sorted } = readFilter(text, language, world);
	const [says, steps] = [mentions(query, saysDone), mentions(query, saysSteps)];
	return {
		where: (task) =>
			problem === null &&
			task.deletedAt === null &&
			(steps || task.parent === null) &&
			(says || task.completedAt === null || withDone(task)) &&
			test(task),
		order,
		sorted,
		saysDone: says,
		problem,
	};
}

/** What may stand where the caret is, as far as it is typed. @param most so many at most */
export function suggestions(text: string, caret: number, world: FilterWorld, most = 8): Suggestion[] {
	return suggestionsFor(text, caret, language, world, most);
}

function levelOf({ priority }: Task): number {
	return ['urgent', 'high', 'medium', 'low', 'none'].indexOf(priority);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
