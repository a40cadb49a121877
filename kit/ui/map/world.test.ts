import { expect, test } from 'bun:test';
import { worldBase } from './world.ts';

test('the base of the map is here: land and borders, all on the square of the world', () => {
	const { land, borders } = worldBase();
	expect(land.split('M').length).toBeGreaterThan(100);
	expect(borders.split('M').length).toBeGreaterThan(100);
	const numbers = (land + borders).match(/-?\d+(\.\d+)?/g)!.map(Number);
	expect([Math.min(...numbers) >= 0, Math.max(...numbers) <= 1_000]).toEqual([true, true]);
});
