import type { BlobHash } from '@mana/store';
import { sql } from 'kysely';
import type { SyncStore } from '../store.ts';
import type { Tables } from './references.ts';

/** The same lock for a chunk on every node: 60 bits of its name. */
const keyOf = (hash: BlobHash) => sql`('x' || ${hash.slice(0, 15)})::bit(60)::bigint`;

/**
 * Looks whether a chunk is needed, and removes it, while no other node says that it is. On SQLite there is no other node, and what happens within
 * the process the shelf orders itself.
 */
export function withoutUsers<T>(store: SyncStore, hash: BlobHash, work: (db: Tables) => Promise<T>): Promise<T> {
	if (store.engine === 'sqlite') return work(store.db);
	return store.db.transaction().execute(async (db) => {
		await sql`select pg_advisory_xact_lock(${keyOf(hash)})`.execute(db);
		return work(db);
	});
}

/** Keeps other nodes from removing a chunk until the end of a transaction, in which it is said that it is needed. */
export async function asUser(store: SyncStore, db: Tables, hash: BlobHash): Promise<void> {
	if (store.engine === 'postgres') await sql`select pg_advisory_xact_lock_shared(${keyOf(hash)})`.execute(db);
}
