import type { SaidDetail } from './detail-lines.ts';

/** Of two lists of details, which of the one is which of the other. */
export interface Matched<A, B> {
	readonly pairs: readonly (readonly [A, B])[];
	/** Those of the first list that are not in the second. */
	readonly gone: readonly A[];
	readonly added: readonly B[];
}

/** How alike two must be, the surest first: all the same; the same value under another label; another value under the same label. */
const likeness: readonly ((a: SaidDetail, b: SaidDetail) => boolean)[] = [
	sameDetail,
	sameValue,
	(a, b) => a.label === b.label && a.service === b.service,
];

/** Finds which details are the same ones, so that who changes a number changes it, and does not take it out and put in another one. */
export function matchDetails<A extends SaidDetail, B extends SaidDetail>(
	before: readonly A[],
	after: readonly B[],
): Matched<A, B> {
	const pairs: [A, B][] = [];
	let [gone, added] = [[...before], [...after]];
	for (const alike of likeness)
		for (const one of gone) {
			const other = added.find((candidate) => candidate.kind === one.kind && alike(one, candidate));
			if (!other) continue;
			pairs.push([one, other]);
			gone = gone.filter((left) => left !== one);
			added = added.filter((left) => left !== other);
		}
	return { pairs, gone, added };
}

/** What makes a detail the one that it is, whatever it is called and however it is preferred. */
export type DetailValue = Pick<SaidDetail, (typeof valueFields)[number]>;

/** Whether two say the same, whatever it is called and however it is preferred. */
export function sameValue(a: DetailValue, b: DetailValue): boolean {
	return valueFields.every((field) => a[field] === b[field]);
}

/** Equal for details that say the same. */
export function sameValueKey(detail: DetailValue): string {
	return JSON.stringify(valueFields.map((field) => detail[field]));
}

const valueFields = ['kind', 'value', 'service', 'day', 'street', 'extended', 'postBox', 'locality', 'region', 'postcode', 'country', 'targetUid'] as const; // prettier-ignore

/** Whether two say the same in every way. */
export function sameDetail(a: SaidDetail, b: SaidDetail): boolean {
	return a.label === b.label && a.preferred === b.preferred && sameValue(a, b);
}
