import { networkOf, Problem } from '@mana/service';
import { type Client, look, newId, type Realm, transact } from './realm.ts';
import { type RefusalCode, refuse } from './problems.ts';
import { note, type SecurityEventKind } from './security-events.ts';
import type { Db } from './store.ts';

const minuteMs = 60_000;
/** An attempt that never ended (the process or the database died) stops to matter after this. */
const openMs = 10_000;
/** How long an address counts as one from which a person signs in. */
export const knownMs = 90 * 24 * 60 * minuteMs;

interface Rule {
	/** Whose attempts are counted together. */
	readonly by: 'pair' | 'address' | 'account';
	readonly limit: number;
	readonly windowMs: number;
	/** Whether addresses from which the person has signed in before are let through. */
	readonly sparesKnown?: true;
}

/**
 * What may be tried how often. A pair (account and address) is locked early. The account as a whole has a far gentler limit that spares
 * known addresses, so that no stranger can lock a person out; sessions that are signed in are touched by none of it.
 */
const rules = {
	'sign-in': [
		{ by: 'pair', limit: 5, windowMs: 15 * minuteMs },
		{ by: 'address', limit: 30, windowMs: 15 * minuteMs },
		{ by: 'account', limit: 50, windowMs: 15 * minuteMs, sparesKnown: true },
	],
	// A million codes, three of them right at a time, and whoever guesses knows the password already: few tries in a day, from anywhere.
	code: [
		{ by: 'pair', limit: 5, windowMs: 15 * minuteMs },
		{ by: 'account', limit: 40, windowMs: 24 * 60 * minuteMs, sparesKnown: true },
	],
	// Whoever tries holds a session already: a thief, from as many addresses as they like, or the person, who can sign in anew.
	password: [
		{ by: 'pair', limit: 5, windowMs: 15 * minuteMs },
		{ by: 'account', limit: 20, windowMs: 60 * minuteMs },
	],
	passkey: [{ by: 'address', limit: 30, windowMs: 15 * minuteMs }],
	// Right ones are never counted; see `app-passwords.ts`.
	'app-password': [
		{ by: 'pair', limit: 10, windowMs: 15 * minuteMs },
		{ by: 'address', limit: 60, windowMs: 15 * minuteMs },
	],
	identity: [{ by: 'address', limit: 30, windowMs: 15 * minuteMs }],
	join: [{ by: 'address', limit: 10, windowMs: 60 * minuteMs }],
	letter: [
		{ by: 'account', limit: 4, windowMs: 60 * minuteMs, sparesKnown: true },
		{ by: 'pair', limit: 4, windowMs: 60 * minuteMs },
		{ by: 'address', limit: 20, windowMs: 60 * minuteMs },
	],
	invitation: [
		{ by: 'account', limit: 4, windowMs: 60 * minuteMs },
		{ by: 'address', limit: 100, windowMs: 60 * minuteMs },
	],
	link: [{ by: 'address', limit: 20, windowMs: 15 * minuteMs }],
} as const satisfies Record<string, readonly Rule[]>;

type Kind = keyof typeof rules;

export interface Attempt {
	readonly kind: Kind;
	/** Pseudonym of the e-mail address, or `-` where there is none. */
	readonly account: string;
	readonly client: Client;
	/** These refusals are counted, or whatever comes of it short of a failure of ours; any other error is nobody's fault. */
	readonly counts: readonly RefusalCode[] | 'everything';
	readonly event?: SecurityEventKind;
}

/** Takes an attempt back that has succeeded, in the caller's transaction. When that fails in the end, the attempt stands. */
export type TakeBack = (db: Db) => Promise<void>;

/**
 * Lets somebody try something that may be guessed. The attempt is written down before the work begins, so that a hundred at the same
 * time are no way around the limit; it stays when `work` is refused for one of `counts`, and goes when anything else happens.
 *
 * @param work gets the way to take the attempt back in a transaction of its own, which spares the disk another one
 * @returns what `work` returns
 * @throws Problem `locked` with the time to wait; what `work` throws
 */
export async function attempt<T>(realm: Realm, what: Attempt, work: (takeBack: TakeBack) => Promise<T>): Promise<T> {
	const id = await begin(realm, what);
	let isBack = false;
	const takeBack = async (db: Db): Promise<void> => {
		await remove(db, id);
		isBack = true;
	};
	try {
		const result = await work(takeBack);
		if (what.counts === 'everything') await count(realm, what, id);
		else if (!isBack) await release(realm, id);
		return result;
	} catch (error) {
		if (isCounted(what, error)) await count(realm, what, id);
		else await release(realm, id);
		throw error;
	}
}

