import { type Notifier, Problem } from '@mana/service';
import { writeLetter } from '../letters.ts';
import { type Person, toPerson } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, newId, type Realm, transact } from '../realm.ts';
import { forgetRemoval, forgetSecondFactor, hasSecondFactor } from '../second-factor.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import { type Db, personById, type Transaction } from '../store.ts';
import { guarded } from './people.ts';

/** For how long the person can stop it, in milliseconds: time to see a mail. */
export const removalDelayMs = 24 * 60 * 60_000;
/** With pauses that grow to an hour: most of a day without mana-notify. */
const tries = 24;
const nobody: Client = { address: '', agent: 'second step' };

/** What the person is told of in their inbox. */
export interface SecondStepNotice {
	readonly person: string;
	readonly at: number;
}

/** A removal that is due. Another one that was planned after it was stopped has another id. */
export interface SecondStepRemoval {
	readonly id: string;
}

/**
 * An admin has the second step of somebody taken away who has lost their authenticator app and their recovery codes. It happens after a
 * day, of which the person is told at once, by mail and in their inbox, and in which they can stop it. Asked again, the first plan stands.
 *
 * @returns when it happens, ISO 8601, UTC
 * @throws Problem `person-unknown`, `role-missing`, `own-account`, `second-factor-off`
 */
export function planSecondStepRemoval(realm: Realm, actor: Person, id: string, client: Client): Promise<string> {
	return transact(realm, async (db) => {
		const target = await guarded(db, actor, id, 'sign-out');
		if (target.id === actor.id) throw refuse('own-account');
		if (!(await hasSecondFactor(db, id))) throw refuse('second-factor-off', { detail: 'Their sign-in asks for no code.' });
		const known = await db.selectFrom('second_step_removal').select('due_at').where('person_id', '=', id).executeTakeFirst();
		if (known !== undefined) return new Date(known.due_at).toISOString();
		const now = realm.clock.now();
		const row = { person_id: id, id: newId(realm), asked_by: actor.id, asked_at: now, due_at: now + removalDelayMs };
		await db.insertInto('second_step_removal').values(row).execute();
		await realm.jobs.enqueue(
			'secondStepRemoval',
			{ id: row.id },
			{ key: row.id, at: row.due_at, within: db, maxAttempts: tries },
		);
		const notice: SecondStepNotice = { person: id, at: row.due_at };
		await realm.jobs.enqueue('secondStepNotice', notice, { key: row.id, within: db, maxAttempts: tries });
		await writeLetter(realm, db, 'second-step-stay', target, target.email);
		await note(realm, db, 'second-step-removal-planned', { person: id, by: actor.id }, client);
		return new Date(row.due_at).toISOString();
	});
}

/** An admin lets somebody keep it. @throws Problem `person-unknown`, `role-missing`, `removal-unknown` */
export function stopSecondStepRemoval(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	return transact(realm, async (db) => {
		await guarded(db, actor, id, 'sign-out');
		await keepSecondStep(realm, db, id, client, actor.id);
	});
}

/** The person keeps it, from wherever they are signed in. @throws Problem `removal-unknown` */
export function keepOwnSecondStep(realm: Realm, { person }: Presence, client: Client): Promise<void> {
	return transact(realm, (db) => keepSecondStep(realm, db, person.id, client));
}

/** Stops it, in the caller's transaction. @param by who did, when that is not the person @throws Problem `removal-unknown` */
export async function keepSecondStep(realm: Realm, db: Transaction, person: string, client: Client, by?: string): Promise<void> {
	if (!(await forgetRemoval(db, person))) throw refuse('removal-unknown');
	await note(realm, db, 'second-step-removal-stopped', { person, ...(by !== undefined && { by }) }, client);
}

/** Tells the person in their inbox. @param job the id of the job, so that twice is once @throws what makes it worth another try */
export async function tellOfRemoval(notifier: Notifier, { person, at }: SecondStepNotice, job: string): Promise<void> {
	const data = { link: '/settings/security#second-step', at };
	await notifier.send({ topic: 'second-step-notice', to: { person }, data, key: job, expires: at });
}

/**
 * Takes the second step away, unless it was stopped. Whoever asked must still be one who may: what somebody asked who was shut out since
 * comes to nothing.
 *
 * @throws what makes it worth another try
 */
export async function removeSecondStep(realm: Realm, { id }: SecondStepRemoval): Promise<void> {
	await transact(realm, async (db) => {
		// Taking the row out first decides against somebody who stops it in the same moment: one of the two finds it gone.
		const row = await db
			.deleteFrom('second_step_removal')
			.where('id', '=', id)
			.where('due_at', '<=', realm.clock.now())
			.returningAll()
			.executeTakeFirst();
		if (row === undefined) return;
		const about = { person: row.person_id, by: row.asked_by };
		if (!(await mayStill(db, row.asked_by, row.person_id))) {
			await forgetRemoval(db, row.person_id);
			return note(realm, db, 'second-step-removal-stopped', { person: row.person_id }, nobody);
		}
		await forgetSecondFactor(db, row.person_id);
		await db.deleteFrom('sign_in_ticket').where('person_id', '=', row.person_id).execute();
		await note(realm, db, 'second-factor-off', about, nobody);
	});
}

async function mayStill(db: Db, actor: string, person: string): Promise<boolean> {
	const row = await personById(db, actor);
	if (row === undefined || row.suspended_at !== null || (row.role !== 'owner' && row.role !== 'admin')) return false;
	try {
		await guarded(db, toPerson(row), person, 'sign-out');
		return true;
	} catch (error) {
		if (error instanceof Problem && error.status < 500) return false;
		throw error;
	}
}
