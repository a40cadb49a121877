import { blobHashIn } from '@mana/model';
import { splitHashes } from '@mana/sync/manifest';
import { valueFromBytes } from '../spaces/bytes.ts';
import type { SyncStore } from '../store.ts';
import { spacesWithBlobs } from './collection.ts';
import { forgetPurged, lastOfStep, namedIn, type Tables, withReferences } from './references.ts';
import type { Shelf } from './shelf.ts';

/** What a thorough look found. */
export interface Findings {
	/** References in all spaces that have files. */
	readonly references: number;
	/** References that were not kept as the state says, put right now. */
	readonly wrong: number;
	/** Chunks of blobs whose file is not in the folder. Whoever still has the content is asked to send it again. */
	readonly lost: number;
}

interface Place {
	readonly record: string;
	readonly collection: number;
	readonly field: number;
	readonly key: string;
}

/** Counts all references again from the state itself, compares with what was followed, and looks for every file. @param signal ends it early, between two spaces */
export async function examineBlobs(store: SyncStore, shelf: Shelf, signal?: AbortSignal): Promise<Findings> {
	const sum = { references: 0, wrong: 0, lost: 0 };
	for (const space of await spacesWithBlobs(store.db)) {
		signal?.throwIfAborted();
		const counted = await countAgain(store.db, space);
		sum.references += counted.size;
		sum.wrong += await withReferences(store.db, space, (db) => compare(db, space, counted));
		sum.lost += await lostIn(store.db, shelf, space);
	}
	return sum;
}

/** Reads in steps, so that nobody is held up by a large space. */
async function countAgain(db: Tables, space: number): Promise<Map<string, Place & { readonly hash: string }>> {
	const counted = new Map<string, Place & { readonly hash: string }>();
	for (let after = 0, to; (to = await lastOfStep(db, space, after)) !== null; after = to)
		for (const named of await namedIn(db, space, after, to)) counted.set(placeText(named), named);
	return counted;
}

/** A place that differs may just have been written; its cell of this moment decides. */
async function compare(
	db: Tables,
	space: number,
	counted: ReadonlyMap<string, Place & { readonly hash: string }>,
): Promise<number> {
	await forgetPurged(db, space);
	const followed = await db.selectFrom('blob_reference').selectAll().where('space', '=', space).execute();
	const byPlace = new Map(followed.map((row) => [placeText(row), row]));
	const doubtful = [
		...followed.filter((row) => counted.get(placeText(row))?.hash !== row.hash),
		...[...counted.values()].filter((row) => !byPlace.has(placeText(row))),
	];
	let wrong = 0;
	for (const { record, collection, field, key } of doubtful) {
		const place = { space, record, collection, field, key };
		const cell = await db
			.selectFrom('cell')
			.select(['value', 'actor'])
			.where((eb) => eb.and(place))
			.executeTakeFirst();
		const hash = blobHashIn(valueFromBytes(cell?.value ?? null));
		if (hash === (byPlace.get(placeText(place))?.hash ?? null)) continue;
		wrong++;
		await db
			.deleteFrom('blob_reference')
			.where((eb) => eb.and(place))
			.execute();
		if (cell && hash !== null)
			await db
				.insertInto('blob_reference')
				.values({ ...place, hash, actor: cell.actor })
				.execute();
	}
	return wrong;
}

async function lostIn(db: Tables, shelf: Shelf, space: number): Promise<number> {
	const manifests = await db.selectFrom('blob').select('chunks').where('space', '=', space).execute();
	let lost = 0;
	for (const hash of new Set(manifests.flatMap(({ chunks }) => splitHashes(chunks)))) if (!(await shelf.has(hash))) lost++;
	return lost;
}

function placeText({ record, collection, field, key }: Place): string {
	return [record, collection, field, key].join('\0');
}
