import { digest } from '../instance-keys.ts';
import { sessionMs } from '../session-rules.ts';
import type { Db } from '../store.ts';

/**
 * Ends the sessions of somebody who leaves, and keeps the fingerprints of their tokens for as long as a browser may still come with one: only
 * this says to a device that was away that it may let go of what it holds. That nobody knows a session proves nothing: a Mana put back from
 * a backup knows no younger one.
 */
export async function endSessionsForGood(db: Db, person: string, now: number): Promise<void> {
	const present = await db.selectFrom('session').select(['token', 'impersonator_id']).where('person_id', '=', person).execute();
	const replaced = await db
		.selectFrom('retired_token')
		.innerJoin('session', 'session.id', 'retired_token.session_id')
		.select('retired_token.hash')
		.where('session.person_id', '=', person)
		.execute();
	const own = present.filter(({ impersonator_id }) => impersonator_id === null).map(({ token }) => digest(token));
	for (const hash of [...own, ...replaced.map((one) => one.hash)])
		await db
			.insertInto('departed_session')
			.values({ hash, at: now })
			.onConflict((conflict) => conflict.column('hash').doNothing())
			.execute();
	await db.deleteFrom('session').where('person_id', '=', person).execute();
}

/** Whether a token was that of a session which ended because its person left. */
export async function endedForGood(db: Db, token: string): Promise<boolean> {
	const found = await db.selectFrom('departed_session').select('at').where('hash', '=', digest(token)).executeTakeFirst();
	return found !== undefined;
}

/** Drops what no browser can come with any more. */
export async function tidyDepartedSessions(db: Db, now: number): Promise<void> {
	await db
		.deleteFrom('departed_session')
		.where('at', '<=', now - sessionMs)
		.execute();
}
