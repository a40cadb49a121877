import { attempt, welcome } from './attempts.ts';
import { digest } from './instance-keys.ts';
import { enter, enterProven, type Opened } from './opening.ts';
import type { AssertionAnswer } from './passkey-answers.ts';
import { judgeAssertion } from './passkeys.ts';
import { verifyPassword } from './passwords.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { guessing, hasSecondFactor, useCode } from './second-factor.ts';
import { note } from './security-events.ts';
import { credentialByEmail, type Db, passwordOf, type PersonRow, personById } from './store.ts';

/** How long the second step may take. */
const ticketMs = 10 * 60_000;

/** The first step was right; the second needs this and a code. */
export interface SecondStep {
	/** Stands for the first step; good for ten minutes and one sign-in. */
	readonly ticket: string;
	/** ISO 8601, UTC. */
	readonly expiresAt: string;
}

/**
 * The one way in with a password. An address without an account and a wrong password give the same answer after the same time. Whoever
 * has a second step gets a ticket for it instead of a session.
 *
 * @throws Problem `wrong-credentials`, `locked`
 */
export function signIn(
	realm: Realm,
	who: { email: string; password: string },
	client: Client,
): Promise<Opened | { secondStep: SecondStep }> {
	const account = realm.keys.pseudonym(who.email);
	const what = { kind: 'sign-in', account, client, counts: ['wrong-credentials'], event: 'sign-in-failed' } as const;
	return attempt(realm, what, async (takeBack) => {
		const credential = await look(realm, (db) => credentialByEmail(db, who.email));
		const right = await verifyPassword(credential?.password, who.password);
		if (!right || typeof credential?.password !== 'string') throw refuse('wrong-credentials');
		const { id, password: hash } = credential;
		return transact(realm, async (db) => {
			if (await hasSecondFactor(db, id)) {
				// It may have been changed since it was found right.
				if ((await passwordOf(db, id)) !== hash) throw refuse('wrong-credentials');
				return { secondStep: await issueTicket(realm, db, id) };
			}
			const opened = await enter(realm, db, who, hash, client);
			await welcome(realm, db, account, client);
			await takeBack(db);
			await note(realm, db, 'signed-in', { person: id }, client);
			return opened;
		});
	});
}

/**
 * The second step: a code of the authenticator app, or a recovery code.
 *
 * @throws Problem `ticket-invalid`, `wrong-code`, `locked`
 */
export async function takeSecondStep(
	realm: Realm,
	{ ticket, code }: { ticket: string; code: string },
	client: Client,
): Promise<Opened> {
	const person = await look(realm, (db) => ticketHolder(realm, db, ticket));
	return guessing(realm, { person }, client, () =>
		transact(realm, async (db) => {
			await useCode(realm, db, person.id, code, client);
			const { numDeletedRows } = await db.deleteFrom('sign_in_ticket').where('hash', '=', digest(ticket)).executeTakeFirst();
			if (numDeletedRows === 0n) throw refuse('ticket-invalid');
			const opened = await enterProven(realm, db, person.id, client);
			await welcome(realm, db, realm.keys.pseudonym(person.email), client);
			await note(realm, db, 'signed-in', { person: person.id }, client);
			return opened;
		}),
	);
}

/**
 * Signs in with a passkey. It is both steps at once: something that the person has, and that asked them who they are.
 *
 * @throws Problem `passkey-invalid`, `locked`
 */
export function signInWithPasskey(realm: Realm, answer: AssertionAnswer, client: Client): Promise<Opened> {
	const what = { kind: 'passkey', account: '-', client, counts: ['passkey-invalid'], event: 'passkey-refused' } as const;
	return attempt(realm, what, async (takeBack) => {
		const { person, accept } = await judgeAssertion(realm, 'sign-in', '-', answer);
		return transact(realm, async (db) => {
			await accept(db);
			const opened = await enterProven(realm, db, person, client);
			await welcome(realm, db, realm.keys.pseudonym(opened.presence.person.email), client);
			await takeBack(db);
			await note(realm, db, 'signed-in', { person }, client);
			return opened;
		});
	});
}

/** Lets somebody whose first step was right take the second, in the caller's transaction. */
export async function issueTicket(realm: Realm, db: Db, person: string): Promise<SecondStep> {
	const ticket = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
	const expires_at = realm.clock.now() + ticketMs;
	await db
		.insertInto('sign_in_ticket')
		.values({ hash: digest(ticket), person_id: person, expires_at })
		.execute();
	return { ticket, expiresAt: new Date(expires_at).toISOString() };
}

async function ticketHolder(realm: Realm, db: Db, ticket: string): Promise<PersonRow> {
	const row = await db
		.selectFrom('sign_in_ticket')
		.select('person_id')
		.where('hash', '=', digest(ticket))
		.where('expires_at', '>', realm.clock.now())
		.executeTakeFirst();
	const person = row && (await personById(db, row.person_id));
	if (person === undefined) throw refuse('ticket-invalid');
	return person;
}
