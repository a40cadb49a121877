import { lawOf, lww, set, systemFields, tree, type Value } from '@mana/model';
import type { Place } from '../cell.ts';
import { timeOf } from '../clock.ts';
import { nameOf } from './history.ts';
import type { Pending } from './pending.ts';
import type { Replica } from './replica.ts';

/** A write of this device that lost to somebody else's, who had not seen it either: neither knew of the other. */
export interface Conflict extends Place {
	/** The same in all tabs. */
	readonly id: string;
	/** What the person did, as given to `write`. */
	readonly label: string;
	readonly mine: Side;
	readonly theirs: Side;
}

export interface Side {
	readonly value: Value;
	/** ms since 1970 */
	readonly at: number;
}

/** Conflicts that are remembered; the oldest go first. */
export const MOST_CONFLICTS = 200;

/**
 * What of an accepted transaction is not what the space holds, by the time its effects have arrived. Its device had not seen the write that
 * it lost to, or its stamp would have been higher.
 */
export function lostOf(pending: Pending, replica: Replica): Conflict[] {
	return pending.ops.flatMap(({ collection, record, field, key, value }) => {
		const place = { collection, record, field, key };
		const held = canLose(field) ? replica.confirmed(place) : undefined;
		if (!held || held.actor === replica.actor || held.value === value || held.stamp < pending.stamp) return [];
		const theirs = { value: held.value, at: timeOf(held.stamp) };
		const mine = { value, at: timeOf(pending.stamp) };
		return [{ ...place, id: `${pending.stamp} ${nameOf(place)}`, label: pending.label, mine, theirs }];
	});
}

/** Adds conflicts to those that are remembered. */
export function remembered(known: readonly Conflict[], more: readonly Conflict[]): readonly Conflict[] {
	if (more.length === 0) return known;
	const ids = new Set(known.map(({ id }) => id));
	return [...known, ...more.filter(({ id }) => !ids.has(id))].slice(-MOST_CONFLICTS);
}

/** Whether one write of the field replaces another; all other laws keep what both wrote. */
function canLose(field: number): boolean {
	const law = lawOf(field);
	return (law === lww || law === tree || law === set) && field !== systemFields.createdAt.number;
}
