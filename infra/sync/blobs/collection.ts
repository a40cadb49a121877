import { blobHash } from '@mana/store';
import { splitHashes } from '@mana/sync/manifest';
import type { SyncStore } from '../store.ts';
import { withoutUsers } from './chunk-lock.ts';
import { forgetPurged, type Tables, withReferences } from './references.ts';
import type { Shelf } from './shelf.ts';

/** How long a blob that no record names is kept, and a chunk of no blob (ms): undo and uploads that pause come back in this time. */
export const BLOB_HORIZON_MS = 30 * 24 * 3600_000;

export interface Collected {
	readonly blobs: number;
	readonly chunks: number;
	/** Files that no space needed any more. */
	readonly files: number;
}

/**
 * Removes what no record names, `BLOB_HORIZON_MS` after the first collection that saw it unnamed. Rows go before the file they stand for, so that a crash leaves at
 * most a file too many, which the next collection removes.
 *
 * @param now ms since 1970
 * @param signal ends it early, between two spaces or files
 */
export async function collectBlobs(store: SyncStore, shelf: Shelf, now: number, signal?: AbortSignal): Promise<Collected> {
	let blobs = 0;
	let chunks = 0;
	for (const space of await spacesWithBlobs(store.db)) {
		signal?.throwIfAborted();
		const gone = await withReferences(store.db, space, (db) => collectIn(db, space, now));
		blobs += gone.blobs;
		chunks += gone.chunks;
	}
	return { blobs, chunks, files: await dropUnneeded(store, shelf, signal) };
}

/** Removes the files that no space needs. @returns how many */
export async function dropUnneeded(store: SyncStore, shelf: Shelf, signal?: AbortSignal): Promise<number> {
	let files = 0;
	for await (const { hash } of shelf.list()) {
		signal?.throwIfAborted();
		if (await withoutUsers(store, hash, (db) => shelf.drop(hash, () => isNeeded(db, hash)))) files++;
	}
	return files;
}

/** Whether some space has a chunk. */
export async function isNeeded(db: Tables, hash: string): Promise<boolean> {
	return (await db.selectFrom('blob_chunk').select('space').where('hash', '=', hash).limit(1).executeTakeFirst()) !== undefined;
}

export async function spacesWithBlobs(db: Tables): Promise<number[]> {
	const rows = await db.selectFrom('blob_chunk').select('space').union(db.selectFrom('blob').select('space')).execute();
	return rows.map(({ space }) => space);
}

async function collectIn(db: Tables, space: number, now: number): Promise<{ blobs: number; chunks: number }> {
	await forgetPurged(db, space);
	const named = db.selectFrom('blob_reference').select('hash').where('space', '=', space);
	await db.updateTable('blob').set({ unreferenced_since: null }).where('space', '=', space).where('hash', 'in', named).execute();
	await db
		.updateTable('blob')
		.set({ unreferenced_since: now })
		.where('space', '=', space)
		.where('unreferenced_since', 'is', null)
		.where('hash', 'not in', named)
		.execute();
	const gone = await db
		.deleteFrom('blob')
		.where('space', '=', space)
		.where('unreferenced_since', '<=', now - BLOB_HORIZON_MS)
		.executeTakeFirstOrThrow();
	return { blobs: Number(gone.numDeletedRows), chunks: await collectChunks(db, space, now) };
}

/** Removes chunks that belong to no blob of who sent them and were not touched for long. */
async function collectChunks(db: Tables, space: number, now: number): Promise<number> {
	const old = await db
		.selectFrom('blob_chunk')
		.select(['hash', 'person'])
		.where('space', '=', space)
		.where('touched_at', '<=', now - BLOB_HORIZON_MS)
		.execute();
	if (old.length === 0) return 0;
	const manifests = await db.selectFrom('blob').select(['person', 'chunks']).where('space', '=', space).execute();
	const kept = new Set(manifests.flatMap(({ person, chunks }) => splitHashes(chunks).map((hash) => `${hash} ${person}`)));
	let gone = 0;
	for (const { hash, person } of old) {
		if (kept.has(`${hash} ${person}`)) continue;
		await db
			.deleteFrom('blob_chunk')
			.where('space', '=', space)
			.where('hash', '=', blobHash(hash))
			.where('person', '=', person)
			.where('touched_at', '<=', now - BLOB_HORIZON_MS)
			.execute();
		gone++;
	}
	return gone;
}
