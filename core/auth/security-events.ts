import { type Client, newId, type Realm } from './realm.ts';
import type { Db } from './store.ts';

export type SecurityEventKind =
	| 'owner-created'
	| 'person-joined'
	| 'signed-in'
	| 'sign-in-failed'
	| 'signed-out'
	| 'session-revoked'
	| 'sessions-revoked'
	| 'session-reused'
	| 'password-changed'
	| 'password-change-failed'
	| 'password-reset'
	| 'profile-changed'
	| 'invitation-created'
	| 'reset-link-created';

/**
 * Notes what happened, in the caller's transaction: either both are kept or neither is.
 *
 * @param about the person; or, where nobody is proven to be one, the pseudonym of the address that was given
 */
export async function note(
	realm: Pick<Realm, 'clock' | 'random'>,
	db: Db,
	kind: SecurityEventKind,
	about: { readonly person: string } | { readonly account: string },
	client: Client,
): Promise<void> {
	await db
		.insertInto('security_event')
		.values({
			id: newId(realm),
			kind,
			person_id: 'person' in about ? about.person : null,
			account: 'account' in about ? about.account : null,
			address: client.address,
			agent: client.agent,
			at: realm.clock.now(),
		})
		.execute();
}
