import { problem } from '@mana/service';
import { type BlobHash, blobHash, StoreError } from '@mana/store';
import { appOf } from '@mana/model';
import { type Access, allows, reaches, type SpaceId } from '@mana/sync';
import { CHUNK_BYTES, joinHashes, manifestHash, splitHashes } from '@mana/sync/manifest';
import type { SyncStore } from '../store.ts';
import { asUser, withoutUsers } from './chunk-lock.ts';
import { isNeeded } from './collection.ts';
import { followReferences } from './references.ts';
import type { Shelf } from './shelf.ts';

/** Who asks, and what they may do in the space. */
export interface Caller {
	readonly person: string;
	readonly access: Access;
}

/** How many bytes may be kept. What two people send counts for both. */
export interface Quotas {
	readonly spaceBytes: number;
	readonly personBytes: number;
}

/** A blob that may be read. */
export interface Readable {
	readonly bytes: number;
	/** Hashes of its chunks, in order. */
	readonly chunks: readonly string[];
}

const sha256 = (bytes: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', bytes);

/** Takes files in by chunks and says who may read them, space by space (sync.md §6.11). */
export class BlobKeeper {
	readonly #store: SyncStore;
	readonly #shelf: Shelf;
	readonly #quotas: Quotas;
	readonly #now: () => number;

	/** @param now ms since 1970 */
	constructor(store: SyncStore, shelf: Shelf, quotas: Quotas, now: () => number) {
		this.#store = store;
		this.#shelf = shelf;
		this.#quotas = quotas;
		this.#now = now;
	}

	/** Those chunks that this person has yet to send to the space. The others are kept from now on as if they had just come. */
	async missing(id: SpaceId, { person }: Caller, chunks: readonly string[]): Promise<string[]> {
		const space = await this.#number(id);
		const wanted = [...new Set(chunks)];
		const missing: string[] = [];
		for (let at = 0; at < wanted.length; at += 500) {
			const some = wanted.slice(at, at + 500);
			const rows = await this.#store.db
				.updateTable('blob_chunk')
				.set({ touched_at: this.#now() })
				.where('space', '=', space)
				.where('person', '=', person)
				.where('hash', 'in', some)
				.returning('hash')
				.execute();
			const known = new Set(rows.map(({ hash }) => hash));
			// A backup that was put back may know of chunks that were collected since.
			for (const hash of some) if (!known.has(hash) || !(await this.#shelf.has(hash))) missing.push(hash);
		}
		return missing;
	}

	/**
	 * Keeps a chunk, durably. Sending it again changes nothing.
	 *
	 * @throws Problem `chunk-invalid`, `space-full`, `person-full`, `disk-full`; nothing is kept then. `chunk-collected`: another node cleared it away in
	 * the moment in which it came again, so it has to be sent once more
	 */
	async put(id: SpaceId, { person }: Caller, name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
		const space = await this.#number(id);
		const hash = blobHash(name);
		await this.#checkQuotas(space, person, 1);
		try {
			await this.#shelf.using(hash, async (blobs) => {
				const { bytes } = await blobs.put(content, { expected: hash, maxBytes: CHUNK_BYTES });
				await this.#enter(space, person, hash, bytes);
			});
		} catch (error) {
			await withoutUsers(this.#store, hash, (db) => this.#shelf.drop(hash, () => isNeeded(db, hash)));
			throw answerTo(error);
		}
	}

	/**
	 * Completes a blob from chunks that this person has sent.
	 *
	 * @returns its size in bytes
	 * @throws Problem `manifest-invalid`, `chunks-missing`
	 */
	async complete(id: SpaceId, caller: Caller, hash: string, chunks: readonly string[]): Promise<number> {
		if ((await manifestHash(chunks, sha256)) !== hash)
			throw problem(422, 'manifest-invalid', 'The name of the blob is not the hash of this list of chunks.');
		const space = await this.#number(id);
		const missing = await this.missing(id, caller, chunks);
		if (missing.length > 0)
			throw problem(409, 'chunks-missing', `${missing.length} chunks are not here yet. Send them and complete the blob again.`);
		const sizes = await this.#sizes(space, caller.person, chunks);
		if (chunks.slice(0, -1).some((chunk) => sizes.get(chunk) !== CHUNK_BYTES) || sizes.get(chunks.at(-1) ?? '') === 0)
			throw problem(422, 'manifest-invalid', `Every chunk but the last has ${CHUNK_BYTES} bytes, and the last is not empty.`);
		const bytes = chunks.reduce((sum, chunk) => sum + (sizes.get(chunk) ?? 0), 0);
		await this.#store.db
			.insertInto('blob')
			.values({ space, hash, person: caller.person, bytes, chunks: joinHashes(chunks), unreferenced_since: this.#now() })
			.onConflict((conflict) => conflict.columns(['space', 'hash', 'person']).doUpdateSet({ unreferenced_since: this.#now() }))
			.execute();
		return bytes;
	}

	/**
	 * A blob of the space if this person may read it, `null` otherwise. Who is limited to apps reads what they sent themselves and what a
	 * record of these apps names, written by somebody else: else a hash that one remembers would open what it names.
	 */
	async find(id: SpaceId, caller: Caller, hash: string): Promise<Readable | null> {
		if (!allows(caller.access, 'read')) return null;
		const space = await this.#number(id);
		const rows = await this.#store.db
			.selectFrom('blob')
			.select(['person', 'bytes', 'chunks'])
			.where('space', '=', space)
			.where('hash', '=', hash)
			.execute();
		const [row] = rows;
		if (!row) return null;
		const own = rows.some(({ person }) => person === caller.person);
		if (!own && caller.access.apps !== null && !(await this.#isNamedFor(space, caller, hash))) return null;
		return { bytes: row.bytes, chunks: splitHashes(row.chunks) };
	}

	/** A blob of the space that a record of some collections names, whoever wrote it; `null` otherwise. @param covers whether a collection is one of them */
	async findNamed(id: SpaceId, hash: string, covers: (collection: number) => boolean): Promise<Readable | null> {
		const space = await this.#number(id);
		await followReferences(this.#store.db, space);
		const rows = await this.#store.db
			.selectFrom('blob')
			.innerJoin('blob_reference', (join) =>
				join.onRef('blob_reference.space', '=', 'blob.space').onRef('blob_reference.hash', '=', 'blob.hash'),
			)
			.select(['blob.bytes', 'blob.chunks', 'blob_reference.collection'])
			.where('blob.space', '=', space)
			.where('blob.hash', '=', hash)
			.execute();
		const row = rows.find(({ collection }) => covers(collection));
		return row ? { bytes: row.bytes, chunks: splitHashes(row.chunks) } : null;
	}

	async #isNamedFor(space: number, { person, access }: Caller, hash: string): Promise<boolean> {
		await followReferences(this.#store.db, space);
		const rows = await this.#store.db
			.selectFrom('blob_reference')
			.innerJoin('actor', (join) =>
				join.onRef('actor.space', '=', 'blob_reference.space').onRef('actor.actor', '=', 'blob_reference.actor'),
			)
			.select('blob_reference.collection')
			.where('blob_reference.space', '=', space)
			.where('blob_reference.hash', '=', hash)
			.where('actor.person', '!=', person)
			.execute();
		return rows.some(({ collection }) => reaches(access, appOf(collection)));
	}

	/** Enters who needs a chunk, if it is still allowed. */
	async #enter(space: number, person: string, hash: BlobHash, bytes: number): Promise<void> {
		await this.#store.db.transaction().execute(async (db) => {
			await asUser(this.#store, db, hash);
			if (!(await this.#shelf.has(hash)))
				throw problem(503, 'chunk-collected', 'This part was cleared away in the moment in which it came. Send it again.');
			const known = await db
				.updateTable('blob_chunk')
				.set({ touched_at: this.#now() })
				.where('space', '=', space)
				.where('hash', '=', hash)
				.where('person', '=', person)
				.returning('hash')
				.executeTakeFirst();
			if (known) return;
			await this.#checkQuotas(space, person, bytes, db);
			await db
				.insertInto('blob_chunk')
				.values({ space, hash, person, bytes, touched_at: this.#now() })
				// The same chunk came on another connection meanwhile.
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		});
	}

	async #checkQuotas(space: number, person: string, bytes: number, db: SyncStore['db'] = this.#store.db): Promise<void> {
		const sum = db.selectFrom('blob_chunk').select(({ fn, lit }) => fn.coalesce(fn.sum<number>('bytes'), lit(0)).as('bytes'));
		const ofSpace = await sum.where('space', '=', space).executeTakeFirstOrThrow();
		if (ofSpace.bytes + bytes > this.#quotas.spaceBytes)
			throw problem(
				507,
				'space-full',
				'The files of this space fill all the room it has. Delete some, or ask who runs this server.',
			);
		const ofPerson = await sum.where('person', '=', person).executeTakeFirstOrThrow();
		if (ofPerson.bytes + bytes > this.#quotas.personBytes)
			throw problem(507, 'person-full', 'Your files fill all the room you have. Delete some, or ask who runs this server.');
	}

	async #sizes(space: number, person: string, chunks: readonly string[]): Promise<Map<string, number>> {
		const sizes = new Map<string, number>();
		for (let at = 0; at < chunks.length; at += 500)
			for (const { hash, bytes } of await this.#store.db
				.selectFrom('blob_chunk')
				.select(['hash', 'bytes'])
				.where('space', '=', space)
				.where('person', '=', person)
				.where('hash', 'in', chunks.slice(at, at + 500))
				.execute())
				sizes.set(hash, bytes);
		return sizes;
	}

	async #number(id: SpaceId): Promise<number> {
		return (await this.#store.db.selectFrom('space').select('number').where('id', '=', id).executeTakeFirstOrThrow()).number;
	}
}

/** What a sender is told about a chunk that could not be kept. */
function answerTo(error: unknown): unknown {
	if (error instanceof StoreError && error.code === 'store-blob-invalid')
		return problem(422, 'chunk-invalid', error.message, { cause: error });
	if (
		error instanceof Error &&
		'code' in error &&
		(error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'SQLITE_FULL')
	)
		return problem(507, 'disk-full', 'The disk of this server is full. What you sent was not kept; it stays on your device.', {
			cause: error,
		});
	return error;
}
