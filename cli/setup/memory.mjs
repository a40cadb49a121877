// Plain JavaScript for Node 20: a folder in memory for what tests write and throw away.
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A whole run holds below 1 GiB at a time; the rest is for the machine. */
const needed = 4 * 2 ** 30;
const named = /^mana-tests-(\d+)$/;

/**
 * Makes a folder in memory that goes when this process ends. A run makes a thousand databases: on a disk that is what it waits for.
 *
 * @returns its path; `null` where there is no such place, it is small (Docker gives 64 MB) or nothing may be started from it
 */
export function memoryFolder() {
	if (!isRoomy()) return null;
	for (const name of readdirSync(memory)) {
		const [, pid] = named.exec(name) ?? [];
		if (pid && !lives(Number(pid))) rmSync(join(memory, name), { recursive: true, force: true });
	}
	const folder = join(memory, `mana-tests-${process.pid}`);
	mkdirSync(folder);
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

function isRoomy() {
	try {
		const mounted = readFileSync('/proc/mounts', 'utf8')
			.split('\n')
			.map((line) => line.split(' '))
			.find(([, path]) => path === memory);
		if (!mounted || mounted[2] !== 'tmpfs' || mounted[3].split(',').includes('noexec')) return false;
		const { bavail, bsize } = statfsSync(memory);
		return bavail * bsize >= needed && freemem() >= needed;
	} catch {
		return false; // no Linux
	}
}

function lives(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}
