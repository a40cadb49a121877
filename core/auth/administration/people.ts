import { sql } from 'kysely';
import { type Person, type Role, type Tier, toPerson } from '../person.ts';
import { endTokensOf } from '../provider/tokens.ts';
import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import { type Db, personById, type PersonRow } from '../store.ts';
import { objection } from './administrator.ts';

/** How many people a page of the list has. */
export const peoplePage = 50;

/** A person as those see them who look after this Mana. */
export interface Inhabitant extends Person {
	/** ISO 8601, UTC; `null` unless they are shut out for now. */
	readonly suspendedAt: string | null;
	/** How many sessions stand, and when one was last used; `null`: none. */
	readonly sessions: number;
	readonly seenAt: string | null;
	/** Until when they let an admin act in their name; `null` unless they do. */
	readonly consentUntil: string | null;
	/** Whether their sign-in asks for a code, and when an admin has that taken away (`null`: nobody does). */
	readonly secondStep: boolean;
	readonly secondStepRemovalAt: string | null;
}

export interface PeopleFilter {
	/** Part of the name or of the e-mail address. */
	readonly search?: string | undefined;
	readonly role?: Role | undefined;
	readonly suspended?: boolean | undefined;
	/** How many to leave out: the next page. */
	readonly skip: number;
}

/** The people of this Mana by name, a page at a time, and how many there are in all. */
export async function listPeople(
	realm: Realm,
	{ search, role, suspended, skip }: PeopleFilter,
): Promise<{ people: Inhabitant[]; total: number }> {
	const words = `%${(search ?? '')
		.trim()
		.toLowerCase()
		.replaceAll(/[\\%_]/g, '\\$&')}%`;
	return look(realm, async (db) => {
		let query = db
			.selectFrom('person')
			.where(sql<boolean>`(lower(name) like ${words} escape '\\' or email like ${words} escape '\\')`);
		if (role !== undefined) query = query.where('role', '=', role);
		if (suspended !== undefined) query = query.where('suspended_at', suspended ? 'is not' : 'is', null);
		const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
		const rows = await query.selectAll().orderBy('name').orderBy('id').limit(peoplePage).offset(skip).execute();
		return { people: await withSessions(realm, db, rows), total: Number(total) };
	});
}

/** @throws Problem `person-unknown` */
export async function findInhabitant(realm: Realm, id: string): Promise<Inhabitant> {
	return look(realm, async (db) => (await withSessions(realm, db, [await known(db, id)]))[0]!);
}

/** What an admin changes about somebody; what is left out stays. */
export interface PersonChange {
	readonly role?: Role | undefined;
	readonly tier?: Tier | undefined;
	/** Shut out: every session ends at once, and none can be opened. */
	readonly suspended?: boolean | undefined;
}

/**
 * Changes what a person is here, shuts them out, or lets them in again.
 *
 * @throws Problem `person-unknown`, `role-missing`, `own-account`, `last-owner`
 */
export async function changePerson(
	realm: Realm,
	actor: Person,
	id: string,
	change: PersonChange,
	client: Client,
): Promise<Inhabitant> {
	await transact(realm, async (db) => {
		const target = await guarded(db, actor, id, change);
		const { role = target.role, tier = target.tier } = change;
		const at = realm.clock.now();
		const isSuspended = target.suspended_at !== null;
		const suspended = change.suspended ?? isSuspended;
		await db
			.updateTable('person')
			.set({ role, tier, suspended_at: suspended ? (target.suspended_at ?? at) : null })
			.set({ updated_at: new Date(at).toISOString() })
			.where('id', '=', id)
			.execute();
		if (suspended) {
			await db.deleteFrom('session').where('person_id', '=', id).execute();
			await endTokensOf(db, id);
		}
		const about = { person: id, by: actor.id };
		if (role !== target.role)
			await note(realm, db, 'role-changed', { ...about, detail: { from: target.role, to: role } }, client);
		if (tier !== target.tier)
			await note(realm, db, 'tier-changed', { ...about, detail: { from: target.tier, to: tier } }, client);
		if (suspended !== isSuspended) await note(realm, db, suspended ? 'person-suspended' : 'person-readmitted', about, client);
	});
	return findInhabitant(realm, id);
}

/** Ends every session of somebody. @throws Problem `person-unknown`, `role-missing` */
export async function signOutEverywhere(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		await guarded(db, actor, id, 'sign-out');
		await db.deleteFrom('session').where('person_id', '=', id).execute();
		await endTokensOf(db, id);
		await note(realm, db, 'sessions-revoked', { person: id, by: actor.id }, client);
	});
}

/**
 * The person who is to be changed, once the rules allow it. Owners are locked first, so that no two of them can take the last one's place
 * away at the same moment.
 *
 * @throws Problem `person-unknown`, `role-missing`, `own-account`, `last-owner`
 */
export async function guarded(
	db: Db,
	actor: Pick<Person, 'id' | 'role'>,
	id: string,
	change: Parameters<typeof objection>[2],
): Promise<PersonRow> {
	const owners = await db
		.updateTable('person')
		.set((eb) => ({ role: eb.ref('role') }))
		.where('role', '=', 'owner')
		.returning(['id', 'suspended_at'])
		.execute();
	const target = await known(db, id);
	const others = owners.filter((owner) => owner.id !== id && owner.suspended_at === null).length;
	const code = objection(actor, target, change, others);
	if (code !== null) throw refuse(code);
	return target;
}

async function known(db: Db, id: string): Promise<PersonRow> {
	const row = await personById(db, id);
	if (row === undefined) throw refuse('person-unknown', { detail: 'There is no such person here. They may have left.' });
	return row;
}

async function withSessions(realm: Realm, db: Db, rows: readonly PersonRow[]): Promise<Inhabitant[]> {
	if (rows.length === 0) return [];
	const now = realm.clock.now();
	const ids = rows.map(({ id }) => id);
	const sessions = await db
		.selectFrom('session')
		.select(['person_id', ({ fn }) => fn.countAll<number>().as('count'), ({ fn }) => fn.max('updated_at').as('seen')])
		.where('person_id', 'in', ids)
		.where('expires_at', '>', new Date(now).toISOString())
		.groupBy('person_id')
		.execute();
	const consents = await db
		.selectFrom('impersonation_consent')
		.selectAll()
		.where('person_id', 'in', ids)
		.where('until', '>', now)
		.execute();
	const factors = await db
		.selectFrom('second_factor')
		.leftJoin('second_step_removal as removal', 'removal.person_id', 'second_factor.person_id')
		.select(['second_factor.person_id', 'removal.due_at'])
		.where('second_factor.person_id', 'in', ids)
		.where('second_factor.confirmed_at', 'is not', null)
		.execute();
	return rows.map((row) => {
		const standing = sessions.find(({ person_id }) => person_id === row.id);
		const consent = consents.find(({ person_id }) => person_id === row.id);
		const factor = factors.find(({ person_id }) => person_id === row.id);
		const removalAt = factor?.due_at ?? null;
		return {
			...toPerson(row),
			suspendedAt: row.suspended_at === null ? null : new Date(row.suspended_at).toISOString(),
			sessions: Number(standing?.count ?? 0),
			seenAt: standing?.seen ?? null,
			consentUntil: consent === undefined ? null : new Date(consent.until).toISOString(),
			secondStep: factor !== undefined,
			secondStepRemovalAt: removalAt === null ? null : new Date(removalAt).toISOString(),
		};
	});
}
