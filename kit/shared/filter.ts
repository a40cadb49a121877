import { parseQuery, type ParsedQuery, type Query, type QueryProblem, quoted, type Sort } from './query.ts';

/** What is wrong with a filter, and where; with what it does not know. */
export type FilterProblem = QueryProblem | UnknownPart;

export interface UnknownPart {
	readonly code: 'unknown-key' | 'unknown-value' | 'unknown-name' | 'unknown-sort';
	readonly from: number;
	readonly to: number;
	readonly text: string;
}

/** A key of an app's filters: what it makes of a value, and what to offer behind it. */
export interface FilterKey<R, W> {
	/** `null`: it does not know this value. */
	test(value: string, world: W): ((row: R) => boolean) | null;
	values(world: W): readonly string[];
}

/** What the filters of an app can ask of its records, seen from a world `W`. */
export interface FilterLanguage<R, W> {
	/** `#` is a tag, `@` a name, '' a word. */
	readonly keys: Readonly<Record<string, FilterKey<R, W>>>;
	/** Other words for keys, as people say them in their language. */
	readonly aliases: Readonly<Record<string, string>>;
	/** Keys behind which stands what people called something. */
	readonly names: ReadonlySet<string>;
	/** What stands behind `sort:`. */
	readonly orders: Readonly<Record<string, (a: R, b: R, world: W) => number>>;
	/** The order of what is the same by those that are asked for. */
	readonly order: (a: R, b: R, world: W) => number;
}

/** A filter as it is read. */
export interface ReadFilter<R> {
	readonly test: (row: R) => boolean;
	readonly order: (a: R, b: R) => number;
	/** Whether it says itself in which order. */
	readonly sorted: boolean;
	readonly query: Query | null;
	/** While there is one, `test` means nothing. */
	readonly problem: FilterProblem | null;
}

/** The key that somebody meant. */
export function keyNamed<R, W>({ keys, aliases }: FilterLanguage<R, W>, key: string): FilterKey<R, W> | undefined {
	const name = Object.hasOwn(aliases, key) ? aliases[key]! : key;
	return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/** Reads a filter in the language of an app. */
export function readFilter<R, W>(text: string, language: FilterLanguage<R, W>, world: W): ReadFilter<R> {
	const parsed = parseQuery(text);
	const unknown: UnknownPart[] = [];
	const test = parsed.query ? testOf(parsed.query, language, world, unknown) : () => true;
	const problem = parsed.problem ?? unknown[0] ?? unknownSort(parsed, language);
	return { test, order: orderOf(parsed.sort, language, world), sorted: parsed.sort.length > 0, query: parsed.query, problem };
}

/** Whether a filter has a condition in it of which this holds. */
export function mentions(query: Query | null, says: (key: string, value: string) => boolean): boolean {
	if (query === null) return false;
	if (query.kind === 'is') return says(query.key, query.value);
	return query.kind === 'not' ? mentions(query.part, says) : query.parts.some((part) => mentions(part, says));
}

function testOf<R, W>(query: Query, language: FilterLanguage<R, W>, world: W, unknown: UnknownPart[]): (row: R) => boolean {
	if (query.kind === 'not') {
		const part = testOf(query.part, language, world, unknown);
		return (row) => !part(row);
	}
	if (query.kind !== 'is') {
		const parts = query.parts.map((part) => testOf(part, language, world, unknown));
		return query.kind === 'and' ? (row) => parts.every((part) => part(row)) : (row) => parts.some((part) => part(row));
	}
	const { key, value, from, to } = query;
	const known = keyNamed(language, key);
	if (!known) unknown.push({ code: 'unknown-key', from, to, text: key });
	const test = known?.test(value, world);
	if (known && !test) unknown.push({ code: language.names.has(key) ? 'unknown-name' : 'unknown-value', from, to, text: value });
	return test ?? (() => false);
}

function unknownSort<R, W>({ sort }: ParsedQuery, { orders }: FilterLanguage<R, W>): UnknownPart | null {
	const wrong = sort.find(({ key }) => !Object.hasOwn(orders, key));
	return wrong ? { code: 'unknown-sort', from: wrong.from, to: wrong.to, text: wrong.key } : null;
}

function orderOf<R, W>(sort: readonly Sort[], { orders, order }: FilterLanguage<R, W>, world: W): (a: R, b: R) => number {
	return (a, b) => {
		for (const { key, down } of sort) {
			const found = (orders[key] ?? order)(a, b, world);
			if (found !== 0) return down ? -found : found;
		}
		return order(a, b, world);
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
export function suggestionsFor<R, W>(
	text: string,
	caret: number,
	language: FilterLanguage<R, W>,
	world: W,
	most = 8,
): Suggestion[] {
	const [typed = ''] = /(?:"[^"]*"?|[^\s()&|!"])*$/u.exec(text.slice(0, caret)) ?? [];
	const from = caret - typed.length;
	const bare = typed.replaceAll('"', '').toLowerCase();
	if (bare === '') return [];
	const found = offers(bare, language, world).filter(({ text: offered }) => {
		const plain = offered.replaceAll('"', '').toLowerCase();
		return plain.startsWith(bare) && plain !== bare;
	});
	return found.slice(0, most).map((offer) => ({ ...offer, from, to: caret }));
}

function offers<R, W>(typed: string, language: FilterLanguage<R, W>, world: W): { text: string; open: boolean }[] {
	const sign = typed[0] ?? '';
	const valuesOf = (key: string) => keyNamed(language, key)?.values(world) ?? [];
	if (sign === '#' || sign === '@') return valuesOf(sign).map((value) => ({ text: sign + quoted(value), open: false }));
	const [key = '', value] = typed.split(':', 2);
	if (value !== undefined) {
		const values = key === 'sort' ? Object.keys(language.orders).flatMap((one) => [one, `-${one}`]) : valuesOf(key);
		return values.map((one) => ({ text: `${key}:${/^[<>+-]/.test(one) ? one : quoted(one)}`, open: false }));
	}
	return [
		...valuesOf('').map((word) => ({ text: word, open: false })),
		...[...Object.keys(language.keys).filter((name) => name.length > 1), 'sort'].map((name) => ({
			text: `${name}:`,
			open: true,
		})),
	];
}
