import { expect, test } from 'bun:test';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone } from './build-lock.ts';

const lock = () => join(mkdtempSync(join(tmpdir(), 'mana-lock-')), 'build.lock');

test('one at a time, and the lock is gone afterwards', async () => {
	const file = lock();
	const order: string[] = [];
	const { promise, resolve } = Promise.withResolvers<void>();
	const first = alone(
		file,
		() => {},
		async () => {
			order.push('first begins');
			await promise;
			order.push('first ends');
		},
	);
	const second = alone(file, resolve, async () => void order.push('second'));
	await Promise.all([first, second]);
	expect(order).toEqual(['first begins', 'first ends', 'second']);
	expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
	const file = lock();
	const gone = Bun.spawn(['true']);
	await gone.exited;
	writeFileSync(file, String(gone.pid));
	expect(
		await alone(
			file,
			() => {},
			async () => 'done',
		),
	).toBe('done');
});

test('work that fails gives the lock back', async () => {
	const file = lock();
	expect(
		alone(
			file,
			() => {},
			() => Promise.reject(new Error('no')),
		),
	).rejects.toThrow('no');
	expect(
		await alone(
			file,
			() => {},
			async () => 'done',
		),
	).toBe('done');
});
