import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const lookAgainMs = 200;

/**
 * Runs `work` while no other process of this machine does, so that two builds never write into each other's files. A lock whose process
 * is gone is taken over.
 *
 * @param file where the lock lies
 * @param waiting called once when another one is at work
 */
export async function alone<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
	mkdirSync(dirname(file), { recursive: true });
	let told = false;
	while (!take(file)) {
		if (!told) waiting();
		told = true;
		await Bun.sleep(lookAgainMs);
	}
	try {
		return await work();
	} finally {
		rmSync(file, { force: true });
	}
}

function take(file: string): boolean {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	if (!isAlive(holder(file))) rmSync(file, { force: true });
	return false;
}

function holder(file: string): number {
	try {
		return Number(readFileSync(file, 'utf8')) || 0;
	} catch (error) {
		// Released between the two looks.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
		throw error;
	}
}

/** A lock that was only just made holds no number yet: its maker counts as alive for as long as the file is there. */
function isAlive(pid: number): boolean {
	if (pid === 0) return true;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
