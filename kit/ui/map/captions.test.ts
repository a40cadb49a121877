import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { boxOf, captions } from './captions.ts';

const size = { width: 400, height: 300 };

test('words stand on the right of a dot, on the left where the map ends, and nowhere where there is no room', () => {
	expect(captions([{ x: 50, y: 100, width: 80 }, { x: 390, y: 100, width: 80 }], size)).toEqual(['right', 'left']); // prettier-ignore
	// The second one is in the way of what would stand on the right of the first, and the edge on its left.
	expect(captions([{ x: 20, y: 100, width: 80 }, { x: 60, y: 100, width: 80 }], size)).toEqual([null, 'right']); // prettier-ignore
	expect(captions([{ x: 100, y: 2, width: 80 }], size)).toEqual([null]);
});

test('words never cover other words and never leave the map', () => {
	const one = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 300 }), width: fc.integer({ min: 10, max: 150 }) });
	fc.assert(
		fc.property(fc.array(one, { maxLength: 30 }), (all) => {
			const boxes = captions(all, size).flatMap((side, at) => (side ? [boxOf(all[at]!, side)] : []));
			for (const [at, box] of boxes.entries()) {
				expect(box.left >= 0 && box.right <= 400 && box.top >= 0 && box.bottom <= 300).toBe(true);
				for (const other of boxes.slice(at + 1))
					expect(box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom).toBe(false);
			}
		}),
	);
}); // prettier-ignore
