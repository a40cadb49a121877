import { asking, library, noPasswords } from './library.ts';
import type { Role, Tier } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm } from './realm.ts';
import { type Presence, presenceOf } from './sessions.ts';
import { type Db, personByEmail } from './store.ts';

/** A session that was just opened, with the token for its cookie. */
export interface Opened {
	readonly presence: Presence;
	readonly token: string;
}

export interface NewPerson {
	readonly name: string;
	readonly email: string;
	readonly password: string;
	readonly language: string;
}

/** What somebody is on this Mana from the first moment on. */
export interface Footing {
	readonly role: Role;
	readonly tier: Tier;
	/** Whether the address is known to be theirs. */
	readonly proven: boolean;
}

/** Gives somebody their place, in the caller's transaction. */
export async function settle(db: Db, person: string, { role, tier, proven }: Footing): Promise<void> {
	await db
		.updateTable('person')
		.set({ role, tier, email_verified: proven ? 1 : 0 })
		.where('id', '=', person)
		.execute();
}

/**
 * Makes a person, their password and their first session, in the caller's transaction.
 *
 * @param hash of the password, made before the transaction began
 * @throws Problem `email-taken`
 */
export async function admit(
	realm: Realm,
	db: Db,
	who: NewPerson,
	footing: Footing,
	hash: string,
	client: Client,
): Promise<Opened> {
	const { api } = library(realm, db, client, { ...noPasswords, hash: () => Promise.resolve(hash) });
	const { token, user } = await asking(api.signUpEmail({ body: who }));
	if (token === null) throw new TypeError('The library opens a session for everybody who signs up.');
	await settle(db, user.id, footing);
	return { presence: await presenceOf(realm, db, token), token };
}

/**
 * Opens a session for somebody whose password was found right, in the caller's transaction.
 *
 * @param hash that the password was found to belong to; when it has changed since, the password is wrong
 * @throws Problem `wrong-credentials`
 */
export async function enter(
	realm: Realm,
	db: Db,
	{ email, password }: { email: string; password: string },
	hash: string,
	client: Client,
): Promise<Opened> {
	const { api } = library(realm, db, client, { ...noPasswords, verify: (data) => Promise.resolve(data.hash === hash) });
	const { token } = await asking(api.signInEmail({ body: { email, password } }));
	return { presence: await presenceOf(realm, db, token), token };
}

/** Opens a session for somebody who has proven who they are in another way than by a password, in the caller's transaction. */
export async function enterProven(realm: Realm, db: Db, person: string, client: Client): Promise<Opened> {
	const { internalAdapter } = await library(realm, db, client, noPasswords).$context;
	const { token } = await internalAdapter.createSession(person);
	return { presence: await presenceOf(realm, db, token), token };
}

/**
 * Two people with one address at the same moment: the database lets one in and the library calls the other's failure its own. So the
 * database is asked, after the transaction, whether that was it.
 *
 * @throws Problem `email-taken`; else what `work` throws
 */
export async function unlessTaken<T>(realm: Realm, email: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const unclear = error instanceof Error && 'status' in error && error.status === 503;
		if (unclear && (await look(realm, (db) => personByEmail(db, email))) !== undefined)
			throw refuse('email-taken', { cause: error });
		throw error;
	}
}
