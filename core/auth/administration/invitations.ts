import { attempt } from '../attempts.ts';
import { digest } from '../instance-keys.ts';
import { livesMs, writeLetter } from '../letters.ts';
import { createLink } from '../one-time-links.ts';
import type { Footing } from '../opening.ts';
import type { Person, Role, Tier } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import { type Db, personByEmail, personById, type Tables, type Transaction } from '../store.ts';

type LinkRow = Tables['one_time_link'];

/** How long an invitation that nobody answered is still listed after its end, so that it can be sent once more, in milliseconds. */
export const unansweredMs = 30 * 24 * 60 * 60_000;

/** What an invited person may become. */
export const invitedRoles = ['admin', 'member', 'guest'] as const satisfies readonly Role[];

/** What an invitation gives to whoever joins with it. */
export interface Offer {
	readonly role: (typeof invitedRoles)[number];
	readonly tier: Tier;
}

/** Somebody who is written to. */
export interface Recipient {
	readonly address: string;
	/** BCP 47 tag of what they read. */
	readonly language: string;
}

/** An invitation that nobody has joined with yet. */
export interface OpenInvitation {
	/** The hash of its secret: with it nobody can join. */
	readonly id: string;
	readonly role: Role;
	readonly tier: Tier;
	/** Where it was sent; `null`: it was made as a link. */
	readonly email: string | null;
	/** Who made it; `null` when they have left. */
	readonly by: { readonly id: string; readonly name: string } | null;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly expiresAt: string;
	/** Whether it has ended without an answer. */
	readonly ended: boolean;
}

/** What an invitation says to whoever holds its link. */
export interface InvitationCard {
	/** Who invites; `null` when they have left. */
	readonly by: string | null;
	/** Where it was sent; `null`: it was made as a link. */
	readonly email: string | null;
	/** ISO 8601, UTC. */
	readonly expiresAt: string;
}

/** The invitations that nobody has used yet, newest first; those that were sent by mail some time beyond their end, too. */
export async function openInvitations(realm: Realm): Promise<OpenInvitation[]> {
	const now = realm.clock.now();
	const rows = await look(realm, (db) =>
		db
			.selectFrom('one_time_link as link')
			.leftJoin('person', 'person.id', 'link.person_id')
			.selectAll('link')
			.select('person.name')
			.where('link.kind', '=', 'invitation')
			.where((is) =>
				is.or([
					is('link.expires_at', '>', now),
					is.and([is('link.email', 'is not', null), is('link.expires_at', '>', now - unansweredMs)]),
				]),
			)
			.orderBy('link.created_at', 'desc')
			.execute(),
	);
	return rows.map(({ hash, role, tier, email, person_id, created_at, expires_at, name }) => ({
		id: hash,
		role: role ?? 'member',
		tier: tier ?? 'public',
		email,
		by: person_id === null || name === null ? null : { id: person_id, name },
		createdAt: new Date(created_at).toISOString(),
		expiresAt: new Date(expires_at ?? 0).toISOString(),
		ended: (expires_at ?? 0) <= now,
	}));
}

/**
 * Makes a link that lets one person join within a week.
 *
 * @throws Problem `role-missing`, `registration-closed`
 */
export async function invite(
	realm: Realm,
	{ id: person, role: own }: Person,
	{ role, tier }: Offer,
	client: Client,
): Promise<{ link: string; expiresAt: string }> {
	mayOffer(realm, own, role);
	return transact(realm, async (db) => {
		const { link, expiresAt } = await createLink(realm, db, {
			kind: 'invitation',
			person,
			role,
			tier,
			lifeMs: livesMs.invitation,
		});
		if (expiresAt === null) throw new TypeError('An invitation ends.');
		await note(realm, db, 'invitation-created', { person }, client);
		return { link, expiresAt };
	});
}

/**
 * Sends an invitation by mail; an earlier one to the same address ends. Nobody but the mailbox sees the link, so whoever joins with it and
 * that address has proven it.
 *
 * @throws Problem `role-missing`, `registration-closed`, `email-taken`, `locked`
 */
