import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { placeNear } from './place-near.ts';

const seed = 20261127;

test('what is there once is found wherever one begins to look, and what is not there nowhere', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(fc.nat(30), { maxLength: 12 }),
			fc.integer({ min: -5, max: 20 }),
			fc.nat(30),
			(list, near, wanted) => expect(placeNear(list, near, (one) => one === wanted)).toBe(list.indexOf(wanted)),
		),
		{ seed },
	);
});

test('the nearest of several is found, with as few looks as it is far', () => {
	const list = Array.from({ length: 10_000 }, (_, at) => at % 100);
	let looks = 0;
	expect(placeNear(list, 5_003, (one) => (looks++, one === 1))).toBe(5_001);
	expect(looks).toBeLessThan(8);
});
