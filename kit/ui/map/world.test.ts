import { expect, test } from 'bun:test';
import { worldBase } from './world.ts';

test('the base of the map is here: land and borders, all on the square of the world', () => {
	const { land, borders } = worldBase();
	expect(land.split('M').length).toBeGreaterThan(100);
	expect(borders.split('M').length).toBeGreaterThan(100);
	const numbers = (land + borders).match(/-?\d+(\.\d+)?/g)!.map(Number);
	expect([Math.min(...numbers) >= 0, Math.max(...numbers) <= 1_000]).toEqual([true, true]);
});

test('no coast runs across the map from one edge of the world to the other, but along the south pole', () => {
	const { land } = worldBase();
	for (const shape of land.split('Z').filter(Boolean)) {
		const points = shape.slice(1).split('L').map((point) => point.split(' ').map(Number)); // prettier-ignore
		for (const [at, [x = 0, y = 0]] of points.entries()) {
			const [nextX = 0, nextY = 0] = points[(at + 1) % points.length]!;
			if (y < 999 || nextY < 999) expect([shape.slice(0, 20), Math.abs(nextX - x) < 200]).toEqual([shape.slice(0, 20), true]);
		}
	}
});
