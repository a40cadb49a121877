/**
 * The language of filters, the same in every app: words, `#tag`, `@name` and `key:value`, put together with blanks or `&` (and), `|` (or), `!`
 * (not) and parentheses; `sort:key` orders what is found. What keys there are is the app's.
 */
export type Query = Condition | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] } | NotQuery;

export interface NotQuery {
	readonly kind: 'not';
	readonly part: Query;
}

/** One thing that is asked. `key` is '' for a word, `#` for a tag, `@` for a name, else what stands before the colon, in small letters. */
export interface Condition {
	readonly kind: 'is';
	readonly key: string;
	readonly value: string;
	/** Where it stands in the text. */
	readonly from: number;
	readonly to: number;
}

/** An order: `sort:due`, or the other way round `sort:-due`. */
export interface Sort {
	readonly key: string;
	readonly down: boolean;
	readonly from: number;
	readonly to: number;
}

/** What is wrong with a text, and where. Pages have the words for a code. */
export interface QueryProblem {
	readonly code: 'open-parenthesis' | 'lone-parenthesis' | 'open-quote' | 'missing-operand' | 'sort-inside' | 'too-deep';
	readonly from: number;
	readonly to: number;
}

export interface ParsedQuery {
	/** `null`: nothing is asked, all is meant. */
	readonly query: Query | null;
	readonly sort: readonly Sort[];
	/** The first one; what it says about is not in `query`. */
	readonly problem: QueryProblem | null;
}

/** So deep may parentheses and `!` stand in each other. */
const DEEPEST = 50;

interface Token {
	readonly kind: '(' | ')' | '&' | '|' | '!' | 'is';
	readonly from: number;
	readonly to: number;
	readonly key: string;
	readonly value: string;
}

class Wrong extends Error {
	readonly problem: QueryProblem;

	constructor(code: QueryProblem['code'], from: number, to: number) {
		super(code);
		this.problem = { code, from, to };
	}
}

/** Reads a filter. Takes time in proportion to its length, whatever it holds. */
export function parseQuery(text: string): ParsedQuery {
	try {
		const reader = new Reader(tokensOf(text), text.length);
		const query = reader.all();
		return { query, sort: reader.sort, problem: null };
	} catch (error) {
		if (!(error instanceof Wrong)) throw error;
		return { query: null, sort: [], problem: error.problem };
	}
}

/** Writes a filter so that it reads back the same. */
export function writeQuery(query: Query | null, sort: readonly Pick<Sort, 'key' | 'down'>[] = []): string {
	const sorts = sort.map(({ key, down }) => `sort:${down ? '-' : ''}${quoted(key)}`);
	return [...(query ? [written(query, 0)] : []), ...sorts].join(' ');
}

/** A text of filters with another value in those conditions under some keys that ask for a certain one; all else stays as it was typed. */
export function withValue(text: string, keys: ReadonlySet<string>, isMeant: (value: string) => boolean, to: string): string {
	return conditionsIn(parseQuery(text).query)
		.filter(({ key, value }) => keys.has(key) && isMeant(value))
		.toSorted((a, b) => b.from - a.from)
		.reduce((before, { key, from, to: end }) => {
			const begun = key === '#' || key === '@' ? key : `${key}:`;
			return before.slice(0, from) + begun + quoted(to) + before.slice(end);
		}, text);
}

function conditionsIn(query: Query | null): Condition[] {
	if (query === null) return [];
	if (query.kind === 'is') return [query];
	return query.kind === 'not' ? conditionsIn(query.part) : query.parts.flatMap(conditionsIn);
}

