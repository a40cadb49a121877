import { guarded } from '../administration/people.ts';
import { writeLetter } from '../letters.ts';
import type { Person } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import { type Db, personById, type PersonRow, type Transaction } from '../store.ts';
import type { Neighbours } from './neighbours.ts';
import { type Report, reportOf } from './report.ts';
import { spacesAfter } from './spaces.ts';
import type { DepartureState, LeavingTables } from './tables.ts';

const dayMs = 24 * 60 * 60_000;
/** For how long somebody who leaves can still change their mind. */
export const graceMs = 14 * dayMs;

/** Somebody's leaving, as they see it themselves. Instants are ISO 8601, UTC. */
export interface Departure {
	readonly state: DepartureState;
	readonly byAdmin: boolean;
	readonly plannedAt: string;
	/** When everything goes. */
	readonly dueAt: string;
}

/** The same, as those see it who look after this Mana. */
export interface DepartureCard extends Departure {
	readonly id: string;
	/** `null` once they are gone. */
	readonly person: { readonly id: string; readonly name: string } | null;
	readonly finishedAt: string | null;
	/** What went, by service; and where it did not go yet, why. */
	readonly services: Report['services'];
}

type Row = LeavingTables['departure'];

export async function departureOf(realm: Realm, person: string): Promise<Departure | null> {
	const row = await look(realm, (db) => planOf(db, person));
	return row === undefined ? null : toDeparture(row);
}

/**
 * A person leaves: after the time of grace everything of theirs goes. Asked again, the first plan stands.
 *
 * @throws Problem `last-owner`, `spaces-owned`; 503 when mana-sync does not answer
 */
export async function planDeparture(
	realm: Realm,
	neighbours: Neighbours,
	{ person }: Presence,
	client: Client,
): Promise<Departure> {
	if (person.role === 'owner' && (await look(realm, otherOwners(person.id))) === 0) throw refuse('last-owner');
	const { handOver } = await spacesAfter(neighbours, person.id);
	if (handOver.length > 0) throw refuse('spaces-owned', { extra: { spaces: handOver } });
	return transact(realm, async (db) => {
		const known = await planOf(db, person.id);
		if (known !== undefined) return toDeparture(known);
		const row = await personById(db, person.id);
		if (row === undefined) throw refuse('session-expired');
		const planned = await plan(realm, db, row, false);
		await note(realm, db, 'erasure-planned', { person: person.id }, client);
		return planned;
	});
}

/** An admin has somebody leave. @throws Problem `person-unknown`, `role-missing`, `own-account`, `last-owner` */
export function planRemoval(realm: Realm, actor: Person, id: string, client: Client): Promise<Departure> {
	return transact(realm, async (db) => {
		const target = await guarded(db, actor, id, 'remove');
		const known = await planOf(db, id);
		if (known !== undefined) return toDeparture(known);
		const planned = await plan(realm, db, target, true);
		await note(realm, db, 'erasure-planned', { person: id, by: actor.id }, client);
		return planned;
	});
}

/** They stay after all. @throws Problem `departure-unknown` when nothing is planned, or it has begun */
export function stay(realm: Realm, { person }: Presence, client: Client): Promise<void> {
	return transact(realm, (db) => keep(realm, db, person.id, client));
}

/** An admin lets them stay. @throws Problem `person-unknown`, `role-missing`, `departure-unknown` */
export function keepPerson(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	return transact(realm, async (db) => {
		await guarded(db, actor, id, 'sign-out');
		await keep(realm, db, id, client, actor.id);
	});
}

/** Takes the plan back, in the caller's transaction. @throws Problem `departure-unknown` */
export async function keep(realm: Realm, db: Transaction, person: string, client: Client, by?: string): Promise<void> {
	const { numDeletedRows } = await db
		.deleteFrom('departure')
		.where('person_id', '=', person)
		.where('state', '=', 'planned')
		.executeTakeFirst();
	if (numDeletedRows === 0n) throw refuse('departure-unknown');
	await db.deleteFrom('one_time_link').where('kind', '=', 'stay').where('person_id', '=', person).execute();
	await note(realm, db, 'erasure-taken-back', { person, ...(by !== undefined && { by }) }, client);
}

/** Who leaves and who has left, the newest first: for the owner and admins. */
export function listDepartures(realm: Realm): Promise<DepartureCard[]> {
	return look(realm, async (db) => {
		const rows = await db
			.selectFrom('departure')
			.leftJoin('person', 'person.id', 'departure.person_id')
			.selectAll('departure')
			.select('person.name')
			.orderBy('departure.planned_at', 'desc')
			.limit(200)
			.execute();
		return rows.map((row) => ({
			...toDeparture(row),
			id: row.id,
			person: row.person_id === null || row.name === null ? null : { id: row.person_id, name: row.name },
			finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
			services: reportOf(row.report).services,
		}));
	});
}

/** Has a departure that is due go on at once. @throws Problem `departure-unknown` */
export async function hasten(realm: Realm, id: string): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db.selectFrom('departure').select('state').where('id', '=', id).executeTakeFirst();
		if (row === undefined || row.state === 'planned' || row.state === 'done') throw refuse('departure-unknown');
		await realm.jobs.enqueue('departure', { id }, { key: `${id} ${realm.clock.now()}`, within: db });
	});
}

async function plan(realm: Realm, db: Transaction, person: PersonRow, byAdmin: boolean): Promise<Departure> {
	const now = realm.clock.now();
	const row: Row = {
		id: newId(realm),
		person_id: person.id,
		state: 'planned',
		by_admin: byAdmin ? 1 : 0,
		planned_at: now,
		due_at: now + graceMs,
		began_at: null,
		finished_at: null,
		report: '{}',
	};
	await db.insertInto('departure').values(row).execute();
	await realm.jobs.enqueue('departure', { id: row.id }, { key: row.id, at: row.due_at, within: db, maxAttempts: tries });
	await writeLetter(realm, db, 'stay', person, person.email);
	return toDeparture(row);
}

/** With pauses that grow to an hour: six weeks. An admin can have it tried again at any time. */
const tries = 1_000;

function planOf(db: Db, person: string): Promise<Row | undefined> {
	return db.selectFrom('departure').selectAll().where('person_id', '=', person).executeTakeFirst();
}

/** How many owners there are beside somebody who are not shut out. */
function otherOwners(person: string): (db: Db) => Promise<number> {
	return async (db) => {
		const { n } = await db
			.selectFrom('person')
			.select(({ fn }) => fn.countAll<number>().as('n'))
			.where('role', '=', 'owner')
			.where('suspended_at', 'is', null)
			.where('id', '!=', person)
			.executeTakeFirstOrThrow();
		return Number(n);
	};
}

function toDeparture({ state, by_admin, planned_at, due_at }: Row): Departure {
	return {
		state,
		byAdmin: by_admin === 1,
		plannedAt: new Date(planned_at).toISOString(),
		dueAt: new Date(due_at).toISOString(),
	};
}
