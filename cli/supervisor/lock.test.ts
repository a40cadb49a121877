import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLocked, lockHome } from './lock.ts';

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
		console.log(lockHome(${JSON.stringify(home)}) === null ? 'refused' : 'locked');
		setInterval(() => {}, 1000);`;
	const other = Bun.spawn({ cmd: [process.execPath, '-e', program], stdout: 'pipe' });
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
