import { expect, test } from 'bun:test';
import { type Idle, whenIdle } from './idle.ts';

/** A browser that is idle when the test says so, and then has time for so many steps. */
function browser() {
	let waiting: Parameters<Idle>[0] | null = null;
	const idle: Idle = (work) => {
		waiting = work;
		return () => (waiting = null);
	};
	const rest = (steps: number): void => {
		const work = waiting;
		waiting = null;
		work?.(() => (--steps > 0 ? 10 : 0));
	};
	return { idle, rest, asked: () => waiting !== null };
}

function* counting(done: number[], steps: number): Generator<void, void> {
	for (let at = 0; at < steps; at++) {
		done.push(at);
		yield;
	}
}

test('work is done in as many turns as it takes, none longer than there is time, and none before the browser rests', () => {
	const { idle, rest, asked } = browser();
	const done: number[] = [];
	whenIdle(counting(done, 5), idle);
	expect(done).toEqual([]);
	rest(2);
	expect(done).toEqual([0, 1]);
	rest(9);
	expect(done).toEqual([0, 1, 2, 3, 4]);
	expect(asked()).toBe(false);
});

test('work that nobody wants any more is not gone on with', () => {
	const { idle, rest } = browser();
	const done: number[] = [];
	const stop = whenIdle(counting(done, 5), idle);
	rest(1);
	stop();
	rest(9);
	expect(done).toEqual([0]);
});
