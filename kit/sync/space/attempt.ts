import { command, lawOf, requestOf, tree } from '@mana/model';
import type { Cell, Op, Transaction } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { deciders } from './deciders/index.ts';
import { type Held, isCircle } from './depend.ts';
import type { Refused } from './state.ts';

/** What an accepted transaction writes. */
export interface Attempt {
	/** Its ops with results in place of requests, and what the server writes beside them. */
	readonly ops: readonly Op[];
	/** Its stamp must be above this one: what the server decides in its order is also later than what it replaces. */
	readonly floor: number;
}

/** Looks at what a transaction does, op by op. @param actor the device's; @param held what the space holds before it */
export function attempt({ ops, stamp }: Transaction, actor: number, held: Held): Refused | Attempt {
	const written = new Map<string, Cell>();
	const now: Held = (place) => written.get(placeKey(place)) ?? held(place);
	const all: Op[] = [];
	let floor = 0;
	for (const op of ops) {
		const isCommand = lawOf(op.field) === command;
		if (op.seen !== undefined && !isWhatWasSeen(op, op.seen, stamp, actor, held(op))) return STALE;
		const decided = isCommand ? carryOut(op, now) : [op];
		if ('code' in decided) return decided;
		for (const one of decided) {
			all.push(one);
			if (!isCommand && op.seen === undefined) continue;
			written.set(placeKey(one), { ...one, stamp, actor });
			const before = held(one);
			if (before && !isThisWrite(one, stamp, before)) floor = Math.max(floor, before.stamp);
		}
	}
	return { ops: all, floor };
}

/** Whether a transaction that wrote these cells moved a record under itself. */
export function closesCircle(won: Iterable<Cell>, after: Held): boolean {
	for (const cell of won) if (lawOf(cell.field) === tree && isCircle(cell, after)) return true;
	return false;
}

export const STALE: Refused = { code: 'stale', detail: 'Somebody changed this in the meantime.' };

function carryOut(op: Op, held: Held): readonly Op[] | Refused {
	if (op.value === null) return [op];
	const request = requestOf(op.value);
	const known = request && deciders.get(request.command);
	if (!request || !known) return { code: 'unknown-command', detail: 'This server does not know how to do that. Update it.' };
	const answer = known.decide(op, request, held);
	return 'code' in answer ? answer : [{ ...op, value: answer.result }, ...answer.also];
}

/**
 * The register holds what the writer saw; or what the writer itself put there before, under an earlier stamp than it thought; or this very
 * write, sent once more by a device that got a new id.
 */
function isWhatWasSeen(op: Op, seen: number, stamp: number, actor: number, held: Cell | undefined): boolean {
	if ((held?.stamp ?? 0) === seen) return true;
	if (!held) return false;
	return (held.actor === actor && held.stamp < seen) || isThisWrite(op, stamp, held);
}

function isThisWrite({ value }: Op, stamp: number, held: Cell): boolean {
	return held.stamp === stamp && held.value === value;
}
