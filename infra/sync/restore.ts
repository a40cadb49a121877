import { restored } from '@mana/sync/space/index';
import { openStore } from '@mana/store';
import { beginningsFromText, beginningsToText } from './spaces/member-rows.ts';
import { migrations, type SyncTables } from './store.ts';

/**
 * Tells every client that the history of its spaces was replaced: gives each space a new epoch. To be called after a backup was put
 * back and before the service starts on it (`mana restore`).
 *
 * What happens then, so that a client that is ahead of the backup loses nothing (sync.md §6.6):
 *
 * 1. The client comes with its old epoch and a cursor that may lie above the restored head. SUBBED answers with the new epoch, the
 *    restored head, and `nextN`: one above the last transaction of this device that the *backup* knows. It may lie below what the
 *    client holds as acknowledged.
 * 2. DELTA starts from 0. The client takes this state in place of its own, keeping its outbox and, aside, its old cells.
 * 3. It sends its outbox, and every old cell that is newer than the server's (by the field's merge law) as ops under their old
 *    stamps, oldest first, as a new device: its first `n` is 1, and no stamp lies below one that the server knows of it. The stamps
 *    decide as ever, so several devices that bring the same cell back agree, and an old cell never beats a newer edit
 *    (`kit/sync/client/large/ahead.ts`; `client.test.ts` plays all of it).
 *
 * A device that the backup does not know at all is simply a new actor. `decisions` of the backup still answer what is sent again.
 * So a restore brings back what was lost; it does not take back what devices still know. Where the history of each space began is remembered: a
 * client that comes from before that, when something of what it has was forgotten since, brings nothing back, for what it has may be that.
 *
 * @param place the data folder (`MANA_HOME`), or the PostgreSQL URL that takes its place
 * @param now ms since 1970; a later restore of the same backup must come with a later one
 * @returns how many spaces there are
 */
export async function bumpEpochs(
	place: { readonly home: string; readonly databaseUrl?: string | undefined },
	now: number,
): Promise<number> {
	const store = await openStore<SyncTables>({ service: 'mana-sync', ...place, migrations });
	try {
		await store.db
			.updateTable('membership_head')
			.set({ history: Math.max(1, now) })
			.execute();
		const spaces = await store.db.selectFrom('space').select(['number', 'epoch', 'seq', 'beginnings']).execute();
		await store.db.transaction().execute(async (transaction) => {
			for (const { number, beginnings: before, ...head } of spaces) {
				const { epoch, beginnings } = restored({ ...head, beginnings: beginningsFromText(before) }, now);
				await transaction
					.updateTable('space')
					.set({ epoch, beginnings: beginningsToText(beginnings) })
					.where('number', '=', number)
					.execute();
			}
		});
		return spaces.length;
	} finally {
		await store.close();
	}
}
