import { blobHashIn } from '@mana/model';
import { type Kysely, sql } from 'kysely';
import { valueFromBytes } from '../spaces/bytes.ts';
import type { SyncTables } from '../store.ts';

/** A store, or a transaction on it. */
export type Tables = Kysely<SyncTables>;

/** Cells that one step reads. */
const STEP = 1000;
/** Bytes of the shortest value that can name a blob: the hash alone has 64. */
const SHORTEST = 64;

interface Named {
	readonly record: string;
	readonly collection: number;
	readonly field: number;
	readonly key: string;
	readonly hash: string;
	readonly actor: number;
}

/**
 * Brings `blob_reference` of a space up to a seq that it had when this began. It reads what changed since the last time, once each.
 * Cells of a record in the trash count as ever: it may be restored.
 */
export async function followReferences(db: Tables, space: number): Promise<void> {
	for (;;) {
		const { seq: head } = await db.selectFrom('space').select('seq').where('number', '=', space).executeTakeFirstOrThrow();
		const after = await followed(db, space);
		if (after >= head) return;
		const to = (await lastOfStep(db, space, after)) ?? head;
		await db.transaction().execute((transaction) => follow(transaction, space, after, Math.min(to, head)));
	}
}

/**
 * Runs `work` while nothing can be written to the space and `blob_reference` knows every cell of it. To be short: it holds up writers.
 */
export async function withReferences<T>(db: Tables, space: number, work: (db: Tables) => Promise<T>): Promise<T> {
	await followReferences(db, space);
	return db.transaction().execute(async (transaction) => {
		// Takes the lock that every commit takes (PostgreSQL: the row's; SQLite: the file's).
		const { seq } = await transaction
			.updateTable('space')
			.set(({ ref }) => ({ seq: ref('seq') }))
			.where('number', '=', space)
			.returning('seq')
			.executeTakeFirstOrThrow();
		await follow(transaction, space, await followed(transaction, space), seq);
		return work(transaction);
	});
}

async function followed(db: Tables, space: number): Promise<number> {
	return (await db.selectFrom('blob_head').select('seq').where('space', '=', space).executeTakeFirst())?.seq ?? 0;
}

/** The seq where the next step ends; all cells of one seq belong to one step. `null`: nothing changed. */
export async function lastOfStep(db: Tables, space: number, after: number): Promise<number | null> {
	const { last } = await db
		.selectFrom(
			db
				.selectFrom('cell')
				.select('seq')
				.where('space', '=', space)
				.where('seq', '>', after)
				.orderBy('seq')
				.limit(STEP)
				.as('next'),
		)
		.select(({ fn }) => fn.max<number | null>('seq').as('last'))
		.executeTakeFirstOrThrow();
	return last;
}

async function follow(db: Tables, space: number, after: number, to: number): Promise<void> {
	await db
		.deleteFrom('blob_reference')
		.where('space', '=', space)
		.where(
			sql<boolean>`(record, collection, field, key) in (
				select record, collection, field, key from cell where space = ${space} and seq > ${after} and seq <= ${to})`,
		)
		.execute();
	const named = await namedIn(db, space, after, to);
	for (const row of named)
		await db
			.insertInto('blob_reference')
			.values({ ...row, space })
			.onConflict((conflict) =>
				conflict.columns(['space', 'record', 'collection', 'field', 'key']).doUpdateSet({ hash: row.hash, actor: row.actor }),
			)
			.execute();
	await db
		.insertInto('blob_head')
		.values({ space, seq: to })
		.onConflict((conflict) => conflict.column('space').doUpdateSet({ seq: to }))
		.execute();
}

/** References among the cells of a space that lie in a range of seqs. The database leaves out what is too short to be one. */
export async function namedIn(db: Tables, space: number, after: number, to: number): Promise<Named[]> {
	const rows = await db
		.selectFrom('cell')
		.select(['record', 'collection', 'field', 'key', 'actor', 'value'])
		.where('space', '=', space)
		.where('seq', '>', after)
		.where('seq', '<=', to)
		.where(sql<boolean>`length(value) > ${sql.lit(SHORTEST)}`)
		.execute();
	return rows.flatMap(({ value, ...place }) => {
		const hash = blobHashIn(valueFromBytes(value));
		return hash === null ? [] : [{ ...place, hash }];
	});
}

/** Forgets references whose cell is no longer kept: a record that was purged for good leaves no seq behind. */
export async function forgetPurged(db: Tables, space: number): Promise<void> {
	await db
		.deleteFrom('blob_reference')
		.where('space', '=', space)
		.where(
			sql<boolean>`not exists (select 1 from cell where cell.space = blob_reference.space and cell.record = blob_reference.record and cell.collection = blob_reference.collection and cell.field = blob_reference.field and cell.key = blob_reference.key)`,
		)
		.execute();
}
