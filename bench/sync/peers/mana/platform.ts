import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import type { Platform } from '@mana/sync/client/platform';
import { socketConnector } from '@mana/sync/client/transport';
import type { Address } from './visitor.ts';

/** The surroundings of one browser: sockets, a disk in memory, nobody in other tabs. */
export function platformFor({ url, token }: Address): Platform {
	const disks = new Map<string, MemoryDisk>();
	const notes = new Map<string, string>();
	return {
		env: webEnvironment(),
		locks: { hold: (_name, _signal, work) => void work() },
		connector: socketConnector(() => new WebSocket(`${url.replace('http', 'ws')}/socket`)),
		token: async () => ({ token, expiresAt: Date.now() + 7_200_000 }),
		spacesUrl: `${url}/spaces`,
		notes: {
			getItem: (name) => notes.get(name) ?? null,
			setItem: (name, value) => void notes.set(name, value),
			removeItem: (name) => void notes.delete(name),
		},
		async openDisk(name) {
			const disk = disks.get(name) ?? new MemoryDisk(true);
			disks.set(name, disk);
			return disk;
		},
		deleteDisk: async (name) => void disks.delete(name),
		channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
		persist: () => undefined,
		room: async () => Infinity,
		onWake: () => () => undefined,
		report: (error) => console.error(error),
	};
}
