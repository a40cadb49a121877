import { endAppPasswords } from './app-passwords.ts';
import { endTokensOf } from './provider/tokens.ts';
import type { Client, Realm } from './realm.ts';
import { note } from './security-events.ts';
import type { Transaction } from './store.ts';

/**
 * Ends what was given away in a person's name, since somebody else may have done so: passwords of programs, what software holds, and the
 * change to another address that nobody has answered yet.
 */
export async function endWhatWasGiven(db: Transaction, person: string): Promise<void> {
	await endAppPasswords(db, person);
	await endTokensOf(db, person);
	await db.deleteFrom('one_time_link').where('person_id', '=', person).where('kind', '=', 'email-change').execute();
}

/**
 * Ends, besides that, every way in but the password: whoever had the account while it was not its owner's may have added some, and would
 * come back by them. The second step stays.
 */
export async function endWaysIn(realm: Realm, db: Transaction, person: string, client: Client): Promise<void> {
	await endWhatWasGiven(db, person);
	await db.deleteFrom('sign_in_ticket').where('person_id', '=', person).execute();
	const passkeys = await db.deleteFrom('passkey').where('person_id', '=', person).returning('name').execute();
	const identities = await db
		.deleteFrom('credential')
		.where('person_id', '=', person)
		.where('provider_id', '!=', 'credential')
		.returning('provider_id')
		.execute();
	for (const { name } of passkeys) await note(realm, db, 'passkey-removed', { person, detail: { name } }, client);
	for (const { provider_id: id } of identities) {
		const provider = await db.selectFrom('identity_provider').select('name').where('id', '=', id).executeTakeFirst();
		await note(realm, db, 'identity-unlinked', { person, detail: { name: provider?.name ?? id } }, client);
	}
}
