import {
	type FilterLanguage,
	type FilterProblem,
	mentions,
	readFilter,
	type Suggestion,
	suggestionsFor,
} from '@mana/shared/filter';
import type { Contact } from '../model.ts';
import { ALIASES, type FilterWorld, keys, nextBirthday, saysArchived } from './conditions.ts';

/** A filter as it is understood. */
export interface Filter {
	readonly where: (contact: Contact) => boolean;
	readonly order: (a: Contact, b: Contact) => number;
	/** Whether it asks for another order than that of names. */
	readonly sorted: boolean;
	/** While there is one, nobody is found. */
	readonly problem: FilterProblem | null;
}

type Order = (a: Contact, b: Contact, world: FilterWorld) => number;

const byName: Order = (a, b, { compare }) => compare(a, b);

const language: FilterLanguage<Contact, FilterWorld> = {
	keys,
	aliases: ALIASES,
	names: new Set(['#', '@', 'tag', 'group', 'gruppe']),
	orders: {
		name: byName,
		birthday: (a, b, world) => text(nextBirthday(a, world) ?? '9999', nextBirthday(b, world) ?? '9999'),
		// Whom one never met comes first: it is longest ago.
		met: (a, b, { last }) => text(last.get(a.id) ?? '', last.get(b.id) ?? ''),
		created: (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0),
		org: (a, b) => a.organisation.localeCompare(b.organisation),
	},
	order: byName,
};

/** Keys that stand behind `sort:`. */
export const SORTS = Object.keys(language.orders);

/** Reads a filter. Those in the archive are found where it speaks of them. */
export function filterOf(written: string, world: FilterWorld): Filter {
	const { test, order, query, problem } = readFilter(written, language, world);
	const archived = mentions(query, saysArchived);
	return {
		where: (contact) => problem === null && (archived || !contact.archived) && test(contact),
		order,
		sorted: /(^|\s)sort:/.test(written),
		problem,
	};
}

/** What may stand where the caret is, as far as it is typed. */
export function suggestions(written: string, caret: number, world: FilterWorld): Suggestion[] {
	return suggestionsFor(written, caret, language, world);
}

function text(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
