import { verifier } from '@mana/service';
import { type Person, toPerson } from './person.ts';
import { refuse } from './problems.ts';
import { look, type Realm } from './realm.ts';
import { audience, publishedKeys } from './signing-keys.ts';
import { personById } from './store.ts';

/**
 * Whether the session behind a token still stands, and who its person is now. A token is good for minutes after its session has ended or
 * its person's role has changed; whoever shows what is not for everybody asks this first.
 *
 * @param token as services get it
 * @throws Problem `session-expired`; 401 for a token that is none of this Mana
 */
export async function standingOf(realm: Realm, token: string | undefined): Promise<Person> {
	const keys = await publishedKeys(realm);
	const verify = verifier({ keys, issuer: realm.publicUrl, audience, clock: realm.clock });
	const { id, session } = await verify(token);
	const row = await look(realm, async (db) => {
		const standing = await db
			.selectFrom('session')
			.select('id')
			.where('id', '=', session)
			.where('person_id', '=', id)
			.where('expires_at', '>', new Date(realm.clock.now()).toISOString())
			.executeTakeFirst();
		return standing ? personById(db, id) : undefined;
	});
	if (!row) throw refuse('session-expired');
	return toPerson(row);
}
