import { describe, expect, test } from 'bun:test';
import { type RestartPolicy, Restarts } from './restarts.ts';

const policy: RestartPolicy = { firstMs: 100, longestMs: 1000, steadyMs: 5_000, tries: 6 };
const longest = () => 1 - Number.EPSILON;

describe('restarts', () => {
	test('double the pause with every fast crash, up to the longest', () => {
		const restarts = new Restarts(policy, longest);
		expect([1, 2, 3, 4, 5, 6].map(() => restarts.died(10))).toEqual([100, 200, 400, 800, 1000, 1000]);
	});

	test('give up after the last try', () => {
		const restarts = new Restarts(policy, longest);
		for (let crash = 1; crash <= policy.tries; crash++) expect(restarts.died(10)).not.toBeNull();
		expect(restarts.died(10)).toBeNull();
		expect(restarts.total).toBe(policy.tries);
	});

	test('begin anew after a steady life', () => {
		const restarts = new Restarts(policy, longest);
		for (let crash = 1; crash <= policy.tries; crash++) restarts.died(10);
		expect(restarts.died(5_000)).toBe(100);
		expect(restarts.died(10)).toBe(200);
	});

	test('spread over the upper half of the pause, so that processes do not come back in step', () => {
		expect(new Restarts(policy, () => 0).died(10)).toBe(50);
		expect(new Restarts(policy, () => 0.5).died(10)).toBe(75);
	});
});
