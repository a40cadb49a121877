import { digest } from './instance-keys.ts';
import { type Person, toPerson } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { endedForGood } from './leaving/departed-sessions.ts';
import { graceMs, rotationMs, sessionMs } from './session-rules.ts';
import { type Db, personById, type SessionRow } from './store.ts';

/** A signed-in person and the session they came with. */
export interface Presence {
	readonly person: Person;
	readonly session: Session;
}

export interface Session {
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	/** When its token was last renewed; at most a quarter of an hour before the session was last used. */
	readonly usedAt: string;
	readonly expiresAt: string;
	readonly address: string;
	/** `User-Agent` of the browser. */
	readonly agent: string;
	/** Who acts in the person's name by it; `null`: the person. */
	readonly impersonator: { readonly id: string; readonly name: string } | null;
}

/**
 * Finds who comes with a token. A session lives under one token at a time. A replaced token still counts until its successor was seen,
 * because the answer that carried the successor may have been lost, and for a moment longer, because other tabs may have requests on
 * the way. After that somebody holds a copy: the whole session ends, for both of them.
 *
 * @throws Problem `not-signed-in`, `session-expired`, `session-reused`, `account-erased`
 */
export async function recognise(realm: Realm, token: string | null, client: Client): Promise<Presence> {
	if (token === null) throw refuse('not-signed-in');
	const found = await look(realm, (db) => find(realm, db, token));
	if (found === 'reused') {
		await transact(realm, (db) => endReused(realm, db, token, client));
		throw refuse('session-reused');
	}
	if (found === null) throw refuse(await look(realm, (db) => whyEnded(db, token)));
	if (found.current && found.row.confirmed === 0) await transact(realm, (db) => confirm(realm, db, found.row));
	return found.presence;
}

/**
 * Replaces the token of a session when it is due and moves the session's end.
 *
 * @returns the token that the cookie has to hold from now on; `null` when it holds the right one
 */
export function renew(realm: Realm, token: string): Promise<string | null> {
	return transact(realm, async (db) => {
		const found = await find(realm, db, token);
		if (found === null || found === 'reused') throw refuse(await whyEnded(db, token));
		const { row, current } = found;
		if (!current) return row.confirmed === 0 ? row.token : null;
		if (row.rotated_at > realm.clock.now() - rotationMs) return null;
		return (await rotate(realm, db, row)) ?? currentToken(db, row.id);
	});
}

/** The sessions of a person that have not ended, newest first. */
export async function listSessions(realm: Realm, person: string): Promise<Session[]> {
	const rows = await look(realm, (db) =>
		db
			.selectFrom('session')
			.leftJoin('person as impersonator', 'impersonator.id', 'session.impersonator_id')
			.selectAll('session')
			.select('impersonator.name as impersonator_name')
			.where('person_id', '=', person)
			.where('expires_at', '>', iso(realm.clock.now()))
			.orderBy('session.created_at', 'desc')
			.execute(),
	);
	return rows.map((row) => toSession(row, row.impersonator_name));
}

/** @throws Problem `session-unknown` when it is not one of this person's */
export async function revokeSession(realm: Realm, person: string, session: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const { numDeletedRows } = await db
			.deleteFrom('session')
			.where('id', '=', session)
			.where('person_id', '=', person)
			.executeTakeFirst();
		if (numDeletedRows === 0n) throw refuse('session-unknown');
		await note(realm, db, 'session-revoked', { person }, client);
	});
}

/** Signs a person out everywhere but here. */
export async function revokeOtherSessions(realm: Realm, { person, session }: Presence, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		await db.deleteFrom('session').where('person_id', '=', person.id).where('id', '!=', session.id).execute();
		await note(realm, db, 'sessions-revoked', { person: person.id }, client);
	});
}

/** Ends the session of this token. One that has ended already stays so, and that is no error. */
export async function signOut(realm: Realm, token: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const found = await find(realm, db, token);
		if (found === 'reused') return endReused(realm, db, token, client);
		if (found === null) return;
		await db.deleteFrom('session').where('id', '=', found.row.id).execute();
		await note(realm, db, 'signed-out', { person: found.row.person_id }, client);
	});
}

