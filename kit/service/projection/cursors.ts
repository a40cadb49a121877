import type { SpaceId } from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import type { ProjectionTables } from './tables.ts';

type Within = Transaction<ProjectionTables>;

export interface ProjectionCursor {
	readonly epoch: number;
	readonly seq: number;
}

/** Where the projection stands, by space. */
export async function readCursors(db: Kysely<ProjectionTables>): Promise<Map<SpaceId, ProjectionCursor>> {
	const rows = await db.selectFrom('mana_projection').selectAll().execute();
	return new Map(rows.map(({ space, epoch, seq }) => [space, { epoch, seq }]));
}

/**
 * Goes from `from` to `to`. `passed`: another copy of the service took the projection there already; `lost`: it stands elsewhere.
 * The row is held until the transaction ends, so that two copies never apply the same.
 */
export async function advance(
	trx: Within,
	space: SpaceId,
	{ epoch, from, to }: { readonly epoch: number; readonly from: number; readonly to: number },
): Promise<'advanced' | 'passed' | 'lost'> {
	const { numUpdatedRows } = await trx
		.updateTable('mana_projection')
		.set({ seq: to })
		.where('space', '=', space)
		.where('epoch', '=', epoch)
		.where('seq', '=', from)
		.executeTakeFirst();
	if (numUpdatedRows === 1n) return 'advanced';
	const held = await cursorOf(trx, space);
	return held?.epoch === epoch && held.seq >= to ? 'passed' : 'lost';
}

/** Begins a space, unless another copy of the service did. `false` when it stands in another history. */
export async function begin(trx: Within, space: SpaceId, epoch: number): Promise<boolean> {
	await trx
		.insertInto('mana_projection')
		.values({ space, epoch, seq: 0 })
		.onConflict((conflict) => conflict.column('space').doNothing())
		.execute();
	return (await cursorOf(trx, space))?.epoch === epoch;
}

function cursorOf(trx: Within, space: SpaceId): Promise<ProjectionCursor | undefined> {
	return trx.selectFrom('mana_projection').select(['epoch', 'seq']).where('space', '=', space).executeTakeFirst();
}

/** Ends a space, in one history or in any. `false` when there was none. */
export async function end(trx: Within, space: SpaceId, epoch?: number): Promise<boolean> {
	let query = trx.deleteFrom('mana_projection').where('space', '=', space);
	if (epoch !== undefined) query = query.where('epoch', '=', epoch);
	const { numDeletedRows } = await query.executeTakeFirst();
	return numDeletedRows === 1n;
}

/** Of which collections the projection is made, and in which form; `null` when there is none yet. */
export async function readCollections(trx: Within): Promise<string | null> {
	const row = await trx.selectFrom('mana_projection_of').select('collections').executeTakeFirst();
	return row?.collections ?? null;
}

export async function writeCollections(trx: Within, collections: string): Promise<void> {
	await trx
		.insertInto('mana_projection_of')
		.values({ one: 1, collections })
		.onConflict((conflict) => conflict.column('one').doUpdateSet({ collections }))
		.execute();
}
