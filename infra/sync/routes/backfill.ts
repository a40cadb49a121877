import { type Collection, routeKey } from '@mana/model';
import { sql } from 'kysely';
import type { SyncStore } from '../store.ts';
import type { Tables } from '../blobs/references.ts';
import { valueFromBytes } from '../spaces/bytes.ts';

/** Records that one step looks at. */
const STEP = 1000;

/**
 * Finds out where records stand in fields that route since this release and did not before. What is written from now on is noted by each
 * commit, so this runs once for each such field, before anybody asks. Safe to begin again after a crash, and in several processes.
 *
 * @returns how many routes were noted
 */
export async function backfillRoutes(store: SyncStore, models: readonly Collection[]): Promise<number> {
	const { db } = store;
	const done = await db.selectFrom('routed').select(['collection', 'field']).execute();
	let noted = 0;
	for (const { number: collection, routes } of models)
		for (const field of routes) {
			if (done.some((known) => known.collection === collection && known.field === field)) continue;
			for (const { number: space } of await db.selectFrom('space').select('number').execute())
				noted += await backfillSpace(store, space, collection, field);
			await db
				.insertInto('routed')
				.values({ collection, field })
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		}
	return noted;
}

async function backfillSpace({ db }: SyncStore, space: number, collection: number, field: number): Promise<number> {
	let noted = 0;
	for (let after: string | null = ''; after !== null;) {
		const step: { records: number; last: string | null } = await db
			.transaction()
			.execute((tx) => backfillStep(tx, { space, collection, field }, after!));
		noted += step.records;
		after = step.last;
	}
	return noted;
}

/** One step, under the lock that every commit takes: what another process writes comes before it or after it. */
async function backfillStep(
	db: Tables,
	{ space, collection, field }: { readonly space: number; readonly collection: number; readonly field: number },
	after: string,
): Promise<{ records: number; last: string | null }> {
	await db
		.updateTable('space')
		.set(({ ref }) => ({ seq: ref('seq') }))
		.where('number', '=', space)
		.execute();
	const records = await db
		.selectFrom('cell')
		.select(['record', sql<number>`min(seq)`.as('born')])
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where('record', '>', after)
		.groupBy('record')
		.orderBy('record')
		.limit(STEP)
		.execute();
	const last = records.at(-1)?.record ?? null;
	if (last === null) return { records: 0, last };
	const cells = await db
		.selectFrom('cell')
		.select(['record', 'value', 'seq'])
		.where('space', '=', space)
		.where('collection', '=', collection)
		.where('field', '=', field)
		.where('key', '=', '')
		.where('record', '>', after)
		.where('record', '<=', last)
		.execute();
	const standing = new Map(cells.map((cell) => [cell.record, cell]));
	await db
		.insertInto('route')
		.values(
			records.map(({ record, born }) => {
				const cell = standing.get(record);
				const key = routeKey(valueFromBytes(cell?.value ?? null));
				return { space, collection, record, field, key, seq: cell?.seq ?? born, born };
			}),
		)
		.onConflict((conflict) =>
			conflict.columns(['space', 'collection', 'record', 'field']).doUpdateSet(({ ref }) => ({ key: ref('excluded.key') })),
		)
		.execute();
	return { records: records.length, last };
}
