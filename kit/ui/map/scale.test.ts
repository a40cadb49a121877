import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { scaleOf } from './scale.ts';
import { NEAREST, pointOf, WORLD } from './view.ts';

const at = (latitude: number, zoom: number) => ({ middle: pointOf({ latitude, longitude: 11 }), zoom });

test('at the equator the whole world is as wide as the equator is long, and half of that at sixty degrees', () => {
	// 40,075 km on 1,000 px.
	expect(scaleOf(at(0, 1), 1_000, 130, 'metric')).toEqual({ px: expect.closeTo(124.77, 2), length: 5_000, unit: 'kilometer' });
	expect(scaleOf(at(60, 1), 1_000, 130, 'metric')).toEqual({ px: expect.closeTo(99.81, 2), length: 2_000, unit: 'kilometer' });
	expect(scaleOf(at(0, 1), 1_000, 130, 'imperial')).toEqual({ px: expect.closeTo(80.32, 2), length: 2_000, unit: 'mile' });
});

test('the bar fits, is not much shorter than it may be, and says a round length', () => {
	const zoom = fc.double({ min: WORLD.zoom, max: NEAREST, noNaN: true });
	const latitude = fc.double({ min: -80, max: 80, noNaN: true });
	fc.assert(
		fc.property(
			latitude,
			zoom,
			fc.integer({ min: 200, max: 3_000 }),
			fc.constantFrom('metric', 'imperial'),
			(north, near, width, units) => {
				const { px, length } = scaleOf(at(north, near), width, 96, units);
				expect(px).toBeLessThanOrEqual(96 + 1e-9);
				expect(px).toBeGreaterThan(96 * 0.39);
				expect(length.toExponential()[0]).toMatch(/[125]/);
			},
		),
	);
});
