import { blobHashIn } from '@mana/model';
import type { Client } from '../client.ts';
import type { Disk } from '../disk.ts';
import type { Platform } from '../platform.ts';
import { Blobs } from './blobs.ts';
import { FileStore } from './file-store.ts';
import type { FilePlace } from '../file-rows.ts';
import { Transfer } from './transfer.ts';

/** Most that files take here of what the server has too, beside what is pinned: bytes, and the part of what the browser gives us. */
const CACHE = { bytes: 512 * 1024 * 1024, part: 0.2 };

interface FilesParts {
	/** A handle of their own to the disk of the account. */
	readonly disk: Disk;
	/** Local name of the space, as its store has it. */
	readonly space: string;
	/** Name of the account and the space, for locks and lines among tabs. */
	readonly name: string;
	readonly platform: Platform;
}

/** Opens the files of one space for a client that is open. */
export async function openFiles(client: Client, { disk, space, name, platform }: FilesParts): Promise<Blobs> {
	const ending = new AbortController();
	const { mana } = client;
	let way: { readonly id: string; readonly transfer: Transfer } | null = null;
	const blobs = await Blobs.open({
		...platform,
		store: new FileStore(disk, space),
		channel: platform.channel(`${name}/files`),
		name,
		async transfer() {
			const { id } = client.space;
			if (id === null) return null; // a guest, or the server did not tell yet
			if (way?.id !== id) way = { id, transfer: new Transfer(`${platform.spacesUrl}/${id}`, platform.token, ending.signal) };
			return way.transfer;
		},
		names: ({ collection, record }: FilePlace, hash) => {
			const registers = [...mana.replica.registers(collection, record)];
			return registers.length === 0 || registers.some(([, { value }]) => blobHashIn(value) === hash);
		},
		cacheBytes: async () => Math.min(CACHE.bytes, (await platform.storage()).quotaBytes * CACHE.part),
	});
	let { phase } = mana.sync;
	const heed = () => {
		const before = phase;
		phase = mana.sync.phase;
		if (phase === 'live' && before !== 'live') blobs.wake();
		else blobs.heed();
	};
	blobs.onClose(mana.subscribe(heed));
	blobs.onClose(platform.onWake(() => blobs.wake()));
	blobs.onClose(() => ending.abort());
	return blobs;
}
