import {
	generateAuthenticationOptions,
	generateRegistrationOptions,
	verifyAuthenticationResponse,
	verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers';
import { type ChallengeUse, challengeMs, isOurs, newChallenge, useChallenge } from './challenges.ts';
import type { AssertionAnswer, RegistrationAnswer } from './passkey-answers.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { requireWayIn } from './relying/identities.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import type { Db, PasskeyRow } from './store.ts';

/** EdDSA, ES256 and RS256 (RFC 9053): what every authenticator has one of, and this runtime can check. */
const algorithms = [-8, -7, -257];
/** More than anybody has keys. */
const most = 20;

/** A key on a device or in a password manager with which a person signs in. */
export interface Passkey {
	readonly id: string;
	/** As the person calls it. */
	readonly name: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly usedAt: string | null;
	/** Whether it is kept in more than one place, as password managers do. */
	readonly synced: boolean;
}

/** The passkeys of a person, oldest first. */
export async function listPasskeys(realm: Realm, person: string): Promise<Passkey[]> {
	return (await look(realm, (db) => passkeysOf(db, person))).map(toPasskey);
}

/** What a browser needs to make a passkey: discoverable, and with the device asking who uses it. @throws Problem `passkeys-full` */
export async function registrationOptions(realm: Realm, { person, session }: Presence, instance: string) {
	const known = await look(realm, (db) => passkeysOf(db, person.id));
	if (known.length >= most) throw refuse('passkeys-full');
	return generateRegistrationOptions({
		rpName: instance,
		rpID: domainOf(realm),
		userID: new TextEncoder().encode(person.id),
		userName: person.email,
		userDisplayName: person.name,
		challenge: newChallenge(realm, 'register', session.id),
		timeout: challengeMs,
		attestationType: 'none',
		supportedAlgorithmIDs: algorithms,
		excludeCredentials: known.map(({ id, transports }) => ({ id, transports: JSON.parse(transports) as string[] })),
		authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
	});
}

/** Keeps a passkey that a browser made. @throws Problem `passkey-invalid`, `passkey-known`, `passkeys-full` */
export async function addPasskey(
	realm: Realm,
	{ person, session }: Presence,
	name: string,
	answer: RegistrationAnswer,
	client: Client,
): Promise<Passkey> {
	const challenge = challengeOf(answer);
	const { registrationInfo } = await judged(realm, () =>
		verifyRegistrationResponse({
			response: answer,
			expectedChallenge: (given) => isOurs(realm, 'register', session.id, given),
			expectedOrigin: realm.publicUrl,
			expectedRPID: domainOf(realm),
			requireUserVerification: true,
			supportedAlgorithmIDs: algorithms,
		}),
	);
	if (registrationInfo === undefined) throw refuse('passkey-invalid');
	const { credential, credentialBackedUp } = registrationInfo;
	const row: PasskeyRow = {
		id: credential.id,
		person_id: person.id,
		public_key: credential.publicKey,
		counter: credential.counter,
		transports: JSON.stringify(answer.response.transports),
		name,
		synced: credentialBackedUp ? 1 : 0,
		created_at: realm.clock.now(),
		used_at: null,
	};
	return transact(realm, async (db) => {
		await useChallenge(realm, db, challenge);
		if ((await passkeysOf(db, person.id)).length >= most) throw refuse('passkeys-full');
		const { numInsertedOrUpdatedRows } = await db
			.insertInto('passkey')
			.values(row)
			.onConflict((conflict) => conflict.column('id').doNothing())
			.executeTakeFirst();
		if (numInsertedOrUpdatedRows === 0n) throw refuse('passkey-known');
		await note(realm, db, 'passkey-added', { person: person.id, detail: { name } }, client);
		return toPasskey(row);
	});
}

/** @throws Problem `passkey-unknown` when it is none of this person's */
export async function renamePasskey(realm: Realm, { person }: Presence, id: string, name: string): Promise<void> {
	const { numUpdatedRows } = await look(realm, (db) =>
		db.updateTable('passkey').set({ name }).where('id', '=', id).where('person_id', '=', person.id).executeTakeFirst(),
	);
	if (numUpdatedRows === 0n) throw refuse('passkey-unknown');
}

/** @throws Problem `passkey-unknown`; `last-credential` when nothing else would open the account */
export async function removePasskey(realm: Realm, { person }: Presence, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('passkey')
			.where('id', '=', id)
			.where('person_id', '=', person.id)
			.returning('name')
			.executeTakeFirst();
		if (row === undefined) throw refuse('passkey-unknown');
		await requireWayIn(db, person.id);
		await note(realm, db, 'passkey-removed', { person: person.id, detail: { name: row.name } }, client);
	});
}

