import type { Disk } from './disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { memoryNotes } from './memory-notes.ts';
import type { Platform } from './platform.ts';
import { TestBrowser, type World } from './test-world.ts';

/** For tests: a platform whose databases are in memory and whose network is never there. */
export interface TestPlatform extends Platform {
	readonly disks: Map<string, MemoryDisk>;
	readonly kept: Map<string, string>;
	/** What stands between it and the server. */
	readonly browser: TestBrowser;
	/** The page is about to end. */
	leave(): void;
}

export function platformOf(world: World): TestPlatform {
	const disks = new Map<string, MemoryDisk>();
	const kept = new Map<string, string>();
	const leaving = new Set<() => void>();
	const browser = new TestBrowser(world);
	return {
		env: world.environment(),
		...browser.surroundings(),
		spacesUrl: '',
		notes: memoryNotes(kept),
		disks,
		kept,
		browser,
		openDisk: async (name): Promise<Disk> => {
			const disk = disks.get(name) ?? new MemoryDisk(true);
			disks.set(name, disk);
			return disk;
		},
		deleteDisk: async (name) => void disks.delete(name),
		persist: () => undefined,
		storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
		onWake: () => () => undefined,
		onLeave(leave) {
			leaving.add(leave);
			return () => leaving.delete(leave);
		},
		leave: () => leaving.forEach((leave) => leave()),
		report: (error) => {
			throw error;
		},
	};
}
