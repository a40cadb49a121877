import { type RecordId, systemFields } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import type { ProjectionChange, SpaceWriter } from '@mana/service/projection/index';
import type { Clock } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { sql } from 'kysely';
import type { Db, NotifyStore, Tables } from './store.ts';

/** How long what was read stays in an inbox, in milliseconds. What is in the trash mana-sync purges after a month. */
export const READ_KEPT_MS = 90 * 86_400_000;
/** What an inbox holds at most: beyond it the oldest goes, and first what was read. */
export const MOST_ENTRIES = 1_000;
/** Entries of one transaction. */
const STEP = 200;

/** Takes over what a space says of its inbox: when each entry came, whether it was read, and whether it is in the trash. */
export async function keepEntries(trx: Db, { space, cells }: ProjectionChange): Promise<void> {
	const inbox = cells.filter(({ collection, key }) => collection === hub.notifications.number && key === '');
	for (const [record, own] of Map.groupBy(inbox, (cell) => cell.record)) {
		const valueOf = ({ number }: { readonly number: number }) => own.find(({ field }) => field === number)?.value;
		if (valueOf(systemFields.purged) === true) {
			await trx.deleteFrom('inbox_entry').where('space', '=', space).where('record', '=', record).execute();
			continue;
		}
		const [readAt, deletedAt] = [valueOf(hub.notifications.fields.readAt), valueOf(systemFields.deletedAt)];
		const toldAt = Math.max(momentOf(valueOf(hub.notifications.fields.at)), momentOf(valueOf(systemFields.createdAt)));
		const said = {
			...(readAt !== undefined && { read_at: typeof readAt === 'number' ? readAt : null }),
			...(deletedAt !== undefined && { is_gone: typeof deletedAt === 'number' ? 1 : 0 }),
			...(toldAt > 0 && { told_at: toldAt }),
		};
		if (Object.keys(said).length === 0) continue;
		await trx
			.insertInto('inbox_entry')
			.values({ space, record, told_at: 0, read_at: null, is_gone: 0, ...said })
			.onConflict((conflict) => conflict.columns(['space', 'record']).doUpdateSet(said))
			.execute();
	}
}

export async function dropEntries(trx: Db, space: SpaceId): Promise<void> {
	await trx.deleteFrom('inbox_entry').where('space', '=', space).execute();
}

export interface PruneParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly writer: Pick<SpaceWriter<Tables>, 'write' | 'wake'>;
}

/** Puts into the trash what was read long ago, and what is too much for an inbox. @returns how much that was */
export async function pruneInboxes(parts: PruneParts): Promise<number> {
	let pruned = 0;
	for (;;) {
		const due = await entriesDue(parts);
		if (due.length === 0) break;
		for (const [space, entries] of Map.groupBy(due, (entry) => entry.space))
			await putAway(
				parts,
				space,
				entries.map(({ record }) => record),
			);
		pruned += due.length;
	}
	if (pruned > 0) parts.writer.wake();
	return pruned;
}

type Place = { readonly space: SpaceId; readonly record: RecordId };

async function entriesDue({ store: { db }, clock }: PruneParts): Promise<Place[]> {
	const standing = db.selectFrom('inbox_entry').select(['space', 'record']).where('is_gone', '=', 0);
	const old = await standing
		.where('read_at', '<', clock.now() - READ_KEPT_MS)
		.limit(STEP)
		.execute();
	if (old.length > 0) return old as Place[];
	const full = await db
		.selectFrom('inbox_entry')
		.select(({ fn }) => ['space', fn.countAll<number>().as('entries')])
		.where('is_gone', '=', 0)
		.groupBy('space')
		.having(({ fn }) => fn.countAll(), '>', MOST_ENTRIES)
		.limit(1)
		.executeTakeFirst();
	if (full === undefined) return [];
	return (await standing
		.where('space', '=', full.space)
		.orderBy(sql`case when read_at is null then 1 else 0 end`)
		.orderBy('told_at')
		.orderBy('record')
		.limit(Math.min(STEP, Number(full.entries) - MOST_ENTRIES))
		.execute()) as Place[];
}

/** Both or neither: what is written is kept until mana-sync has it. */
function putAway({ store, writer }: PruneParts, space: SpaceId, records: readonly RecordId[]): Promise<void> {
	return store.db.transaction().execute(async (trx) => {
		await trx.updateTable('inbox_entry').set({ is_gone: 1 }).where('space', '=', space).where('record', 'in', records).execute();
		await writer.write(trx, space, (tx) => {
			for (const record of records) tx.trash(hub.notifications, record);
		});
	});
}

function momentOf(value: unknown): number {
	return typeof value === 'number' ? value : 0;
}
