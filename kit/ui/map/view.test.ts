import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { atView, clustered, inView, moved, NEAREST, pointOf, viewOf, WORLD, zoomed } from './view.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.record({ x: unit, y: unit });
const view = fc.record({ middle: point, zoom: fc.double({ min: 1, max: NEAREST, noNaN: true }) });
const height = fc.double({ min: 0.3, max: 2, noNaN: true });

test('the middle of the world is in the middle, north is up and east is right, and poles are at the edge', () => {
	expect(pointOf({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: 0.5 });
	const [munich, oslo, tokyo] = [
		pointOf({ latitude: 48.14, longitude: 11.58 }),
		pointOf({ latitude: 59.91, longitude: 10.75 }),
		pointOf({ latitude: 35.68, longitude: 139.69 }),
	];
	expect([oslo.y < munich.y, munich.y < tokyo.y, tokyo.x > munich.x]).toEqual([true, true, true]);
	expect(pointOf({ latitude: 90, longitude: 180 }).x).toBe(1);
	expect(pointOf({ latitude: 90, longitude: 0 }).y).toBeCloseTo(0, 6);
	expect(pointOf({ latitude: -90, longitude: 0 }).y).toBeCloseTo(1, 6);
});

test('a point is found again where it is seen', () => {
	fc.assert(
		fc.property(view, point, height, (seen, one, tall) => {
			const again = atView(seen, inView(seen, one, tall), tall);
			expect(again.x).toBeCloseTo(one.x, 9);
			expect(again.y).toBeCloseTo(one.y, 9);
		}),
	);
});

test('who zooms at a point keeps it where it is, unless the edge of the world is in the way', () => {
	fc.assert(
		fc.property(view, point, fc.double({ min: 0.3, max: 4, noNaN: true }), height, (seen, about, factor, tall) => {
			const next = zoomed(seen, factor, about, tall);
			expect(next.zoom).toBeGreaterThanOrEqual(WORLD.zoom);
			expect(next.zoom).toBeLessThanOrEqual(NEAREST);
			const { x, y } = next.middle;
			if (x <= 0 || x >= 1 || y <= 0 || y >= 1) return;
			const [was, is] = [atView(seen, about, tall), atView(next, about, tall)];
			expect(is.x).toBeCloseTo(was.x, 9);
			expect(is.y).toBeCloseTo(was.y, 9);
		}),
	);
});

test('everybody is in the view of all, however they lie, and nobody moves out of the world', () => {
	fc.assert(
		fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), height, (points, tall) => {
			const seen = viewOf(points, tall);
			if (seen.zoom > WORLD.zoom)
				for (const one of points) {
					const { x, y } = inView(seen, one, tall);
					expect(Math.min(x, 1 - x, y, tall - y)).toBeGreaterThan(-1e-9);
				}
			const { middle } = moved(seen, { x: 99, y: -99 });
			expect([middle.x, middle.y]).toEqual([1, 0]);
		}),
	);
	expect(viewOf([], 1)).toEqual(WORLD);
});

test('each stands in one cluster, and in each they are near to one another', () => {
	fc.assert(
		fc.property(
			fc.array(point, { maxLength: 60 }),
			view,
			fc.double({ min: 0.01, max: 0.2, noNaN: true }),
			(points, seen, apart) => {
				const all = points.map((at) => ({ point: at }));
				const clusters = clustered(all, seen, apart);
				expect(clusters.flatMap(({ of }) => of).length).toBe(all.length);
				expect(new Set(clusters.flatMap(({ of }) => of)).size).toBe(all.length);
				for (const { of } of clusters)
					for (const one of of)
						expect(Math.abs(one.point.x - of[0]!.point.x) * seen.zoom).toBeLessThanOrEqual(apart * (1 + 1e-6) + 1e-9);
			},
		),
	);
});
