import { expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone } from './build-lock.ts';

const lock = () => join(mkdtempSync(join(tmpdir(), 'mana-lock-')), 'building.sqlite');

test('one at a time', async () => {
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
});

test('a process that is killed at work holds up nobody', async () => {
	const file = lock();
	const script = `const { alone } = await import(${JSON.stringify(join(import.meta.dir, 'build-lock.ts'))});
		await alone(${JSON.stringify(file)}, () => {}, async () => { console.log('at work'); await new Promise(() => setInterval(() => {}, 1000)); });`;
	const other = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
	await other.stdout.getReader().read();
	const { promise: waited, resolve } = Promise.withResolvers<void>();
	const done = alone(file, resolve, async () => 'done');
	await waited;
	other.kill('SIGKILL');
	expect(await done).toBe('done');
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