/** A name as it stands behind `#`, `@` or a colon: in quotes where it needs them. */
export function quoted(value: string): string {
	return value !== '' && !/[\s()&|!"\\:#@]/u.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

const RANK = { or: 1, and: 2, not: 3, is: 4 } as const;

function written(query: Query, around: number): string {
	const rank = RANK[query.kind];
	const inner =
		query.kind === 'is'
			? conditionText(query)
			: query.kind === 'not'
				? `!${written(query.part, rank)}`
				: query.parts.map((part) => written(part, rank + 1)).join(query.kind === 'and' ? ' & ' : ' | ');
	return rank < around ? `(${inner})` : inner;
}

function conditionText({ key, value }: Condition): string {
	if (key === '#' || key === '@') return key + quoted(value);
	return key === '' ? quoted(value) : `${key}:${quoted(value)}`;
}

class Reader {
	readonly sort: Sort[] = [];
	readonly #tokens: readonly Token[];
	readonly #end: number;
	#at = 0;
	#depth = 0;

	constructor(tokens: readonly Token[], end: number) {
		this.#tokens = tokens;
		this.#end = end;
	}

	all(): Query | null {
		const query = this.#or();
		const rest = this.#tokens[this.#at];
		if (rest) throw new Wrong(rest.kind === ')' ? 'lone-parenthesis' : 'missing-operand', rest.from, rest.to);
		return query;
	}

	#or(): Query | null {
		const first = this.#and();
		if (this.#tokens[this.#at]?.kind !== '|') return first;
		const parts = [this.#needed(first)];
		while (this.#tokens[this.#at]?.kind === '|') {
			this.#at++;
			parts.push(this.#needed(this.#and()));
		}
		return { kind: 'or', parts };
	}

	#and(): Query | null {
		const parts: Query[] = [];
		for (;;) {
			const token = this.#tokens[this.#at];
			if (token?.kind === '&') {
				if (this.#at === 0) throw new Wrong('missing-operand', token.from, token.to);
				this.#at++;
				const after = this.#tokens[this.#at];
				if (!after || after.kind === '&' || after.kind === '|' || after.kind === ')')
					throw new Wrong('missing-operand', token.from, token.to);
				continue;
			}
			if (!token || token.kind === '|' || token.kind === ')') break;
			const part = this.#one();
			if (part) parts.push(part);
		}
		return parts.length > 1 ? { kind: 'and', parts } : (parts[0] ?? null);
	}

	#one(): Query | null {
		const token = this.#tokens[this.#at++]!;
		if (token.kind === '!') {
			const part = this.#deeper(token, () => (this.#tokens[this.#at] ? this.#one() : null));
			return { kind: 'not', part: this.#needed(part, token) };
		}
		if (token.kind === '(') {
			const part = this.#deeper(token, () => this.#or());
			const close = this.#tokens[this.#at++];
			if (close?.kind !== ')') throw new Wrong('open-parenthesis', token.from, token.to);
			return this.#needed(part, token);
		}
		if (token.kind !== 'is') throw new Wrong(token.kind === ')' ? 'lone-parenthesis' : 'missing-operand', token.from, token.to);
		const { key, value, from, to } = token;
		if (key !== 'sort') return { kind: 'is', key, value, from, to };
		if (this.#depth > 0) throw new Wrong('sort-inside', from, to);
		this.sort.push({ key: value.replace(/^-/, '').toLowerCase(), down: value.startsWith('-'), from, to });
		return null;
	}

	#deeper<T>({ from, to }: Token, read: () => T): T {
		if (++this.#depth > DEEPEST) throw new Wrong('too-deep', from, to);
		const found = read();
		this.#depth--;
		return found;
	}

	#needed(part: Query | null, at = this.#tokens[Math.max(0, this.#at - 1)]): Query {
		if (part) return part;
		throw new Wrong('missing-operand', at?.from ?? this.#end, at?.to ?? this.#end);
	}
}

function tokensOf(text: string): Token[] {
	const tokens: Token[] = [];
	for (let at = 0; at < text.length;) {
		const sign = text[at]!;
		if (/\s/u.test(sign)) at++;
		else if (sign === '(' || sign === ')' || sign === '&' || sign === '|' || sign === '!') {
			tokens.push({ kind: sign, from: at, to: at + 1, key: '', value: '' });
			at++;
		} else {
			const token = conditionAt(text, at);
			tokens.push(token);
			at = token.to;
		}
	}
	return tokens;
}

/** Reads up to a blank, a sign or a quote that ends it. The first colon outside quotes parts key and value. */
function conditionAt(text: string, from: number): Token {
	const sign = text[from] === '#' || text[from] === '@' ? text[from]! : '';
	let at = from + sign.length;
	let key = sign;
	let value = '';
	let plain = true;
	while (at < text.length && !/[\s()&|]/u.test(text[at]!)) {
		if (text[at] === '"') {
			plain = false;
			const opened = at++;
			while (at < text.length && text[at] !== '"') {
				if (text[at] === '\\' && at + 1 < text.length) at++;
				value += text[at++];
			}
			if (at >= text.length) throw new Wrong('open-quote', opened, text.length);
			at++;
		} else if (text[at] === ':' && key === '' && plain && /^[\p{L}\p{N}_-]+$/u.test(value)) {
			key = value.toLowerCase();
			value = '';
			at++;
		} else value += text[at++];
	}
	return { kind: 'is', from, to: at, key, value };
}
