import type { Field, Hand } from '../field.ts';
import { counter as law, fieldNumber, foldedTotal } from '../laws/index.ts';
import type { Value } from '../value.ts';

/** How much to count up, or down when negative. */
export interface CounterDraft {
	readonly add: number;
}

/**
 * A number that many count at once (stars, stock seen, pages read): every step of everybody counts exactly once. Reads a whole number,
 * 0 before the first step.
 */
export function counter(id: number): Field<number, CounterDraft> {
	return {
		type: 'counter',
		id,
		number: fieldNumber(id, law),
		law,
		fallback: 0,
		guarded: false,
		routes: false,
		check(value, key) {
			if (!/^[+-]./.test(key) || key.length > 64 || !key.isWellFormed()) return 'A key of a counter is + or - and a name.';
			return Number.isSafeInteger(value) && (value as number) > 0 ? null : 'A part of a counter is a whole number above 0.';
		},
		form: {
			kind: 'keys',
			read: (registers) => [...registers].reduce((sum, [key, total]) => sum + signOf(key) * countOf(total), 0),
			write: ({ add }, _current, hand) => (add === 0 ? [] : [countStep(add, hand)]),
		},
		toPlain: (value) => value,
		fromPlain: (plain) => (Number.isSafeInteger(plain) ? { add: plain as number } : undefined),
	};
}

/**
 * The register that one step writes. Ups and downs have keys of their own, since the greater total wins; and so has each step that is on
 * its way, so that a step that is refused takes no other with it.
 */
export function countStep(add: number, hand: Pick<Hand, 'name' | 'look'>): readonly [key: string, value: Value] {
	for (let i = 0; ; i++) {
		const key = `${add > 0 ? '+' : '-'}${hand.name}${i === 0 ? '' : `.${i.toString(36)}`}`;
		const { value, busy } = hand.look(key);
		if (!busy && foldedTotal(value) === null) return [key, countOf(value) + Math.abs(add)];
	}
}

/** What a part adds to the sum. Of one that was folded that is nothing: its total stands in the sum of those. */
function countOf(value: Value): number {
	return typeof value === 'number' ? value : 0;
}

function signOf(key: string): number {
	return key.startsWith('-') ? -1 : 1;
}
