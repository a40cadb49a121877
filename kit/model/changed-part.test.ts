import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { changedPart } from './changed-part.ts';

const seed = 20261127;
const few = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 });

test('what stands before and behind the part that changed is alike, and the part begins and ends with what is not', () => {
	fc.assert(
		fc.property(few, few, (before, after) => {
			const { from, was, is } = changedPart(before, after);
			expect(before.slice(0, from)).toEqual(after.slice(0, from));
			expect(before.slice(was)).toEqual(after.slice(is));
			expect(Math.min(was, is)).toBeGreaterThanOrEqual(from);
			if (was > from && is > from) expect([before[from], before[was - 1]]).not.toContainEqual(undefined);
			if (was > from && is > from) expect(before[from] === after[from] || before[was - 1] === after[is - 1]).toBe(false);
			if (before.join() === after.join()) expect(was + is).toBe(2 * from);
		}),
		{ seed },
	);
});
