import {
	type Op,
	type SpaceId,
	decodeFrame,
	type DeviceId,
	encodeFrame,
	nextStamp,
	type Transaction as Written,
} from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import type { ProjectionTables } from './tables.ts';

type Within = Transaction<ProjectionTables>;

/** Transactions that are read at once. */
const BATCH = 500;

/** The service as a device of one space, and what waits to be sent from it, oldest first. */
export interface Outgoing {
	readonly device: DeviceId;
	readonly known: number;
	readonly transactions: readonly Written[];
}

/** Numbers and keeps one transaction. The writer's row is held until the end, so numbers have no gap. @param now ms since 1970 */
export async function enqueue(
	trx: Within,
	space: SpaceId,
	{ ops, preconditions }: Pick<Written, 'preconditions'> & { readonly ops: readonly Op[] },
	{ now, newDevice }: { readonly now: number; newDevice(): DeviceId },
): Promise<Written> {
	await trx
		.insertInto('mana_writer')
		.values({ space, device: newDevice(), n: 0, stamp: 0, known: 0 })
		.onConflict((conflict) => conflict.column('space').doNothing())
		.execute();
	const { n, stamp: last } = await trx
		.updateTable('mana_writer')
		.set((eb) => ({ n: eb('n', '+', 1) }))
		.where('space', '=', space)
		.returning(['n', 'stamp'])
		.executeTakeFirstOrThrow();
	const stamp = nextStamp(last, now);
	await trx.updateTable('mana_writer').set({ stamp }).where('space', '=', space).execute();
	const transaction = { n, stamp, ops, ...(preconditions && { preconditions }) };
	await keep(trx, space, transaction);
	return transaction;
}

/** Spaces for which something waits. */
export async function spacesWaiting(db: Kysely<ProjectionTables>): Promise<SpaceId[]> {
	const rows = await db.selectFrom('mana_outgoing').select('space').distinct().orderBy('space').execute();
	return rows.map(({ space }) => space);
}

export async function readOutgoing(db: Kysely<ProjectionTables>, space: SpaceId): Promise<Outgoing | null> {
	return db.transaction().execute(async (trx) => {
		const writer = await trx.selectFrom('mana_writer').select(['device', 'known']).where('space', '=', space).executeTakeFirst();
		if (!writer) return null;
		const rows = await trx
			.selectFrom('mana_outgoing')
			.select('push')
			.where('space', '=', space)
			.orderBy('n')
			.limit(BATCH)
			.execute();
		return { ...writer, transactions: rows.map(({ push }) => read(push)) };
	});
}

/**
 * Drops what was decided, up to `n`. Answers what this call dropped: of two copies of the service that hear the same answer, one.
 * Nothing, when the service is another device by now.
 */
export async function settle(trx: Within, space: SpaceId, device: DeviceId, n: number): Promise<Written[]> {
	const writer = await trx
		.updateTable('mana_writer')
		.set((eb) => ({ known: eb.case().when('known', '<', n).then(n).else(eb.ref('known')).end() }))
		.where('space', '=', space)
		.where('device', '=', device)
		.executeTakeFirst();
	if (writer.numUpdatedRows === 0n) return [];
	const rows = await trx.deleteFrom('mana_outgoing').where('space', '=', space).where('n', '<=', n).returning('push').execute();
	return rows.map(({ push }) => read(push)).sort((a, b) => a.n - b.n);
}

/** Makes the service another device, from which everything that waits is sent as its first transactions. */
export async function renumber(trx: Within, space: SpaceId, before: DeviceId, device: DeviceId): Promise<void> {
	const { numUpdatedRows } = await trx
		.updateTable('mana_writer')
		.set({ device, known: 0 })
		.where('space', '=', space)
		.where('device', '=', before)
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return;
	const rows = await trx.deleteFrom('mana_outgoing').where('space', '=', space).returning('push').execute();
	const transactions = rows.map(({ push }) => read(push)).sort((a, b) => a.n - b.n);
	for (const [i, transaction] of transactions.entries()) await keep(trx, space, { ...transaction, n: i + 1 });
	await trx.updateTable('mana_writer').set({ n: transactions.length }).where('space', '=', space).execute();
}

async function keep(trx: Within, space: SpaceId, transaction: Written): Promise<void> {
	const push = encodeFrame({ type: 'push', space, known: 0, transactions: [transaction] });
	await trx.insertInto('mana_outgoing').values({ space, n: transaction.n, push }).execute();
}

function read(push: Uint8Array): Written {
	const frame = decodeFrame(push);
	const transaction = frame.type === 'push' ? frame.transactions[0] : undefined;
	if (!transaction)
		throw new Error('What waits to be sent cannot be read. The table mana_outgoing was changed by somebody else.');
	return transaction;
}
