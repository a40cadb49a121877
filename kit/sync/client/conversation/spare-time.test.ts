import { expect, test } from 'bun:test';
import { inSpareTime } from './spare-time.ts';

/** A browser that says when it has time. */
class Busy {
	readonly waiting: (() => void)[] = [];
	readonly patience: number[] = [];

	requestIdleCallback(job: () => void, { timeout }: { readonly timeout: number }): void {
		this.waiting.push(job);
		this.patience.push(timeout);
	}

	rest(): void {
		for (const job of this.waiting.splice(0)) job();
	}
}

test('a job waits until the browser has time, and is done once however often it was asked for', () => {
	const busy = new Busy();
	let done = 0;
	const ask = inSpareTime(() => void done++, busy);
	ask();
	ask();
	expect(done).toBe(0);
	busy.rest();
	expect(done).toBe(1);
	ask();
	busy.rest();
	expect(done).toBe(2);
	expect(busy.patience).toEqual([500, 500]);
});

test('where nothing tells whether there is time, a job is done at once', () => {
	let done = 0;
	inSpareTime(() => void done++, {})();
	expect(done).toBe(1);
});
