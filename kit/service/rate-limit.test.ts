import { expect, test } from 'bun:test';
import { rateLimit } from './rate-limit.ts';

const clock = { at: 0, now: () => clock.at };

test('a key may make a burst of calls, then as many as time gives back', () => {
	const limit = rateLimit({ burst: 3, refillMs: 1000, clock });
	expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0]);
	expect(limit.take('a')).toBe(1000);
	clock.at += 400;
	expect(limit.take('a')).toBe(600);
	clock.at += 600;
	expect(limit.take('a')).toBe(0);
	expect(limit.take('a')).toBe(1000);
	expect(limit.take('b')).toBe(0);
});

test('rest gives back no more than the burst', () => {
	const limit = rateLimit({ burst: 2, refillMs: 1000, clock });
	limit.take('a');
	clock.at += 3_600_000;
	expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
	expect(limit.take('a')).toBeGreaterThan(0);
});

test('a clock that goes back gives nothing and takes nothing', () => {
	const limit = rateLimit({ burst: 1, refillMs: 1000, clock });
	limit.take('a');
	clock.at -= 60_000;
	expect(limit.take('a')).toBe(1000);
});

test('forgiving gives a key its burst again', () => {
	const limit = rateLimit({ burst: 1, refillMs: 1000, clock });
	limit.take('a');
	limit.forgive('a');
	expect(limit.take('a')).toBe(0);
});

test('a flood of keys forgets the one that was idle longest, not the ones in use', () => {
	const limit = rateLimit({ burst: 1, refillMs: 1_000_000, clock, maxKeys: 2 });
	limit.take('a');
	limit.take('b');
	limit.take('a');
	limit.take('c');
	expect(limit.take('a')).toBeGreaterThan(0);
	expect(limit.take('b')).toBe(0);
});
