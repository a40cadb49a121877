import { attempt } from './attempts.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { makeRecoveryCodes, recoveryCodesLeft, useRecoveryCode } from './recovery-codes.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import type { Db } from './store.ts';
import { type Enrolment, enrolment, stepOf } from './totp.ts';

/** Bytes of the shared key: as long as the hash (RFC 4226 §4). */
const keyBytes = 20;

export interface SecondFactor {
	/** ISO 8601, UTC; `null` while it is off. */
	readonly since: string | null;
	readonly recoveryCodes: number;
	/** When an admin has it taken away, and who that is (`null`: they have left); `null` unless that is planned. */
	readonly removal: { readonly dueAt: string; readonly by: string | null } | null;
}

/** Whether a person is asked for a code after the password, and how many recovery codes they have left. */
export async function secondFactorOf(realm: Realm, person: string): Promise<SecondFactor> {
	return look(realm, async (db) => {
		const since = (await factorRow(db, person))?.confirmed_at ?? null;
		return {
			since: since === null ? null : new Date(since).toISOString(),
			recoveryCodes: await recoveryCodesLeft(db, person),
			removal: await removalOf(db, person),
		};
	});
}

/** Whether sign-in has a second step for this person. */
export async function hasSecondFactor(db: Db, person: string): Promise<boolean> {
	return ((await factorRow(db, person))?.confirmed_at ?? null) !== null;
}

/**
 * Makes a key for an authenticator app. Nothing changes for the person until `confirmSecondFactor`; beginning again makes another key.
 *
 * @param instance what the app shows as the place
 * @throws Problem `second-factor-on`
 */
export async function beginSecondFactor(realm: Realm, { person }: Presence, instance: string): Promise<Enrolment> {
	const key = realm.random(new Uint8Array(keyBytes));
	await transact(realm, async (db) => {
		if (await hasSecondFactor(db, person.id)) throw refuse('second-factor-on');
		await db.deleteFrom('second_factor').where('person_id', '=', person.id).execute();
		await db
			.insertInto('second_factor')
			.values({
				person_id: person.id,
				sealed: realm.keys.seal(key, `totp ${person.id}`),
				created_at: realm.clock.now(),
				confirmed_at: null,
				last_step: 0,
			})
			.execute();
	});
	return enrolment(key, instance, person.email);
}

/**
 * Switches the second step on, since a code shows that the app has the key.
 *
 * @returns recovery codes, to be shown once
 * @throws Problem `wrong-code`, `second-factor-on`, `second-factor-off` when none was begun, `locked`
 */
export function confirmSecondFactor(realm: Realm, presence: Presence, code: string, client: Client): Promise<string[]> {
	const { person } = presence;
	return guessing(realm, presence, client, () =>
		transact(realm, async (db) => {
			const row = await factorRow(db, person.id);
			if (row === undefined) throw refuse('second-factor-off');
			if (row.confirmed_at !== null) throw refuse('second-factor-on');
			if (!(await useTotp(realm, db, person.id, code))) throw refuse('wrong-code');
			await db.updateTable('second_factor').set({ confirmed_at: realm.clock.now() }).where('person_id', '=', person.id).execute();
			const codes = await makeRecoveryCodes(realm, db, person.id);
			await note(realm, db, 'second-factor-on', { person: person.id }, client);
			return codes;
		}),
	);
}

/** Asks for no code any more. @throws Problem `second-factor-off` */
export async function endSecondFactor(realm: Realm, { person }: Presence, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		if (!(await hasSecondFactor(db, person.id))) throw refuse('second-factor-off');
		await forgetSecondFactor(db, person.id);
		await note(realm, db, 'second-factor-off', { person: person.id }, client);
	});
}

/** Takes a person's second step away, with its recovery codes. */
export async function forgetSecondFactor(db: Db, person: string): Promise<void> {
	await db.deleteFrom('second_factor').where('person_id', '=', person).execute();
	await db.deleteFrom('recovery_code').where('person_id', '=', person).execute();
	await forgetRemoval(db, person);
}

/** Nobody takes a person's second step away any more. @returns whether somebody was to */
export async function forgetRemoval(db: Db, person: string): Promise<boolean> {
	const { numDeletedRows } = await db.deleteFrom('second_step_removal').where('person_id', '=', person).executeTakeFirst();
	await db.deleteFrom('one_time_link').where('kind', '=', 'second-step-stay').where('person_id', '=', person).execute();
	return numDeletedRows > 0n;
}

/** Puts new recovery codes in the place of the old ones. @throws Problem `second-factor-off` */
export function renewRecoveryCodes(realm: Realm, { person }: Presence, client: Client): Promise<string[]> {
	return transact(realm, async (db) => {
		if (!(await hasSecondFactor(db, person.id))) throw refuse('second-factor-off');
		const codes = await makeRecoveryCodes(realm, db, person.id);
		await note(realm, db, 'recovery-codes-made', { person: person.id }, client);
		return codes;
	});
}

/**
 * Uses up a code of the app or a recovery code, in the caller's transaction. Whoever has one has lost nothing: the second step stays.
 *
 * @throws Problem `wrong-code`, also for a code that was used before
 */
export async function useCode(realm: Realm, db: Db, person: string, code: string, client: Client): Promise<void> {
	if (!(await hasSecondFactor(db, person))) throw refuse('wrong-code');
	const isOfApp = await useTotp(realm, db, person, code);
	if (!isOfApp && !(await useRecoveryCode(realm, db, person, code))) throw refuse('wrong-code');
	const kept = await forgetRemoval(db, person);
	if (!isOfApp) await note(realm, db, 'recovery-code-used', { person }, client);
	if (kept) await note(realm, db, 'second-step-removal-stopped', { person }, client);
}

/** Lets a code be tried, as often as codes may be guessed. @throws Problem `locked` */
export function guessing<T>(
	realm: Realm,
	{ person }: { readonly person: { readonly email: string } },
	client: Client,
	work: () => Promise<T>,
): Promise<T> {
	const account = realm.keys.pseudonym(person.email);
	return attempt(realm, { kind: 'code', account, client, counts: ['wrong-code'], event: 'wrong-code' }, work);
}

/** A code counts once: the step moves on, and of two that come at once the database lets one do so (RFC 6238 §5.2). */
async function useTotp(realm: Realm, db: Db, person: string, typed: string): Promise<boolean> {
	const code = typed.replaceAll(/\s/g, '');
	const row = await factorRow(db, person);
	if (row === undefined || !/^\d{6}$/.test(code)) return false;
	const step = await stepOf(realm.keys.open(row.sealed, `totp ${person}`), code, realm.clock.now());
	if (step === null) return false;
	const { numUpdatedRows } = await db
		.updateTable('second_factor')
		.set({ last_step: step })
		.where('person_id', '=', person)
		.where('last_step', '<', step)
		.executeTakeFirst();
	return numUpdatedRows > 0n;
}

async function removalOf(db: Db, id: string): Promise<SecondFactor['removal']> {
	const row = await db
		.selectFrom('second_step_removal')
		.leftJoin('person', 'person.id', 'second_step_removal.asked_by')
		.select(['second_step_removal.due_at', 'person.name'])
		.where('second_step_removal.person_id', '=', id)
		.executeTakeFirst();
	return row === undefined ? null : { dueAt: new Date(row.due_at).toISOString(), by: row.name };
}

function factorRow(db: Db, person: string) {
	return db.selectFrom('second_factor').selectAll().where('person_id', '=', person).executeTakeFirst();
}
