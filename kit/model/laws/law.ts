import type { Register } from '../value.ts';
import { compareValues } from './compare.ts';

/**
 * How two states of the same register become one. Every law is commutative, associative and idempotent
 * (property-tested in `laws.test.ts`), so replicas that saw the same writes in any order agree.
 */
export interface Law {
	/** Three bits that travel inside the field number, so that a replica which does not know the field still merges it. */
	readonly code: number;
	readonly name: string;
	merge(a: Register, b: Register): Register;
}

/**
 * Orders registers by stamp, then by actor. Positive when `a` is the later write. A device never writes twice under one stamp; should
 * one do it anyway, the values decide, so that replicas still agree.
 */
export function compareWrites(a: Register, b: Register): number {
	return a.stamp - b.stamp || a.actor - b.actor || compareValues(a.value, b.value);
}
