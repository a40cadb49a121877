import { describe, expect, test } from 'bun:test';
import { faultsIn, type Mark } from './checks.ts';
import { digestOf } from './digest.ts';

const mark = (writer: string, count: number, value: number, keys: number[], seen: Record<string, number> = {}): Mark => ({
	writer,
	count,
	value,
	keys,
	seen: new Map(Object.entries(seen)),
});

describe('a view', () => {
	const marks = [mark('a', 1, 10, [0, 1]), mark('b', 1, 20, [1, 2], { a: 1 }), mark('a', 2, 30, [0], { a: 1, b: 1 })];
	const tops = [30, 20, 20];

	test('with all of what it shows is right', () => {
		expect(faultsIn({ tops, marks }, new Map([['a', 1]]))).toEqual([]);
	});

	test('with a part of a transaction is wrong', () => {
		expect(faultsIn({ tops: [30, 20, 0], marks })).toEqual(['I6: b 1 is visible, but key 2 holds 0 and not its 20']);
		expect(faultsIn({ tops: [30, 20, 25], marks })).toEqual(['I6: key 2 holds 25, whose transaction is not visible']);
	});

	test('with a gap, or with one transaction twice, is wrong', () => {
		expect(faultsIn({ tops: [0, 0, 0], marks: [mark('a', 2, 0, [])] })).toEqual(['I5: of a up to 2 only 1 are visible']);
		const twice = [mark('a', 1, 0, []), mark('a', 1, 0, [])];
		expect(faultsIn({ tops: [], marks: twice })).toEqual(['I4: a 1 is there twice']);
	});

	test('without the cause of something it shows is wrong', () => {
		expect(faultsIn({ tops: [0, 20, 20], marks: marks.slice(1, 2) })).toEqual([
			'I7: b 1 is visible, but not a 1, which its writer had seen',
		]);
	});

	test('that lost something is wrong', () => {
		expect(faultsIn({ tops, marks }, new Map([['b', 2]]))).toEqual(['I7: b 2 was visible and is gone']);
	});
});

test('a digest tells states apart, and not the order in which they came', () => {
	const [a, b] = [mark('a', 1, 1, [0]), mark('b', 1, 2, [1])];
	expect(digestOf({ tops: [1, 2], marks: [a, b] })).toBe(digestOf({ tops: [1, 2], marks: [b, a] }));
	expect(digestOf({ tops: [1, 2], marks: [a, b] })).not.toBe(digestOf({ tops: [1, 2], marks: [a] }));
	expect(digestOf({ tops: [1, 2], marks: [a] })).not.toBe(digestOf({ tops: [1, 3], marks: [a] }));
});
