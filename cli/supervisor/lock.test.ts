import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLocked, joinHome, lockHome } from './lock.ts';

const home = mkdtempSync(join(tmpdir(), 'mana-lock-'));
afterAll(() => rmSync(home, { recursive: true }));

test('a data folder has one user at a time', () => {
	expect(isLocked(home)).toBe(false);
	const lock = lockHome(home);
	expect(isLocked(home)).toBe(true);
	expect(lockHome(home)).toBeNull();
	lock?.release();
	expect(isLocked(home)).toBe(false);
	lockHome(home)?.release();
});

test('a Mana that was killed leaves its data folder free', async () => {
	const program = `
		import { lockHome } from ${JSON.stringify(join(import.meta.dir, 'lock.ts'))};
		const said = lockHome(${JSON.stringify(home)}) === null ? 'refused' : 'locked';
		Bun.gc(true); // nobody looks at the lock any more: it holds all the same
		console.log(said);
		setInterval(() => {}, 1000);`;
	await using other = Bun.spawn({ cmd: [process.execPath, '-e', program], stdout: 'pipe' });
	const said = new TextDecoder().decode((await other.stdout.getReader().read()).value);
	expect(said).toBe('locked\n');
	expect(isLocked(home)).toBe(true);
	expect(lockHome(home)).toBeNull();
	other.kill('SIGKILL');
	await other.exited;
	const lock = lockHome(home);
	expect(lock).not.toBeNull();
	lock?.release();
});

test('services without a supervisor share a data folder that nobody can then have for himself', () => {
	const [auth, sync] = [joinHome(home), joinHome(home)];
	expect(auth).not.toBeNull();
	expect(sync).not.toBeNull();
	expect(lockHome(home)).toBeNull();
	auth?.release();
	expect(lockHome(home)).toBeNull();
	sync?.release();
	const lock = lockHome(home);
	expect(lock).not.toBeNull();
	expect(joinHome(home)).toBeNull();
	lock?.release();
});
