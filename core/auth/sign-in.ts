import { attempt, welcome } from './attempts.ts';
import { enter, type Opened } from './opening.ts';
import { verifyPassword } from './passwords.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { credentialByEmail } from './store.ts';

/**
 * The one way in with a password. An address without an account and a wrong password give the same answer after the same time.
 *
 * @throws Problem `wrong-credentials`, `locked`
 */
export function signIn(realm: Realm, who: { email: string; password: string }, client: Client): Promise<Opened> {
	const account = realm.keys.pseudonym(who.email);
	const what = { kind: 'sign-in', account, client, counts: ['wrong-credentials'], event: 'sign-in-failed' } as const;
	return attempt(realm, what, async () => {
		const credential = await look(realm, (db) => credentialByEmail(db, who.email));
		const right = await verifyPassword(credential?.password, who.password);
		if (!right || typeof credential?.password !== 'string') throw refuse('wrong-credentials');
		const hash = credential.password;
		return transact(realm, async (db) => {
			const opened = await enter(realm, db, who, hash, client);
			await welcome(realm, db, account, client);
			await note(realm, db, 'signed-in', { person: opened.presence.person.id }, client);
			return opened;
		});
	});
}