/** Whoever knows the password starts afresh, and the address is one of theirs. Part of the transaction that signs in. */
export async function welcome(realm: Realm, db: Db, account: string, client: Client): Promise<void> {
	const address = networkOf(client.address);
	const at = realm.clock.now();
	await db
		.deleteFrom('attempt')
		.where('account', '=', account)
		.where('address', '=', address)
		.where('state', '=', 'counted')
		.execute();
	await db
		.insertInto('known_address')
		.values({ account, address, at })
		.onConflict((conflict) => conflict.columns(['account', 'address']).doUpdateSet({ at }))
		.execute();
}

/** Forgets every failure against an account: it was recovered by whoever owns the machine. */
export async function pardon(db: Db, account: string): Promise<void> {
	await db.deleteFrom('attempt').where('account', '=', account).execute();
}

function isCounted({ counts }: Attempt, error: unknown): boolean {
	if (!(error instanceof Problem) || error.status >= 500) return false;
	return counts === 'everything' || (counts as readonly string[]).includes(error.code);
}

async function begin(realm: Realm, { kind, account, client }: Attempt): Promise<string> {
	const id = newId(realm);
	const address = networkOf(client.address);
	const row = { id, kind, account, address, state: 'open', at: realm.clock.now() } as const;
	await look(realm, (db) => db.insertInto('attempt').values(row).execute());
	const waitMs = await look(realm, (db) => longestWait(realm, db, row));
	if (waitMs === 0) return id;
	await release(realm, id);
	throw refuse('locked', { retryAfterMs: waitMs });
}

async function longestWait(
	realm: Realm,
	db: Db,
	own: { id: string; kind: Kind; account: string; address: string },
): Promise<number> {
	let wait = 0;
	for (const rule of rules[own.kind] as readonly Rule[]) {
		const left = await waitOf(realm, db, rule, own);
		if (left > wait && !(rule.sparesKnown && (await isKnown(realm, db, own.account, own.address)))) wait = left;
	}
	return wait;
}

/** Until the oldest of the last `limit` attempts leaves the window. */
async function waitOf(
	realm: Realm,
	db: Db,
	{ by, limit, windowMs }: Rule,
	own: { id: string; kind: Kind; account: string; address: string },
): Promise<number> {
	const now = realm.clock.now();
	const rows = await db
		.selectFrom('attempt')
		.select(['at', 'state'])
		.where('kind', '=', own.kind)
		.where('id', '!=', own.id)
		// A clock that was ahead and was put right must not lock anybody out until then.
		.where('at', '<=', now + openMs)
		.where((is) =>
			is.and([
				...(by === 'address' ? [] : [is('account', '=', own.account)]),
				...(by === 'account' ? [] : [is('address', '=', own.address)]),
				is.or([
					is.and([is('state', '=', 'counted'), is('at', '>', now - windowMs)]),
					is.and([is('state', '=', 'open'), is('at', '>', now - openMs)]),
				]),
			]),
		)
		.orderBy('at', 'desc')
		.limit(limit)
		.execute();
	const oldest = rows.at(-1);
	if (oldest === undefined || rows.length < limit) return 0;
	return Math.max(1000, oldest.at + (oldest.state === 'open' ? openMs : windowMs) - now);
}

async function isKnown(realm: Realm, db: Db, account: string, address: string): Promise<boolean> {
	const row = await db
		.selectFrom('known_address')
		.select('at')
		.where('account', '=', account)
		.where('address', '=', address)
		.executeTakeFirst();
	return row !== undefined && row.at > realm.clock.now() - knownMs;
}

async function count(realm: Realm, { account, client, event }: Attempt, id: string): Promise<void> {
	await transact(realm, async (db) => {
		await db.updateTable('attempt').set({ state: 'counted' }).where('id', '=', id).execute();
		if (event !== undefined) await note(realm, db, event, { account }, client);
	});
}

/** When even this fails the row ends by itself after `openMs`; what came of the attempt is the answer to give. */
async function release(realm: Realm, id: string): Promise<void> {
	try {
		await look(realm, (db) => remove(db, id));
	} catch (error) {
		realm.log.warn({ err: error }, 'an attempt could not be taken back; it stops to matter by itself');
	}
}

async function remove(db: Db, id: string): Promise<void> {
	await db.deleteFrom('attempt').where('id', '=', id).execute();
}
