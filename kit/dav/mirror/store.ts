import type { SpaceId } from '@mana/sync';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Item } from './item.ts';
import type { Items } from './round.ts';
import type { MirrorTables } from './tables.ts';
import { Trouble, type TroubleCode } from './trouble.ts';

export type MirrorDb = Kysely<MirrorTables>;
export type MirrorWithin = Transaction<MirrorTables>;
export type Account = Selectable<MirrorTables['mirror_account']>;
export type Link = Selectable<MirrorTables['mirror_link']>;

/** When what only its person can mend is looked at by itself: not while anybody lives. */
export const NEVER = 9_000_000_000_000;

export function accountsOf(db: MirrorDb, person: string): Promise<Account[]> {
	return db.selectFrom('mirror_account').selectAll().where('person', '=', person).orderBy('created_at').orderBy('id').execute();
}

export function accountById(db: MirrorDb, id: string): Promise<Account | undefined> {
	return db.selectFrom('mirror_account').selectAll().where('id', '=', id).executeTakeFirst();
}

export function linksOf(db: MirrorDb, account: string): Promise<Link[]> {
	return db.selectFrom('mirror_link').selectAll().where('account', '=', account).orderBy('name').orderBy('id').execute();
}

/** The accounts whose time has come and that nobody looks at, and when that of the next one comes. */
export async function dueAccounts(
	db: MirrorDb,
	now: number,
): Promise<{ readonly due: readonly Account[]; readonly next: number }> {
	const running = db.selectFrom('mirror_account').where('is_paused', '=', 0);
	const due = await running.selectAll().where('next_at', '<=', now).where('leased_until', '<=', now).orderBy('next_at').execute();
	const later = await running
		.select(({ fn, eb }) =>
			fn
				.min(eb.case().when('leased_until', '>', eb.ref('next_at')).then(eb.ref('leased_until')).else(eb.ref('next_at')).end())
				.as('at'),
		)
		.where(({ eb, or }) => or([eb('next_at', '>', now), eb('leased_until', '>', now)]))
		.executeTakeFirst();
	return { due, next: Number(later?.at ?? NEVER) };
}

/** Takes an account for one look, unless somebody has it. @returns whether it was taken */
export async function takeLease(
	db: MirrorDb,
	id: string,
	lease: string,
	{ now, until }: { readonly now: number; readonly until: number },
): Promise<boolean> {
	const { numUpdatedRows } = await db
		.updateTable('mirror_account')
		.set({ lease, leased_until: until })
		.where('id', '=', id)
		.where('leased_until', '<=', now)
		.executeTakeFirst();
	return numUpdatedRows > 0n;
}

/** Goes on with a look until then; 0 ends it. One that another has taken meanwhile stays theirs. */
export async function keepLease(db: MirrorDb, id: string, lease: string, until: number): Promise<void> {
	await db
		.updateTable('mirror_account')
		.set({ leased_until: until, ...(until === 0 ? { lease: null } : {}) })
		.where('id', '=', id)
		.where('lease', '=', lease)
		.execute();
}

/** Another copy of the service looks at this account by now: this one was silent for too long. */
export class LeaseLost extends Error {
	override readonly name = 'LeaseLost';
}

export async function noteAccount(db: MirrorDb, id: string, change: Partial<Omit<Account, 'id'>>): Promise<void> {
	await db.updateTable('mirror_account').set(change).where('id', '=', id).execute();
}

export async function noteLink(db: MirrorDb, id: string, change: Partial<Omit<Link, 'id'>>): Promise<void> {
	await db.updateTable('mirror_link').set(change).where('id', '=', id).execute();
}

/** Why a link or an account stands still, or that it does not. */
export const trouble = (code: TroubleCode | null, detail: string | null) => ({
	trouble: code,
	trouble_detail: detail?.slice(0, 500) ?? null,
});

/** How many objects a link has on both sides, and how many stay on one. */
export async function countsOf(db: MirrorDb, link: string): Promise<{ readonly objects: number; readonly left: number }> {
	const rows = await db
		.selectFrom('mirror_item')
		.select(['note', ({ fn }) => fn.countAll().as('n')])
		.where('link', '=', link)
		.groupBy('note')
		.execute();
	const sum = (which: (note: string | null) => boolean) =>
		rows.filter(({ note }) => which(note)).reduce((total, { n }) => total + Number(n), 0);
	// What is no event at all, as a task in the same folder, nobody misses.
	return { objects: sum((note) => note === null), left: sum((note) => note !== null && note !== 'not-ours') };
}

/** What is known of the objects of a link. @param lease of the look that may write it; nothing of any other is kept */
export function itemsOf(db: MirrorDb, link: string, lease: string): Items<MirrorWithin> {
	return {
		all: () => db.selectFrom('mirror_item').selectAll().where('link', '=', link).execute(),
		step: (work) =>
			db.transaction().execute(async (within) => {
				const known = await within
					.selectFrom('mirror_link')
					.innerJoin('mirror_account', 'mirror_account.id', 'mirror_link.account')
					.select('lease')
					.where('mirror_link.id', '=', link)
					.executeTakeFirst();
				if (!known) throw new Trouble('gone', 'It was taken out of the account while it was looked at.');
				if (known.lease !== lease) throw new LeaseLost('Another copy of this service looks at the account.');
				await work(within);
			}),
		async keep(within, item: Item) {
			const { href, ...rest } = item;
			await within
				.insertInto('mirror_item')
				.values({ link, href, ...rest })
				.onConflict((conflict) => conflict.columns(['link', 'href']).doUpdateSet(rest))
				.execute();
		},
		async drop(within, href) {
			await within.deleteFrom('mirror_item').where('link', '=', link).where('href', '=', href).execute();
		},
		progress: (done, total) => noteLink(db, link, { done, total }),
	};
}

/** Forgets a link and what is known of its objects. */
export async function dropLink(within: MirrorWithin, link: string): Promise<void> {
	await within.deleteFrom('mirror_item').where('link', '=', link).execute();
	await within.deleteFrom('mirror_link').where('id', '=', link).execute();
}

/** What was common is not certain any more in a space: both sides are compared anew. */
export async function doubt(within: MirrorWithin, space: SpaceId): Promise<void> {
	const links = within.selectFrom('mirror_link').select('id').where('space', '=', space);
	const unsure = { base: null, etag: '', version: '', gone_at: null };
	await within.updateTable('mirror_item').set(unsure).where('link', 'in', links).where('note', 'is', null).execute();
	await within.updateTable('mirror_link').set({ token: null }).where('space', '=', space).execute();
}