/** Gives a session a new token. @returns `null` when another request has done so at the same moment */
async function rotate(realm: Realm, db: Db, row: SessionRow): Promise<string | null> {
	const now = realm.clock.now();
	const token = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
	const { numUpdatedRows } = await db
		.updateTable('session')
		.set({
			token,
			rotated_at: now,
			confirmed: 0,
			updated_at: iso(now),
			expires_at: row.impersonator_id === null ? iso(now + sessionMs) : row.expires_at,
		})
		.where('id', '=', row.id)
		.where('token', '=', row.token)
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return null;
	await db
		.insertInto('retired_token')
		.values({ hash: digest(row.token), session_id: row.id, retired_at: now, replaced_at: null })
		.execute();
	return token;
}

/** The session that was just opened under this token. @throws Problem `session-expired` */
export async function presenceOf(realm: Realm, db: Db, token: string): Promise<Presence> {
	const found = await find(realm, db, token);
	if (found === null || found === 'reused') throw refuse('session-expired');
	return found.presence;
}

async function currentToken(db: Db, session: string): Promise<string> {
	const row = await db.selectFrom('session').select('token').where('id', '=', session).executeTakeFirst();
	if (row === undefined) throw refuse('session-expired');
	return row.token;
}

interface Found {
	readonly presence: Presence;
	readonly row: SessionRow;
	/** Whether the token is the session's present one, and not one that was replaced a moment ago. */
	readonly current: boolean;
}

async function find(realm: Realm, db: Db, token: string): Promise<Found | 'reused' | null> {
	const current = await db.selectFrom('session').selectAll().where('token', '=', token).executeTakeFirst();
	if (current !== undefined) return alive(realm, db, current, true);
	const retired = await db.selectFrom('retired_token').selectAll().where('hash', '=', digest(token)).executeTakeFirst();
	if (retired === undefined) return null;
	if (retired.replaced_at !== null && retired.replaced_at + graceMs <= realm.clock.now()) return 'reused';
	const successor = await db.selectFrom('session').selectAll().where('id', '=', retired.session_id).executeTakeFirst();
	return successor === undefined ? null : alive(realm, db, successor, false);
}

async function whyEnded(db: Db, token: string): Promise<'account-erased' | 'session-expired'> {
	return (await endedForGood(db, token)) ? 'account-erased' : 'session-expired';
}

async function alive(realm: Realm, db: Db, row: SessionRow, current: boolean): Promise<Found | null> {
	if (row.expires_at <= iso(realm.clock.now())) return null;
	const person = await personById(db, row.person_id);
	if (person === undefined || person.suspended_at !== null) return null;
	const impersonator = row.impersonator_id === null ? undefined : await personById(db, row.impersonator_id);
	return { presence: { person: toPerson(person), session: toSession(row, impersonator?.name ?? null) }, row, current };
}

/** The successor has arrived: the time of its predecessors runs out. */
async function confirm(realm: Realm, db: Db, row: SessionRow): Promise<void> {
	await db.updateTable('session').set({ confirmed: 1 }).where('id', '=', row.id).where('token', '=', row.token).execute();
	await db
		.updateTable('retired_token')
		.set({ replaced_at: realm.clock.now() })
		.where('session_id', '=', row.id)
		.where('replaced_at', 'is', null)
		.execute();
}

async function endReused(realm: Realm, db: Db, token: string, client: Client): Promise<void> {
	const owner = await db
		.selectFrom('retired_token')
		.innerJoin('session', 'session.id', 'retired_token.session_id')
		.select(['session.id', 'session.person_id'])
		.where('retired_token.hash', '=', digest(token))
		.executeTakeFirst();
	if (owner === undefined) return;
	await db.deleteFrom('session').where('id', '=', owner.id).execute();
	await note(realm, db, 'session-reused', { person: owner.person_id }, client);
}

function toSession(row: SessionRow, impersonator: string | null): Session {
	const { id, created_at, updated_at, expires_at, address, agent, impersonator_id } = row;
	return {
		id,
		createdAt: created_at,
		usedAt: updated_at,
		expiresAt: expires_at,
		address: address ?? '',
		agent: agent ?? '',
		impersonator: impersonator_id === null ? null : { id: impersonator_id, name: impersonator ?? '' },
	};
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}
