import type { Clock } from '@mana/store';
import type { Db, NotifyStore } from '../store.ts';
import type { IncomingTables } from './tables.ts';

export type IncomingRow = IncomingTables['mail_in'];

/** How long one process has a mailbox to itself without saying so again, in milliseconds. */
export const HOLD_MS = 180_000;
/** What was dealt with is known so long, in milliseconds: a mailbox that numbers its mails anew shows all of them again. */
const KEEP_MS = 400 * 86_400_000;

/** Takes a mailbox for this process, or keeps it. @returns how far it was read; `null`: another process reads it */
export async function hold(
	db: Db,
	name: string,
	holder: string,
	now: number,
): Promise<Pick<IncomingTables['mailbox_place'], 'validity' | 'uid'> | null> {
	await db
		.insertInto('mailbox_place')
		.values({ name, validity: '', uid: 0, holder, held_until: 0 })
		.onConflict((conflict) => conflict.column('name').doNothing())
		.execute();
	const held = await db
		.updateTable('mailbox_place')
		.set({ holder, held_until: now + HOLD_MS })
		.where('name', '=', name)
		.where(({ or, eb }) => or([eb('holder', '=', holder), eb('held_until', '<=', now)]))
		.returning(['validity', 'uid'])
		.executeTakeFirst();
	return held ?? null;
}

/** Lets go of all that this process reads; of a file, which is one process's, of whatever the last one read. */
export async function release(db: Db, holder?: string): Promise<void> {
	let held = db.updateTable('mailbox_place').set({ held_until: 0 });
	if (holder !== undefined) held = held.where('holder', '=', holder);
	await held.execute();
}

/** Keeps mails that were found, and how far the mailbox was read with them. One that is known already is not kept again. */
export async function keepFound(
	store: Pick<NotifyStore, 'db'>,
	name: string,
	place: { readonly validity: string; readonly uid: number },
	found: readonly IncomingRow[],
): Promise<void> {
	await store.db.transaction().execute(async (trx) => {
		for (const row of found) {
			const known = await trx.selectFrom('mail_in').selectAll().where('key', '=', row.key).executeTakeFirst();
			if (!known) await trx.insertInto('mail_in').values(row).execute();
			// After the mailbox numbered its mails anew the same one lies elsewhere.
			else if (known.validity !== row.validity)
				await trx.updateTable('mail_in').set({ validity: row.validity, uid: row.uid }).where('key', '=', row.key).execute();
			else if (known.uid !== row.uid)
				await trx
					.insertInto('mail_in')
					.values({ ...row, key: `${row.key} ${row.uid}`, state: 'repeated', finished_at: row.run_at })
					.onConflict((conflict) => conflict.column('key').doNothing())
					.execute();
		}
		await trx.updateTable('mailbox_place').set(place).where('name', '=', name).execute();
	});
}

export function due(db: Db, mailbox: string, now: number): Promise<IncomingRow[]> {
	return db
		.selectFrom('mail_in')
		.selectAll()
		.where('mailbox', '=', mailbox)
		.where('state', '=', 'waiting')
		.where('run_at', '<=', now)
		.orderBy('run_at')
		.orderBy('uid')
		.limit(50)
		.execute();
}

export async function nextDue(db: Db, mailbox: string): Promise<number | null> {
	const first = await db
		.selectFrom('mail_in')
		.select(({ fn }) => fn.min('run_at').as('at'))
		.where('mailbox', '=', mailbox)
		.where('state', '=', 'waiting')
		.executeTakeFirst();
	return first?.at ?? null;
}

export async function settleIncoming(db: Db, key: string, values: Partial<IncomingRow>): Promise<void> {
	await db.updateTable('mail_in').set(values).where('key', '=', key).execute();
}

/** Mails with which everything is done but putting them away: of one that went to several addresses, when all are done. */
export function unfiled(db: Db, mailbox: string, validity: string): Promise<IncomingRow[]> {
	return db
		.selectFrom('mail_in')
		.selectAll()
		.where('mailbox', '=', mailbox)
		.where('validity', '=', validity)
		.where('filed', '=', 0)
		.where('state', '!=', 'waiting')
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom('mail_in as other')
						.select('other.key')
						.where('other.state', '=', 'waiting')
						.whereRef('other.mailbox', '=', 'mail_in.mailbox')
						.whereRef('other.validity', '=', 'mail_in.validity')
						.whereRef('other.uid', '=', 'mail_in.uid'),
				),
			),
		)
		.orderBy('uid')
		.limit(200)
		.execute();
}

/** What could not be taken, and what still waits after it failed, the newest first. */
export function troubled(db: Db): Promise<IncomingRow[]> {
	return db
		.selectFrom('mail_in')
		.selectAll()
		.where(({ or, and, eb }) => or([eb('state', '=', 'refused'), and([eb('state', '=', 'waiting'), eb('tries', '>', 0)])]))
		.orderBy('at', 'desc')
		.limit(100)
		.execute();
}

export async function forgetIncoming(db: Db, clock: Clock): Promise<void> {
	await db
		.deleteFrom('mail_in')
		.where('finished_at', '<', clock.now() - KEEP_MS)
		.execute();
}
