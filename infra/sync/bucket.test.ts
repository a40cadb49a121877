import { expect, test } from 'bun:test';
import { Bucket, Buckets } from './bucket.ts';

test('a burst is let through, then the rate', () => {
	const bucket = new Bucket({ burst: 10, perSecond: 2 }, 0);
	for (let i = 0; i < 10; i++) expect(bucket.take(1, 0)).toBe(0);
	expect(bucket.take(1, 0)).toBe(500);
	expect(bucket.take(1, 499)).toBeGreaterThan(0);
	expect(bucket.take(1, 500)).toBe(0);
	expect(bucket.take(2, 500)).toBe(1000);
	expect(bucket.take(2, 1500)).toBe(0);
});

test('something larger than the burst passes once and is paid for afterwards', () => {
	const bucket = new Bucket({ burst: 10, perSecond: 10 }, 0);
	expect(bucket.take(110, 0)).toBe(0);
	expect(bucket.take(1, 0)).toBe(10_100);
	expect(bucket.take(1, 10_100)).toBe(0);
	expect(bucket.take(110, 10_200)).toBe(900);
});

test('a clock that goes back gives nothing and takes nothing', () => {
	const bucket = new Bucket({ burst: 1, perSecond: 1 }, 1000);
	expect(bucket.take(1, 1000)).toBe(0);
	expect(bucket.take(1, 0)).toBeGreaterThan(0);
});

test('names that are quiet again are forgotten', () => {
	let now = 0;
	const buckets = new Buckets({ burst: 5, perSecond: 5 }, () => now);
	for (let i = 0; i < 5_000; i++) {
		now += 1;
		buckets.take(`person ${i}`, 1);
	}
	expect(buckets.size).toBeLessThan(2500);
});
