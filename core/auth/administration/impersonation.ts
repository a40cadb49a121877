import type { Person } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Opened } from '../opening.ts';
import { type Presence, presenceOf } from '../sessions.ts';
import { guarded } from './people.ts';

/** How long a session in somebody else's name lasts at most. */
const visitMs = 60 * 60_000;
const hourMs = 60 * 60_000;
/** For how long somebody may let admins act in their name, in hours. */
export const consentHours = [1, 24, 168] as const;

/** Until when the person lets an admin act in their name: ISO 8601, UTC; `null`: not now. */
export async function consentOf(realm: Realm, person: Person): Promise<string | null> {
	const row = await look(realm, (db) =>
		db
			.selectFrom('impersonation_consent')
			.select('until')
			.where('person_id', '=', person.id)
			.where('until', '>', realm.clock.now())
			.executeTakeFirst(),
	);
	return row === undefined ? null : new Date(row.until).toISOString();
}

/** A person allows that an admin of this Mana comes in under their name for a time. */
export async function giveConsent(
	realm: Realm,
	{ person }: Presence,
	hours: (typeof consentHours)[number],
	client: Client,
): Promise<string> {
	const until = realm.clock.now() + hours * hourMs;
	await transact(realm, async (db) => {
		await db
			.insertInto('impersonation_consent')
			.values({ person_id: person.id, until })
			.onConflict((conflict) => conflict.column('person_id').doUpdateSet({ until }))
			.execute();
		await note(realm, db, 'impersonation-allowed', { person: person.id, detail: { hours } }, client);
	});
	return new Date(until).toISOString();
}

/** Takes it back, and ends what goes on under it at once. */
export async function withdrawConsent(realm: Realm, { person }: Presence, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		await db.deleteFrom('impersonation_consent').where('person_id', '=', person.id).execute();
		await db.deleteFrom('session').where('person_id', '=', person.id).where('impersonator_id', 'is not', null).execute();
		await note(realm, db, 'impersonation-withdrawn', { person: person.id }, client);
	});
}

/**
 * Opens a session in the name of somebody who allowed it. It bears the admin's name, does nothing in mana-auth but look, is not made
 * longer by use, and every entry in the audit log that comes of it names the admin.
 *
 * @param reason why, in the admin's words; the person reads it
 * @throws Problem `person-unknown`, `role-missing`, `own-account`, `consent-missing`, `suspended`
 */
export async function impersonate(realm: Realm, actor: Person, id: string, reason: string, client: Client): Promise<Opened> {
	return transact(realm, async (db) => {
		const target = await guarded(db, actor, id, 'sign-out');
		if (target.id === actor.id) throw refuse('own-account');
		if (target.suspended_at !== null) throw refuse('suspended');
		const now = realm.clock.now();
		const consent = await db
			.selectFrom('impersonation_consent')
			.select('until')
			.where('person_id', '=', id)
			.where('until', '>', now)
			.executeTakeFirst();
		if (consent === undefined) throw refuse('consent-missing');
		const token = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
		const at = new Date(now).toISOString();
		await db
			.insertInto('session')
			.values({
				id: newId(realm),
				token,
				person_id: id,
				created_at: at,
				updated_at: at,
				expires_at: new Date(Math.min(consent.until, now + visitMs)).toISOString(),
				address: client.address,
				agent: client.agent,
				rotated_at: now,
				proved_at: 0,
				confirmed: 1,
				impersonator_id: actor.id,
			})
			.execute();
		const presence = await presenceOf(realm, db, token);
		await note(realm, db, 'impersonation-began', { person: id, by: actor.id, detail: { reason } }, client);
		return { presence, token };
	});
}

/** Ends a session in somebody else's name. @throws Problem `not-impersonating` */
export async function endImpersonation(realm: Realm, { person, session }: Presence, client: Client): Promise<void> {
	const by = session.impersonator;
	if (by === null) throw refuse('not-impersonating');
	await transact(realm, async (db) => {
		await db.deleteFrom('session').where('id', '=', session.id).execute();
		await note(realm, db, 'impersonation-ended', { person: person.id, by: by.id }, client);
	});
}
