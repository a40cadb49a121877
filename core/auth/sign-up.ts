import { footingOf } from './administration/invitations.ts';
import { attempt } from './attempts.ts';
import { writeLetter } from './letters.ts';
import { consumeLink, linkWorks } from './one-time-links.ts';
import { admit, type NewPerson, type Opened, unlessTaken } from './opening.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { type Db, ownerExists, personByEmail } from './store.ts';

/**
 * A new person comes in by the door that the owner has opened, and is signed in.
 *
 * @throws Problem `setup-needed`, `registration-closed`, `invitation-missing`, `invitation-invalid`, `email-taken`, `weak-password`, `locked`
 */
export function signUp(realm: Realm, who: NewPerson, invitation: string | undefined, client: Client): Promise<Opened> {
	return attempt(realm, { kind: 'join', account: '-', client, counts: 'everything' }, async () => {
		await look(realm, (db) => mayJoin(realm, db, who.email, invitation));
		await checkPassword(who.password, who.email);
		const hash = await hashPassword(who.password);
		return unlessTaken(realm, who.email, () =>
			transact(realm, async (db) => {
				const invited = invitation === undefined ? null : await consumeLink(realm, db, 'invitation', invitation);
				const footing = footingOf(invited, who.email);
				const opened = await admit(realm, db, who, footing, hash, client);
				if (!footing.proven) await writeLetter(realm, db, 'verification', opened.presence.person, who.email);
				await note(realm, db, 'person-joined', { person: opened.presence.person.id }, client);
				return opened;
			}),
		);
	});
}

async function mayJoin(realm: Realm, db: Db, email: string, invitation: string | undefined): Promise<void> {
	if (!(await ownerExists(db))) throw refuse('setup-needed');
	if (realm.registration === 'closed') throw refuse('registration-closed');
	if (realm.registration === 'invitation' && invitation === undefined) throw refuse('invitation-missing');
	if (invitation !== undefined && !(await linkWorks(realm, db, 'invitation', invitation))) throw refuse('invitation-invalid');
	if ((await personByEmail(db, email)) !== undefined) throw refuse('email-taken');
}
