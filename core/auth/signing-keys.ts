import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SealBroken } from '@mana/service';
import { type JWK, SignJWT } from 'jose';
import { serviceActor } from '@mana/sync';
import type { Person } from './person.ts';
import { look, newId, type Realm, transact } from './realm.ts';
import type { Presence } from './sessions.ts';
import { accessTokenMs } from './session-rules.ts';
import type { Db, Tables } from './store.ts';

const hourMs = 60 * 60_000;
/** How long a key signs. */
const activeMs = 30 * 24 * hourMs;
/** How long a key is published before it signs, so that every service knows it by then. */
const announcedMs = 24 * hourMs;
/** Clocks of two machines may differ by this. */
const toleranceMs = 60_000;
/** For whom tokens are: the services of this Mana. */
export const audience = 'mana';

/** What signing needs of a realm. */
type Signer = Pick<Realm, 'store' | 'keys' | 'clock' | 'random' | 'publicUrl'>;

export interface AccessToken {
	/** A JWT (EdDSA, RFC 8037) with `sub`, `sid`, `name`, `email`, `role`. */
	readonly token: string;
	/** ISO 8601, UTC. */
	readonly expiresAt: string;
}

type KeyRow = Tables['signing_key'];
/** `EdDSA` for the services of this Mana; `RS256` for other software, which does not always know EdDSA. */
export type SigningAlg = KeyRow['alg'];

/** The public keys with which every token that has not expired can be checked, and the one that will sign next (RFC 7517). */
export async function publishedKeys(realm: Signer, alg: SigningAlg = 'EdDSA'): Promise<{ keys: JWK[] }> {
	const rows = await keysAt(realm, alg);
	return { keys: rows.map((row) => ({ ...(JSON.parse(row.public_jwk) as JWK), kid: row.id, use: 'sig', alg })) };
}

/** The short-lived token that services verify. */
export async function accessToken(realm: Signer, { person, session }: Presence): Promise<AccessToken> {
	// RFC 8693 §4.1: the person is the subject, and who acts in their name stands beside.
	const acting = session.impersonator === null ? {} : { act: { sub: session.impersonator.id, name: session.impersonator.name } };
	return sign(realm, person, { sid: session.id, ...acting });
}

/**
 * The token by which a service acts for a person who came to it with a password of its own kind. By HTTP one can only look with it, as
 * with every token that names somebody who acts.
 *
 * @param session what it stands for, in the place of a session's id
 */
export function actingToken(realm: Signer, person: Person, session: string, service: string): Promise<AccessToken> {
	return sign(realm, person, { sid: session, act: { sub: serviceActor(service) } });
}

/** A token for whoever may run programs on this machine and does something for a person, such as bringing their archive. */
export function terminalToken(realm: Signer, person: Person): Promise<AccessToken> {
	return sign(realm, person, { sid: 'terminal' });
}

async function sign(
	realm: Signer,
	{ id, name, email, role, tier }: Person,
	more: Readonly<Record<string, unknown>>,
): Promise<AccessToken> {
	const issuedAt = Math.floor(realm.clock.now() / 1000);
	const expires = issuedAt + accessTokenMs / 1000;
	const key = await signingKey(realm, 'EdDSA');
	const token = await new SignJWT({ name, email, role, tier, ...more })
		.setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'JWT' })
		.setSubject(id)
		.setIssuer(realm.publicUrl)
		.setAudience(audience)
		.setIssuedAt(issuedAt)
		.setExpirationTime(expires)
		.sign(createPrivateKey({ key: Buffer.from(realm.keys.open(key.sealed, key.id)), format: 'der', type: 'pkcs8' }));
	return { token, expiresAt: new Date(expires * 1000).toISOString() };
}

/**
 * Drops keys that this instance's secret does not open: a database that was brought back without the secret cannot sign with them, and
 * no token they signed is worth more than ten minutes.
 */
export async function dropForeignKeys(realm: Realm): Promise<void> {
	await transact(realm, async (db) => {
		for (const row of await db.selectFrom('signing_key').selectAll().execute()) {
			if (opens(realm, row)) continue;
			realm.log.warn({ key: row.id }, 'a signing key was sealed with another secret; everybody has to sign in again');
			await db.deleteFrom('signing_key').where('id', '=', row.id).execute();
		}
	});
}

/** The key that signs now. */
export async function signingKey(realm: Signer, alg: SigningAlg): Promise<KeyRow> {
	const now = realm.clock.now();
	const key = (await keysAt(realm, alg)).findLast((row) => signsAt(row, now));
	if (key === undefined) throw new TypeError('There is always a key that signs now.');
	return key;
}

/** The keys that matter now, oldest first, after making those that are missing. */
async function keysAt(realm: Signer, alg: SigningAlg): Promise<KeyRow[]> {
	const now = realm.clock.now();
	const known = await look(realm, (db) => matteringKeys(db, now, alg));
	if (isComplete(known, now)) return known;
	return transact(realm, async (db) => {
		const keys = await matteringKeys(db, now, alg);
		const last = keys.at(-1);
		if (last === undefined || !keys.some((row) => signsAt(row, now)))
			await db
				.insertInto('signing_key')
				.values(newKey(realm, now, alg))
				.execute();
		else if (last.active_until - announcedMs <= now)
			await db
				.insertInto('signing_key')
				.values(newKey(realm, last.active_until, alg))
				.execute();
		await db
			.deleteFrom('signing_key')
			.where('active_until', '<=', now - accessTokenMs - toleranceMs)
			.execute();
		return matteringKeys(db, now, alg);
	});
}

/** Whether some key signs now, and goes on or is followed long enough for no successor to be due. */
function isComplete(keys: readonly KeyRow[], now: number): boolean {
	const last = keys.at(-1);
	// A clock that was ahead and was put right leaves keys that sign only later.
	return last !== undefined && last.active_until - announcedMs > now && keys.some((row) => signsAt(row, now));
}

function signsAt(row: KeyRow, now: number): boolean {
	return row.active_from <= now && now < row.active_until;
}

function matteringKeys(db: Db, now: number, alg: SigningAlg): Promise<KeyRow[]> {
	return db
		.selectFrom('signing_key')
		.selectAll()
		.where('active_until', '>', now - accessTokenMs - toleranceMs)
		.where('alg', '=', alg)
		.orderBy('active_from')
		.orderBy('id')
		.execute();
}

function newKey(realm: Signer, activeFrom: number, alg: SigningAlg): KeyRow {
	const { publicKey, privateKey } =
		alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: 2048 });
	const id = newId(realm);
	return {
		id,
		alg,
		public_jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
		sealed: realm.keys.seal(new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })), id),
		active_from: activeFrom,
		active_until: activeFrom + activeMs,
	};
}

function opens(realm: Pick<Realm, 'keys'>, row: KeyRow): boolean {
	try {
		realm.keys.open(row.sealed, row.id);
		return true;
	} catch (error) {
		if (error instanceof SealBroken) return false;
		throw error;
	}
}
