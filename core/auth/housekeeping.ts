import { sweepArchives } from './archive/archives.ts';
import { knownMs } from './attempts.ts';
import { unansweredMs } from './administration/invitations.ts';
import { tidyConnections } from './connections/disconnecting.ts';
import { trimAuditLog } from './audit/forgetting.ts';
import { tidyDepartedSessions } from './leaving/departed-sessions.ts';
import { tidySoftware } from './provider/tokens.ts';
import { type Realm, transact } from './realm.ts';
import { browserMs } from './session-cookie.ts';
import { sessionMs } from './session-rules.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** Deletes what has ended and can no longer change any answer. */
export async function tidy(realm: Pick<Realm, 'store' | 'clock' | 'random' | 'keys' | 'home' | 'jobs'>): Promise<void> {
	const now = realm.clock.now();
	await transact(realm, async (db) => {
		await db.deleteFrom('session').where('expires_at', '<=', new Date(now).toISOString()).execute();
		await db
			.deleteFrom('retired_token')
			.where('retired_at', '<=', now - sessionMs)
			.execute();
		await db
			.deleteFrom('one_time_link')
			.where('expires_at', '<=', now)
			.where((is) => is.or([is('kind', '!=', 'invitation'), is('email', 'is', null), is('expires_at', '<=', now - unansweredMs)]))
			.execute();
		await db.deleteFrom('used_challenge').where('expires_at', '<=', now).execute();
		await db.deleteFrom('sign_in_ticket').where('expires_at', '<=', now).execute();
		await db
			.deleteFrom('attempt')
			.where('at', '<=', now - dayMs)
			.execute();
		await db
			.deleteFrom('known_address')
			.where('at', '<=', now - knownMs)
			.execute();
		await db
			.deleteFrom('known_device')
			.where('at', '<=', now - browserMs)
			.execute();
		await tidySoftware(db, now);
		await tidyConnections(realm, db, now);
		await tidyDepartedSessions(db, now);
		await trimAuditLog(realm, db);
	});
	await sweepArchives(realm);
}

/** Tidies every hour until the returned function is called. */
export function keepTidy(realm: Realm): () => void {
	const timer = setInterval(() => {
		tidy(realm).catch((error: unknown) => realm.log.error({ err: error }, 'tidying up failed; the next hour tries again'));
	}, hourMs);
	timer.unref();
	return () => clearInterval(timer);
}
