import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { held, pushed, squareOf, whole, zooms } from './crop.ts';

const seed = Date.now();
console.log(`crop.test.ts: seed ${seed}`);
const part = fc.double({ min: -2, max: 3, noNaN: true });
const crops = fc.record({ x: part, y: part, zoom: fc.double({ min: 0, max: 9, noNaN: true }) });
const sizes = fc.record({ width: fc.integer({ min: 1, max: 9_000 }), height: fc.integer({ min: 1, max: 9_000 }) });

test('the whole crop takes the largest square from the middle', () => {
	expect(squareOf(whole, { width: 300, height: 200 })).toEqual({ left: 50, top: 0, side: 200 });
});

test('pushing to the right shows what was further left, as far as there is something', () => {
	const size = { width: 400, height: 200 };
	expect(squareOf(pushed(whole, size, { right: 0.25, down: 0 }), size).left).toBe(50);
	expect(squareOf(pushed(whole, size, { right: 9, down: 9 }), size)).toEqual({ left: 0, top: 0, side: 200 });
});

test('whatever is asked for, the square lies inside the picture, and holding a crop twice changes nothing', () => {
	fc.assert(
		fc.property(crops, sizes, part, part, (crop, size, right, down) => {
			const held1 = pushed(crop, size, { right, down });
			const { left, top, side } = squareOf(held1, size);
			expect(Math.min(left, top)).toBeGreaterThanOrEqual(-0.001);
			expect(left + side).toBeLessThanOrEqual(size.width + 0.001);
			expect(top + side).toBeLessThanOrEqual(size.height + 0.001);
			expect(held(held1, size)).toEqual(held1);
			expect(held1.zoom).toBeGreaterThanOrEqual(zooms.least);
		}),
		{ seed },
	);
});
