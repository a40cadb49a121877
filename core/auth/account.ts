import { attempt, pardon } from './attempts.ts';
import { library, noPasswords } from './library.ts';
import { consumeLink, linkWorks } from './one-time-links.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { type Person, toPerson } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import { type Db, passwordOf, personById } from './store.ts';
import { endWaysIn, endWhatWasGiven } from './ways-in.ts';

/**
 * Changes the password of whoever has just proven who they are, and signs them out everywhere else.
 *
 * @throws Problem `weak-password`
 */
export async function changePassword(
	realm: Realm,
	{ person, session }: Presence,
	password: string,
	client: Client,
): Promise<void> {
	await checkPassword(password, person.email);
	const hash = await hashPassword(password);
	await transact(realm, async (db) => {
		await setPassword(realm, db, person.id, hash, client);
		await db.deleteFrom('session').where('person_id', '=', person.id).where('id', '!=', session.id).execute();
		// Who changes it because somebody else knows it must not lose the account by what that one has asked for.
		await db.deleteFrom('one_time_link').where('person_id', '=', person.id).where('kind', '=', 'email-change').execute();
		await note(realm, db, 'password-changed', { person: person.id }, client);
	});
}

/**
 * Sets a new password with a reset link, signs the person out everywhere, ends what was given away in their name and forgets failures
 * against their account. Where the link proves an address for the first time, every other way in ends, too.
 *
 * @throws Problem `reset-token-invalid`, `weak-password`, `locked`
 */
export async function resetPassword(realm: Realm, token: string, password: string, client: Client): Promise<void> {
	await attempt(realm, { kind: 'link', account: '-', client, counts: ['reset-token-invalid'] }, async () => {
		if (!(await look(realm, (db) => linkWorks(realm, db, 'reset', token)))) throw refuse('reset-token-invalid');
		await checkPassword(password, '');
		const hash = await hashPassword(password);
		await transact(realm, async (db) => {
			const { person_id, email } = await consumeLink(realm, db, 'reset', token);
			const person = person_id === null ? undefined : await personById(db, person_id);
			if (person === undefined) throw refuse('reset-token-invalid');
			await checkPassword(password, person.email);
			await setPassword(realm, db, person.id, hash, client);
			const isProof = email === person.email;
			// Whoever made the account knew of an address that was not proven until now, and perhaps not theirs.
			if (isProof && person.email_verified === 0) await endWaysIn(realm, db, person.id, client);
			else await endWhatWasGiven(db, person.id);
			// A link that came by mail to the address proves it.
			if (isProof) await db.updateTable('person').set({ email_verified: 1 }).where('id', '=', person.id).execute();
			await db.deleteFrom('session').where('person_id', '=', person.id).execute();
			await pardon(db, realm.keys.pseudonym(person.email));
			await note(realm, db, 'password-reset', { person: person.id }, client);
		});
	});
}

/** Changes how a person is called and addressed. Tokens carry it from the next one on. */
export function changeProfile(
	realm: Realm,
	{ person }: Presence,
	change: { name?: string | undefined; language?: string | undefined },
	client: Client,
): Promise<Person> {
	return transact(realm, async (db) => {
		await db
			.updateTable('person')
			.set({
				...(change.name === undefined ? {} : { name: change.name }),
				...(change.language === undefined ? {} : { language: change.language }),
			})
			.set({ updated_at: new Date(realm.clock.now()).toISOString() })
			.where('id', '=', person.id)
			.execute();
		await note(realm, db, 'profile-changed', { person: person.id }, client);
		const row = await personById(db, person.id);
		if (row === undefined) throw refuse('session-expired');
		return toPerson(row);
	});
}

async function setPassword(realm: Realm, db: Db, person: string, hash: string, client: Client): Promise<void> {
	const { internalAdapter } = await library(realm, db, client, noPasswords).$context;
	if ((await passwordOf(db, person)) === null) {
		// They came by a passkey or a provider until now.
		await db.deleteFrom('credential').where('person_id', '=', person).where('provider_id', '=', 'credential').execute();
		await internalAdapter.createAccount({ userId: person, providerId: 'credential', accountId: person, password: hash });
	} else await internalAdapter.updatePassword(person, hash);
	await db.deleteFrom('sign_in_ticket').where('person_id', '=', person).execute();
}
