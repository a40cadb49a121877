import { digest } from './instance-keys.ts';
import { refuse } from './problems.ts';
import type { Realm } from './realm.ts';
import type { Db } from './store.ts';

/** What a challenge is for; an answer to one is none to another. */
export type ChallengeUse = 'register' | 'sign-in' | 'prove';

/** How long somebody may take to find their key, in milliseconds. A page that waits with autofill asks for a new one before that. */
export const challengeMs = 10 * 60_000;
const nonceBytes = 16;
const instantBytes = 6;

/**
 * A challenge for a passkey to sign. It carries its end and our mark, so that nothing is kept of the many that nobody answers.
 *
 * @param subject the session it is for, or `-` where there is none yet
 */
export function newChallenge(realm: Realm, use: ChallengeUse, subject: string): Uint8Array<ArrayBuffer> {
	const said = Buffer.alloc(nonceBytes + instantBytes);
	said.set(realm.random(new Uint8Array(nonceBytes)));
	said.writeUIntBE(realm.clock.now() + challengeMs, nonceBytes, instantBytes);
	return new Uint8Array(Buffer.concat([said, markOf(realm, use, subject, said)]));
}

/** Whether a challenge is ours, for this, and has not ended. @param challenge base64url, as the browser was told */
export function isOurs(realm: Realm, use: ChallengeUse, subject: string, challenge: string): boolean {
	const bytes = Buffer.from(challenge, 'base64url');
	const said = bytes.subarray(0, nonceBytes + instantBytes);
	if (said.length < nonceBytes + instantBytes || !markOf(realm, use, subject, said).equals(bytes.subarray(said.length)))
		return false;
	const ends = said.readUIntBE(nonceBytes, instantBytes);
	return ends > realm.clock.now() && ends <= realm.clock.now() + challengeMs;
}

/** Uses a challenge up, in the caller's transaction. @throws Problem `passkey-invalid` when it was answered before */
export async function useChallenge(realm: Realm, db: Db, challenge: string): Promise<void> {
	const { numInsertedOrUpdatedRows } = await db
		.insertInto('used_challenge')
		.values({ hash: digest(challenge), expires_at: realm.clock.now() + challengeMs })
		.onConflict((conflict) => conflict.column('hash').doNothing())
		.executeTakeFirst();
	if (numInsertedOrUpdatedRows === 0n) throw refuse('passkey-invalid');
}

function markOf(realm: Realm, use: ChallengeUse, subject: string, said: Buffer): Buffer {
	return Buffer.from(realm.keys.mark(`passkey ${use} ${subject} ${said.toString('base64url')}`), 'base64url');
}
