import { expect, test } from 'bun:test';
import { pointOf } from '@mana/ui/map/view';
import { HORIZON, nightAt } from '../places/sun.ts';
import { nightPath, sunPath } from './night.ts';

const STEP = 2;
const pathAt = (at: number) => nightPath(nightAt(at, HORIZON, STEP), STEP, 1_000);

test('the night of a summer is one shape that goes all round the south of the world, on the square of the world', () => {
	const path = pathAt(Date.UTC(2026, 5, 21, 12));
	expect(path.match(/M/g)).toHaveLength(1);
	const numbers = path.match(/-?\d+(\.\d+)?/g)!.map(Number);
	expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0, 1_000]);
	expect(path).toContain('1000.00 1000.00L');
});

test('at an equinox the night of the date line is in two shapes, one at each edge of the map', () => {
	// At noon in Greenwich the middle of the night is at the edge of the map; at midnight it is in its middle.
	expect(pathAt(Date.UTC(2026, 2, 20, 12)).match(/M/g)).toHaveLength(2);
	expect(pathAt(Date.UTC(2026, 2, 20, 0)).match(/M/g)).toHaveLength(1);
});

test('the sun is drawn where it stands in the zenith', () => {
	const [x = 0, y = 0] = sunPath(Date.UTC(2026, 2, 20, 12, 8), 1_000)
		.match(/\d+(\.\d+)?/g)!
		.map(Number);
	const middle = pointOf({ latitude: 0, longitude: 0 });
	expect([Math.abs(x / 1_000 - middle.x) < 0.003, Math.abs(y / 1_000 - middle.y) < 0.003]).toEqual([true, true]);
});
