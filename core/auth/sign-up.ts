import { attempt } from './attempts.ts';
import { writeLetter } from './letters.ts';
import { consumeLink, createLink, linkWorks } from './one-time-links.ts';
import { admit, type NewPerson, type Opened, unlessTaken } from './opening.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import type { Role } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import { type Db, ownerExists, personByEmail } from './store.ts';

const invitationMs = 7 * 24 * 60 * 60_000;

/** What an invited person may become. */
export const invitedRoles = ['admin', 'member', 'guest'] as const satisfies readonly Role[];

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
				const opened = await admit(realm, db, who, invited?.role ?? 'member', hash, client);
				await writeLetter(realm, db, 'verification', opened.presence.person, who.email);
				await note(realm, db, 'person-joined', { person: opened.presence.person.id }, client);
				return opened;
			}),
		);
	});
}

/**
 * Makes a link that lets one person join within a week.
 *
 * @throws Problem `role-missing`, `registration-closed`
 */
export async function invite(
	realm: Realm,
	{ person }: Presence,
	role: (typeof invitedRoles)[number],
	client: Client,
): Promise<{ link: string; expiresAt: string }> {
	const mayInvite = person.role === 'owner' || (person.role === 'admin' && role !== 'admin');
	if (!mayInvite) throw refuse('role-missing');
	if (realm.registration === 'closed') throw refuse('registration-closed');
	return transact(realm, async (db) => {
		const { link, expiresAt } = await createLink(realm, db, {
			kind: 'invitation',
			person: person.id,
			role,
			lifeMs: invitationMs,
		});
		if (expiresAt === null) throw new TypeError('An invitation ends.');
		await note(realm, db, 'invitation-created', { person: person.id }, client);
		return { link, expiresAt };
	});
}

async function mayJoin(realm: Realm, db: Db, email: string, invitation: string | undefined): Promise<void> {
	if (!(await ownerExists(db))) throw refuse('setup-needed');
	if (realm.registration === 'closed') throw refuse('registration-closed');
	if (realm.registration === 'invitation' && invitation === undefined) throw refuse('invitation-missing');
	if (invitation !== undefined && !(await linkWorks(realm, db, 'invitation', invitation))) throw refuse('invitation-invalid');
	if ((await personByEmail(db, email)) !== undefined) throw refuse('email-taken');
}
