import type { Value } from '../value.ts';

const RANK = { null: 0, boolean: 1, number: 2, string: 3, bytes: 4 } as const;

/** A total order over all values: by kind, then by size within the kind. Used by laws that compare values. */
export function compareValues(a: Value, b: Value): number {
	const kindA = kindOf(a);
	const kindB = kindOf(b);
	if (kindA !== kindB) return RANK[kindA] - RANK[kindB];
	if (kindA === 'bytes') return compareBytes(a as Uint8Array, b as Uint8Array);
	if (a === b) return 0;
	return (a as number | string | boolean) < (b as number | string | boolean) ? -1 : 1;
}

function kindOf(value: Value): keyof typeof RANK {
	if (value === null) return 'null';
	if (value instanceof Uint8Array) return 'bytes';
	return typeof value as 'boolean' | 'number' | 'string';
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
	const length = Math.min(a.length, b.length);
	for (let i = 0; i < length; i++) {
		const difference = a[i]! - b[i]!;
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}
