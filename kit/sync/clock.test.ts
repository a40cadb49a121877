import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { EPOCH_MS, nextStamp, stampAt, timeOf } from './clock.ts';

const anyTime = fc.integer({ min: EPOCH_MS, max: Date.UTC(2090, 0, 1) });

test('a stamp holds its millisecond, and later milliseconds have higher stamps', () => {
	fc.assert(fc.property(anyTime, (ms) => expect(timeOf(stampAt(ms))).toBe(ms)));
	fc.assert(fc.property(anyTime, anyTime, (a, b) => expect(Math.sign(stampAt(a) - stampAt(b))).toBe(Math.sign(a - b))));
	expect(Number.isSafeInteger(stampAt(Date.UTC(2094, 0, 1)))).toBe(true);
});

test('I15: the stamps of a device rise whatever its clock does', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: Date.UTC(2090, 0, 1) }), { minLength: 2 }), (times) => {
			let last = -1;
			for (const now of times) {
				const stamp = nextStamp(last, now);
				expect(stamp).toBeGreaterThan(last);
				expect(Number.isSafeInteger(stamp)).toBe(true);
				last = stamp;
			}
		}),
	);
});
