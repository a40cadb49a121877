import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { leading } from './leading.ts';

test('what leads is what sorting all brings first, equal ones in their order', () => {
	const rows = fc.array(fc.record({ rank: fc.nat(9), name: fc.nat() }), { maxLength: 60 });
	const byRank = (a: { rank: number }, b: { rank: number }): number => a.rank - b.rank;
	fc.assert(
		fc.property(rows, fc.nat(20), (all, most) => {
			expect(leading(all, byRank, most)).toEqual(all.toSorted(byRank).slice(0, most));
		}),
	);
});