export async function inviteByMail(
	realm: Realm,
	actor: Person,
	{ role, tier }: Offer,
	to: Recipient,
	client: Client,
): Promise<{ expiresAt: string }> {
	mayOffer(realm, actor.role, role);
	await mailing(realm, to.address, client, async (db) => {
		if ((await personByEmail(db, to.address)) !== undefined) throw refuse('email-taken', { detail: alreadyHere });
		const earlier = await db
			.deleteFrom('one_time_link')
			.where('kind', '=', 'invitation')
			.where('email', '=', to.address)
			.returning('role')
			.execute();
		for (const { role } of earlier) mayTouch(actor.role, role);
		await writeLetter(realm, db, 'invitation', actor, to.address, { role, tier, language: to.language });
		await note(realm, db, 'invitation-created', { person: actor.id }, client);
	});
	return { expiresAt: new Date(realm.clock.now() + livesMs.invitation).toISOString() };
}

/**
 * Sends an invitation once more, for another week and with another link; the earlier one ends.
 *
 * @throws Problem `invitation-unknown` also for one that was made as a link, `role-missing`, `registration-closed`, `email-taken`, `locked`
 */
export async function resendInvitation(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	const row = await look(realm, (db) => byId(db, id));
	if (row === undefined || row.email === null || row.language === null) throw refuse('invitation-unknown');
	const { email: address, language, role, tier } = row;
	const offered = invitedRoles.find((one) => one === role);
	if (offered === undefined) throw new TypeError('An invitation offers a role that can be given.');
	await inviteByMail(realm, actor, { role: offered, tier: tier ?? 'public' }, { address, language }, client);
}

/** Ends an invitation before it is used. @throws Problem `invitation-unknown`, `role-missing` for one to more than the actor may give */
export async function endInvitation(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await byId(db, id);
		if (row === undefined) throw refuse('invitation-unknown');
		mayTouch(actor.role, row.role);
		await db.deleteFrom('one_time_link').where('hash', '=', id).execute();
		await note(realm, db, 'invitation-ended', { person: actor.id }, client);
	});
}

/** What the invitation says whose link somebody holds. @throws Problem `invitation-invalid`, `locked` */
export function readInvitation(realm: Realm, secret: string, client: Client): Promise<InvitationCard> {
	return attempt(realm, { kind: 'link', account: '-', client, counts: ['invitation-invalid'] }, () =>
		look(realm, async (db) => {
			const row = await byId(db, digest(secret));
			const until = row?.expires_at ?? 0;
			if (row === undefined || until <= realm.clock.now()) throw refuse('invitation-invalid');
			const by = row.person_id === null ? undefined : await personById(db, row.person_id);
			return { by: by?.name ?? null, email: row.email, expiresAt: new Date(until).toISOString() };
		}),
	);
}

/**
 * What somebody becomes who joins.
 *
 * @param invited the link that they used up; `null`: this Mana is open
 * @param email the address that they join with
 */
export function footingOf(invited: LinkRow | null, email: string): Footing {
	return { role: invited?.role ?? 'member', tier: invited?.tier ?? 'public', proven: invited?.email === email };
}

const alreadyHere = 'Somebody with this address has an account here already.';

/** @throws Problem `role-missing`, `registration-closed` */
function mayOffer({ registration }: Realm, own: Role, role: Role): void {
	if (own !== 'owner' && own !== 'admin') throw refuse('role-missing');
	mayTouch(own, role);
	if (registration === 'closed') throw refuse('registration-closed');
}

/** Only owners make admins, so only they end what would. @throws Problem `role-missing` */
function mayTouch(own: Role, role: Role | null): void {
	if (role === 'admin' && own !== 'owner') throw refuse('role-missing');
}

function byId(db: Db, id: string): Promise<LinkRow | undefined> {
	return db.selectFrom('one_time_link').selectAll().where('kind', '=', 'invitation').where('hash', '=', id).executeTakeFirst();
}

/** Letters to an address whose owner did not ask for them are few. */
function mailing(realm: Realm, address: string, client: Client, work: (db: Transaction) => Promise<void>): Promise<void> {
	const account = realm.keys.pseudonym(address);
	return attempt(realm, { kind: 'invitation', account, client, counts: 'everything' }, () => transact(realm, work));
}
