import { parseQuery, type ParsedQuery, type Query, type QueryProblem, quoted, type Sort } from '@mana/shared/query';
import { byDue, byPosition } from '../lists.ts';
import type { Task } from '../model.ts';
import { type FilterWorld, keyOf, keys, saysDone, saysSteps, type TaskTest } from './conditions.ts';

/** What is wrong with a filter, and where; with what it does not know. */
export type FilterProblem = QueryProblem | UnknownPart;

export interface UnknownPart {
	readonly code: 'unknown-key' | 'unknown-value' | 'unknown-name' | 'unknown-sort';
	readonly from: number;
	readonly to: number;
	readonly text: string;
}

/** A filter as it is understood. */
export interface Filter {
	readonly where: TaskTest;
	readonly order: (a: Task, b: Task) => number;
	/** Whether it says itself what of the done it means: else it finds none. */
	readonly saysDone: boolean;
	/** While there is one, nothing is found. */
	readonly problem: FilterProblem | null;
}

const orders: Readonly<Record<string, (a: Task, b: Task) => number>> = {
	due: byDue,
	start: (a, b) => compare(a.startDay ?? '9999', b.startDay ?? '9999'),
	priority: (a, b) => levelOf(a) - levelOf(b),
	title: (a, b) => a.title.localeCompare(b.title),
	created: (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0),
	done: (a, b) => (a.completedAt ?? Infinity) - (b.completedAt ?? Infinity) || 0,
	estimate: (a, b) => (a.estimate ?? 100_000) - (b.estimate ?? 100_000),
	manual: byPosition,
};

/** Keys that stand behind `sort:`. */
export const SORTS = Object.keys(orders);

/** Reads a filter. @param withDone done tasks are found also where it does not speak of them, for boards that have a column of them */
export function filterOf(text: string, world: FilterWorld, withDone: TaskTest = () => false): Filter {
	const parsed = parseQuery(text);
	const unknown: UnknownPart[] = [];
	const test = parsed.query ? testOf(parsed.query, world, unknown) : () => true;
	const problem = parsed.problem ?? unknown[0] ?? unknownSort(parsed);
	const [says, steps] = [mentions(parsed.query, saysDone), mentions(parsed.query, saysSteps)];
	return {
		where: (task) =>
			problem === null &&
			task.deletedAt === null &&
			(steps || task.parent === null) &&
			(says || task.completedAt === null || withDone(task)) &&
			test(task),
		order: orderOf(parsed.sort),
		saysDone: says,
		problem,
	};
}

function testOf(query: Query, world: FilterWorld, unknown: UnknownPart[]): TaskTest {
	if (query.kind === 'not') {
		const part = testOf(query.part, world, unknown);
		return (task) => !part(task);
	}
	if (query.kind !== 'is') {
		const parts = query.parts.map((part) => testOf(part, world, unknown));
		return query.kind === 'and' ? (task) => parts.every((part) => part(task)) : (task) => parts.some((part) => part(task));
	}
	const { key, value, from, to } = query;
	const known = keyOf(key);
	if (!known) unknown.push({ code: 'unknown-key', from, to, text: key });
	const test = known?.test(value, world);
	if (known && !test) unknown.push({ code: namesSomething.has(key) ? 'unknown-name' : 'unknown-value', from, to, text: value });
	return test ?? (() => false);
}

/** Behind these stands what people called something. */
const namesSomething: ReadonlySet<string> = new Set(['#', '@', 'tag', 'project', 'projekt', 'person', 'wer']);

function unknownSort({ sort }: ParsedQuery): UnknownPart | null {
	const wrong = sort.find(({ key }) => !Object.hasOwn(orders, key));
	return wrong ? { code: 'unknown-sort', from: wrong.from, to: wrong.to, text: wrong.key } : null;
}

function mentions(query: Query | null, says: (key: string, value: string) => boolean): boolean {
	if (query === null) return false;
	if (query.kind === 'is') return says(query.key, query.value);
	return query.kind === 'not' ? mentions(query.part, says) : query.parts.some((part) => mentions(part, says));
}

function orderOf(sort: readonly Sort[]): (a: Task, b: Task) => number {
	const steps = sort.map(({ key, down }) => {
		const order = orders[key] ?? byDue;
		return down ? (a: Task, b: Task) => -order(a, b) : order;
	});
	return (a, b) => {
		for (const step of steps) {
			const found = step(a, b);
			if (found !== 0) return found;
		}
		return byDue(a, b);
	};
}

/** Something that may stand where one is typing. */
export interface Suggestion {
	/** What it reads like. */
	readonly text: string;
	/** Takes the place of what stands here. */
	readonly from: number;
	readonly to: number;
	/** The word is not over yet: a value comes behind it. */
	readonly open: boolean;
}

/** What may stand where the caret is, as far as it is typed. @param most so many at most */
export function suggestions(text: string, caret: number, world: FilterWorld, most = 8): Suggestion[] {
	const [typed = ''] = /(?:"[^"]*"?|[^\s()&|!"])*$/u.exec(text.slice(0, caret)) ?? [];
	const from = caret - typed.length;
	const bare = typed.replaceAll('"', '').toLowerCase();
	if (bare === '') return [];
	const found = offers(bare, world).filter(({ text: offered }) => {
		const plain = offered.replaceAll('"', '').toLowerCase();
		return plain.startsWith(bare) && plain !== bare;
	});
	return found.slice(0, most).map((offer) => ({ ...offer, from, to: caret }));
}

function offers(typed: string, world: FilterWorld): { text: string; open: boolean }[] {
	const sign = typed[0] ?? '';
	if (sign === '#' || sign === '@')
		return (keyOf(sign)?.values(world) ?? []).map((value) => ({ text: sign + quoted(value), open: false }));
	const [key = '', value] = typed.split(':', 2);
	if (value !== undefined) {
		const values = key === 'sort' ? SORTS.flatMap((one) => [one, `-${one}`]) : (keyOf(key)?.values(world) ?? []);
		return values.map((one) => ({ text: `${key}:${/^[<>+-]/.test(one) ? one : quoted(one)}`, open: false }));
	}
	return [
		...(keyOf('')?.values(world) ?? []).map((word) => ({ text: word, open: false })),
		...[...Object.keys(keys).filter((name) => name.length > 1), 'sort'].map((name) => ({ text: `${name}:`, open: true })),
	];
}

function levelOf({ priority }: Task): number {
	return ['urgent', 'high', 'medium', 'low', 'none'].indexOf(priority);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