/** Whether a person has a passkey. */
export async function hasPasskey(db: Db, person: string): Promise<boolean> {
	return (await db.selectFrom('passkey').select('id').where('person_id', '=', person).limit(1).executeTakeFirst()) !== undefined;
}

/**
 * What a browser needs to let a passkey sign. To sign in, whichever the person picks (nobody is named, so nothing is told of who has an
 * account); to prove oneself, one of the person's own.
 *
 * @param subject the session, or `-` where there is none yet
 */
export async function assertionOptions(realm: Realm, use: Exclude<ChallengeUse, 'register'>, subject: string, person?: string) {
	const own = person === undefined ? [] : await look(realm, (db) => passkeysOf(db, person));
	return generateAuthenticationOptions({
		rpID: domainOf(realm),
		challenge: newChallenge(realm, use, subject),
		timeout: challengeMs,
		userVerification: 'required',
		allowCredentials: own.map(({ id, transports }) => ({ id, transports: JSON.parse(transports) as string[] })),
	});
}

/**
 * Judges what a passkey signed.
 *
 * @returns what to do in the transaction that believes it: it uses the challenge up and moves the key's counter
 * @throws Problem `passkey-invalid`: of another place, for something else, answered before, changed, or unknown
 */
export async function judgeAssertion(
	realm: Realm,
	use: Exclude<ChallengeUse, 'register'>,
	subject: string,
	answer: AssertionAnswer,
): Promise<{ readonly person: string; accept(db: Db): Promise<void> }> {
	const challenge = challengeOf(answer);
	const key = await look(realm, (db) => db.selectFrom('passkey').selectAll().where('id', '=', answer.id).executeTakeFirst());
	if (key === undefined) throw refuse('passkey-invalid');
	const { userHandle } = answer.response;
	if (userHandle !== undefined && Buffer.from(userHandle, 'base64url').toString() !== key.person_id)
		throw refuse('passkey-invalid');
	const { verified, authenticationInfo } = await judged(realm, () =>
		verifyAuthenticationResponse({
			response: answer,
			expectedChallenge: (given) => isOurs(realm, use, subject, given),
			expectedOrigin: realm.publicUrl,
			expectedRPID: domainOf(realm),
			credential: { id: key.id, publicKey: new Uint8Array(key.public_key), counter: key.counter },
			requireUserVerification: true,
		}),
	);
	if (!verified) throw refuse('passkey-invalid');
	return {
		person: key.person_id,
		async accept(db) {
			await useChallenge(realm, db, challenge);
			const { numUpdatedRows } = await db
				.updateTable('passkey')
				.set({
					counter: authenticationInfo.newCounter,
					synced: authenticationInfo.credentialBackedUp ? 1 : 0,
					used_at: realm.clock.now(),
				})
				.where('id', '=', key.id)
				.where('counter', '=', key.counter)
				.executeTakeFirst();
			// Another use of the same key has moved it on meanwhile, or it was removed.
			if (numUpdatedRows === 0n) throw refuse('passkey-invalid');
		},
	};
}

/** The domain that passkeys are bound to: the host of the one origin (WebAuthn §5.1.2, `rpId`). */
function domainOf({ publicUrl }: Pick<Realm, 'publicUrl'>): string {
	return new URL(publicUrl).hostname;
}

function passkeysOf(db: Db, person: string): Promise<PasskeyRow[]> {
	return db.selectFrom('passkey').selectAll().where('person_id', '=', person).orderBy('created_at').orderBy('id').execute();
}

function challengeOf(answer: RegistrationAnswer | AssertionAnswer): string {
	try {
		const { challenge } = decodeClientDataJSON(answer.response.clientDataJSON);
		if (typeof challenge === 'string') return challenge;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	throw refuse('passkey-invalid');
}

/** The library throws for whatever does not fit, and looks at nothing but what it is given: each of its errors is a refusal. */
async function judged<T>(realm: Realm, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		realm.log.info({ err: error }, 'an answer of a passkey was refused');
		throw refuse('passkey-invalid', { cause: error });
	}
}

function toPasskey({ id, name, created_at, used_at, synced }: PasskeyRow): Passkey {
	return {
		id,
		name,
		createdAt: new Date(created_at).toISOString(),
		usedAt: used_at === null ? null : new Date(used_at).toISOString(),
		synced: synced === 1,
	};
}
