import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isOrderKey, keyBetween, MAX_ORDER_KEY } from './order.ts';

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a list that grows at any places stays in order', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(), anyRandom), { maxLength: 60 }), (insertions) => {
			const keys: string[] = [];
			for (const [where, random] of insertions) {
				const at = where % (keys.length + 1);
				keys.splice(
					at,
					0,
					keyBetween(keys[at - 1] ?? null, keys[at] ?? null, () => random),
				);
			}
			expect(keys.toSorted()).toEqual(keys);
			expect(new Set(keys).size).toBe(keys.length);
			expect(keys.every(isOrderKey)).toBe(true);
		}),
	);
});

test('two devices that insert at the same place make different keys', () => {
	const keys = new Set(Array.from({ length: 40 }, (_, i) => keyBetween('a0', 'a1', () => (i * 0.0249) % 1)));
	expect(keys.size).toBeGreaterThan(30);
});

test('neighbours that cannot be parted still give a key right after the first', () => {
	const key = keyBetween('a1V', 'a1V', Math.random);
	expect(key > 'a1V').toBe(true);
	expect(isOrderKey(key)).toBe(true);
	expect(keyBetween('a2', 'a1', Math.random) > 'a2').toBe(true);
});

test('a thousand insertions at one place stay below the longest key', () => {
	let last = 'a0V';
	for (let i = 0; i < 1000; i++) last = keyBetween(last, 'a1V', Math.random);
	expect(last.length).toBeLessThan(MAX_ORDER_KEY);
});

test('what is no order key is told from one', () => {
	for (const key of ['a0', 'a1V', 'Zz', 'b10']) expect(isOrderKey(key)).toBe(true);
	for (const wrong of ['', '1', 'b1', 'a10', 'a-', `A${'0'.repeat(26)}`, 7, null, `a${'1'.repeat(MAX_ORDER_KEY)}`])
		expect(isOrderKey(wrong)).toBe(false);
});
