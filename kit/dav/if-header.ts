import { DavFailure } from './failure.ts';

/** A thing that has to be so: a lock with this token, or this etag; or, with `not`, that it is not. */
export interface StateCondition {
	readonly not: boolean;
	readonly kind: 'token' | 'etag';
	readonly value: string;
}

/** All conditions of one pair of parentheses, and about which resource: `null` is the one that the request is for. */
export interface StateList {
	readonly resource: string | null;
	readonly conditions: readonly StateCondition[];
}

/** Longest `If` header in characters. */
const LONGEST = 8_000;

/**
 * Reads an `If` header (RFC 4918 §10.4): lists, of which one has to hold, each made of conditions that all have to.
 *
 * @throws DavFailure 400
 */
export function parseIf(header: string): StateList[] {
	if (header.length > LONGEST) throw new DavFailure(400, `An If header has at most ${LONGEST} characters.`);
	const lists: StateList[] = [];
	let resource: string | null = null;
	let rest = header.trim();
	const take = (pattern: RegExp): RegExpExecArray | null => {
		const match = pattern.exec(rest);
		if (match) rest = rest.slice(match[0].length).trimStart();
		return match;
	};
	const bad = (): DavFailure => new DavFailure(400, `The If header cannot be read at "${rest.slice(0, 40)}".`);
	let untagged = false;
	// oxlint-disable-next-line no-unmodified-loop-condition -- `take` shortens it
	while (rest !== '') {
		const tag = take(/^<([^>]+)>/);
		if (tag) {
			if (untagged) throw bad();
			resource = tag[1]!;
		} else untagged ||= resource === null;
		if (!take(/^\(/)) throw bad();
		const conditions: StateCondition[] = [];
		while (!take(/^\)/)) {
			const not = take(/^not(?![a-z])/i) !== null;
			const token = take(/^<([^>]+)>/);
			const etag = token ? null : take(/^\[\s*((?:W\/)?"[^"]*")\s*\]/);
			if (token) conditions.push({ not, kind: 'token', value: token[1]! });
			else if (etag) conditions.push({ not, kind: 'etag', value: etag[1]! });
			else throw bad();
		}
		if (conditions.length === 0) throw bad();
		lists.push({ resource, conditions });
	}
	if (lists.length === 0) throw bad();
	return lists;
}

/** Every lock token that a header names: with it, its sender shows that it knows of the lock (§10.4.1). */
export function tokensIn(lists: readonly StateList[]): Set<string> {
	return new Set(lists.flatMap(({ conditions }) => conditions.filter(({ kind }) => kind === 'token').map(({ value }) => value)));
}

/** What is known of a resource when conditions about it are judged. */
export interface ResourceState {
	readonly etag: string | null;
	readonly tokens: ReadonlySet<string>;
}

/** Whether the header holds. @param stateOf what is known of a resource; nothing, of one that is not there */
export async function holds(
	lists: readonly StateList[],
	stateOf: (resource: string | null) => Promise<ResourceState>,
): Promise<boolean> {
	for (const { resource, conditions } of lists) {
		const state = await stateOf(resource);
		const all = conditions.every(
			({ not, kind, value }) => (kind === 'etag' ? value === state.etag : state.tokens.has(value)) !== not,
		);
		if (all) return true;
	}
	return false;
}
