import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import type { Platform } from '@mana/sync/client/platform';
import { socketConnector } from '@mana/sync/client/transport';
import type { Address } from './visitor.ts';

/** The surroundings of one browser: sockets, a disk in memory, nobody in other tabs. */
export function platformFor({ url, token }: Address): Platform {
	const disks = new Map<string, MemoryDisk>();
	return {
		env: webEnvironment(),
		locks: { hold: (_name, _signal, work) => void work() },
		network: async () => ({
			connector: socketConnector(() => new WebSocket(`${url.replace('http', 'ws')}/socket`)),
			async chunks(space, hash, bearer, signal) {
				const response = await fetch(`${url}/chunks/${space}/${hash}`, {
					headers: { authorization: `Bearer ${bearer}` },
					signal,
				});
				return new Uint8Array(await response.arrayBuffer());
			},
		}),
		token: async () => ({ token, expiresAt: Date.now() + 7_200_000 }),
		spacesUrl: `${url}/spaces`,
		notes: memoryNotes(),
		async openDisk(name) {
			const disk = disks.get(name) ?? new MemoryDisk(true);
			disks.set(name, disk);
			return disk;
		},
		deleteDisk: async (name) => void disks.delete(name),
		channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
		persist: () => undefined,
		storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
		onWake: () => () => undefined,
		onLeave: () => () => undefined,
		report: (error) => console.error(error),
	};
}
