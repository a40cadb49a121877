import { attempt } from './attempts.ts';
import type { AssertionAnswer } from './passkey-answers.ts';
import { hasPasskey, judgeAssertion } from './passkeys.ts';
import { verifyPassword } from './passwords.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { guessing, hasSecondFactor, useCode } from './second-factor.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import { type Db, passwordOf } from './store.ts';

/** How long after a proof dangerous steps are open. */
export const provenMs = 10 * 60_000;

/** By what a person can show once more that it is them. */
export const proofMethods = ['password', 'code', 'passkey'] as const;
export type ProofMethod = (typeof proofMethods)[number];

/**
 * Lets a dangerous step through only when whoever holds the session has just proven who they are: by signing in, or by
 * `provePassword`, `proveCode` or `provePasskey` since. An open browser that somebody finds is not enough.
 *
 * @throws Problem `proof-needed`, with the `methods` that this person has; none means: sign in again
 */
export async function requireProof(realm: Realm, { person, session }: Presence): Promise<void> {
	await look(realm, async (db) => {
		if ((await provenUntil(realm, db, session.id)) > realm.clock.now()) return;
		throw refuse('proof-needed', { extra: { methods: await methodsOf(db, person.id) } });
	});
}

/** What a person can prove themselves with, and until when the last proof counts (ISO 8601; `null` when none does). */
export function proofsOf(realm: Realm, { person, session }: Presence): Promise<{ methods: ProofMethod[]; until: string | null }> {
	return look(realm, async (db) => {
		const until = await provenUntil(realm, db, session.id);
		return {
			methods: await methodsOf(db, person.id),
			until: until > realm.clock.now() ? new Date(until).toISOString() : null,
		};
	});
}

/**
 * Proves by the password; not for whoever has a second step, since then a password alone opens nothing either.
 *
 * @throws Problem `wrong-credentials`, `proof-not-enough`, `locked`
 */
export async function provePassword(realm: Realm, presence: Presence, password: string, client: Client): Promise<void> {
	const { person } = presence;
	const account = realm.keys.pseudonym(person.email);
	const what = { kind: 'password', account, client, counts: ['wrong-credentials'], event: 'proof-failed' } as const;
	await attempt(realm, what, async () => {
		const { hash, second } = await look(realm, async (db) => ({
			hash: await passwordOf(db, person.id),
			second: await hasSecondFactor(db, person.id),
		}));
		if (second) throw refuse('proof-not-enough');
		if (!(await verifyPassword(hash, password))) throw refuse('wrong-credentials', { detail: 'That is not your password.' });
		await transact(realm, (db) => markProven(realm, db, presence, client));
	});
}

/** Proves by a code of the authenticator app, or a recovery code. @throws Problem `wrong-code`, `locked` */
export async function proveCode(realm: Realm, presence: Presence, code: string, client: Client): Promise<void> {
	await guessing(realm, presence, client, () =>
		transact(realm, async (db) => {
			await useCode(realm, db, presence.person.id, code, client);
			await markProven(realm, db, presence, client);
		}),
	);
}

/** Proves by one of the person's passkeys. @throws Problem `passkey-invalid`, `locked` */
export async function provePasskey(realm: Realm, presence: Presence, answer: AssertionAnswer, client: Client): Promise<void> {
	const { person, session } = presence;
	const what = { kind: 'passkey', account: '-', client, counts: ['passkey-invalid'], event: 'passkey-refused' } as const;
	await attempt(realm, what, async () => {
		const judged = await judgeAssertion(realm, 'prove', session.id, answer);
		if (judged.person !== person.id) throw refuse('passkey-invalid');
		await transact(realm, async (db) => {
			await judged.accept(db);
			await markProven(realm, db, presence, client);
		});
	});
}

/** Writes down that the person has just proven themselves in this session. */
export async function markProven(realm: Realm, db: Db, { person, session }: Presence, client: Client): Promise<void> {
	await db.updateTable('session').set({ proved_at: realm.clock.now() }).where('id', '=', session.id).execute();
	await note(realm, db, 'proven', { person: person.id }, client);
}

async function provenUntil(realm: Realm, db: Db, session: string): Promise<number> {
	const row = await db.selectFrom('session').select('proved_at').where('id', '=', session).executeTakeFirst();
	const at = row?.proved_at ?? 0;
	// A clock that was ahead and was put right must not leave anybody proven for as long.
	return at > realm.clock.now() ? 0 : at + provenMs;
}

async function methodsOf(db: Db, person: string): Promise<ProofMethod[]> {
	const passkey: ProofMethod[] = (await hasPasskey(db, person)) ? ['passkey'] : [];
	if (await hasSecondFactor(db, person)) return ['code', ...passkey];
	return (await passwordOf(db, person)) === null ? passkey : ['password', ...passkey];
}
