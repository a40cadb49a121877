import { type FilterLanguage, type FilterProblem, readFilter, type Suggestion, suggestionsFor } from '@mana/shared/filter';
import { byNearness } from '../matching.ts';
import type { Event } from '../model.ts';
import { ALIASES, type FilterWorld, keys } from './conditions.ts';

/** A search of events as it is understood. */
export interface Filter {
	readonly where: (event: Event) => boolean;
	readonly order: (a: Event, b: Event) => number;
	/** While there is one, nothing is found. */
	readonly problem: FilterProblem | null;
}

const language: FilterLanguage<Event, FilterWorld> = {
	keys,
	aliases: ALIASES,
	names: new Set(['#', '@', 'tag', 'calendar', 'kalender']),
	orders: {
		when: (a, b, { dayOf }) => compared(dayOf(a) ?? '9999', dayOf(b) ?? '9999'),
		title: (a, b) => a.title.localeCompare(b.title),
		length: (a, b) => a.length - b.length,
		created: (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0),
	},
	order: (a, b, { now }) => byNearness(a, b, now),
};

/** Keys that stand behind `sort:`. */
export const SORTS = Object.keys(language.orders);

/** Reads a search. An empty one finds nothing, and nothing of the trash is ever found. */
export function filterOf(written: string, world: FilterWorld): Filter {
	const { test, order, query, problem } = readFilter(written, language, world);
	const asks = problem === null && query !== null;
	return { where: (event) => asks && event.deletedAt === null && event.start !== null && test(event), order, problem };
}

/** What may stand where the caret is, as far as it is typed. */
export function suggestions(written: string, caret: number, world: FilterWorld): Suggestion[] {
	return suggestionsFor(written, caret, language, world);
}

function compared(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
