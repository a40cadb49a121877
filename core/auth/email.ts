import { keepSecondStep } from './administration/second-step-removal.ts';
import { attempt } from './attempts.ts';
import { digest } from './instance-keys.ts';
import { keep } from './leaving/departure.ts';
import { writeLetter } from './letters.ts';
import { consumeLink, createLink, type MailedKind } from './one-time-links.ts';
import { unlessTaken } from './opening.ts';
import { refuse } from './problems.ts';
import { type Client, look, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import { type PersonRow, personByEmail, personById, type Transaction } from './store.ts';
import { endWaysIn } from './ways-in.ts';

const resetMs = 30 * 60_000;

/** A person's e-mail address, and what is under way with it. */
export interface EmailStanding {
	readonly address: string;
	/** Whether a letter to it was answered. */
	readonly verified: boolean;
	/** The address that is to take its place once it answers. */
	readonly pending: { readonly address: string; readonly until: string } | null;
}

/** What a link from a letter did. */
export interface Confirmation {
	readonly did: 'verified' | 'changed' | 'taken-back' | 'stayed' | 'second-step-kept';
	readonly address: string;
	/** After taking an address back: where to set a new password. */
	readonly reset: string | null;
}

export function emailOf(realm: Realm, { person }: Presence): Promise<EmailStanding> {
	return look(realm, async (db) => {
		const row = await personById(db, person.id);
		const change = await db
			.selectFrom('one_time_link')
			.select(['email', 'expires_at'])
			.where('person_id', '=', person.id)
			.where('kind', '=', 'email-change')
			.where('expires_at', '>', realm.clock.now())
			.executeTakeFirst();
		const pending =
			change?.email && change.expires_at ? { address: change.email, until: new Date(change.expires_at).toISOString() } : null;
		return { address: person.email, verified: row?.email_verified === 1, pending };
	});
}

/** Sends the letter that proves the person's address once more; an earlier one ends. @throws Problem `email-verified`, `locked` */
export function askForVerification(realm: Realm, { person }: Presence, client: Client): Promise<void> {
	return mailing(realm, person.email, client, () =>
		transact(realm, async (db) => {
			const row = await personById(db, person.id);
			if (row === undefined || row.email_verified === 1) throw refuse('email-verified');
			await endLinks(db, person.id, ['verification']);
			await writeLetter(realm, db, 'verification', row, row.email);
		}),
	);
}

/**
 * Begins to change the person's address. Nothing changes before the new one has answered, within a day.
 *
 * @throws Problem `email-same`, `email-taken`, `locked`
 */
export function askForEmail(realm: Realm, { person }: Presence, email: string, client: Client): Promise<void> {
	return mailing(realm, person.email, client, () =>
		transact(realm, async (db) => {
			if (email === person.email) throw refuse('email-same');
			if ((await personByEmail(db, email)) !== undefined) throw refuse('email-taken');
			await endLinks(db, person.id, ['email-change']);
			await writeLetter(realm, db, 'email-change', person, email);
			await note(realm, db, 'email-change-asked', { person: person.id }, client);
		}),
	);
}

/**
 * Answers a letter: proves an address, puts a new one in its place, or takes such a change back.
 *
 * @throws Problem `link-invalid`, `email-taken` when somebody else has the address by now, `locked`
 */
export async function confirmEmail(realm: Realm, token: string, client: Client): Promise<Confirmation> {
	return attempt(realm, { kind: 'link', account: '-', client, counts: ['link-invalid'] }, async () => {
		const row = await look(realm, (db) =>
			db.selectFrom('one_time_link').select(['kind', 'email']).where('hash', '=', digest(token)).executeTakeFirst(),
		);
		if (row === undefined || row.email === null) throw refuse('link-invalid');
		const { kind, email } = row;
		if (!isAnswered(kind)) throw refuse('link-invalid');
		return unlessTaken(realm, email, () =>
			transact(realm, async (db) => {
				const link = await consumeLink(realm, db, kind, token);
				const person = link.person_id === null ? undefined : await personById(db, link.person_id);
				if (person === undefined) throw refuse('link-invalid');
				return answers[kind](realm, db, person, { email, createdAt: link.created_at }, client);
			}),
		);
	});
}

/**
 * Sends a letter with a reset link to whoever has the address. To the one who asks it looks the same when nobody has: the same is
 * written, and what differs is done later.
 *
 * @throws Problem `locked`
 */
export function forgot(realm: Realm, email: string, client: Client): Promise<void> {
	return mailing(realm, email, client, () =>
		transact(realm, async (db) => {
			const person = await personByEmail(db, email);
			await realm.jobs.enqueue('forgotten', { person: person?.id ?? null, client }, { within: db });
		}),
	);
}

type Answer = (
	realm: Realm,
	db: Transaction,
	person: PersonRow,
	link: { readonly email: string; readonly createdAt: number },
	client: Client,
) => Promise<Confirmation>;

const answers = {
	async verification(realm, db, person, { email }, client) {
		if (person.email !== email) throw refuse('link-invalid');
		await writeEmail(realm, db, person.id, email);
		await note(realm, db, 'email-verified', { person: person.id }, client);
		return { did: 'verified', address: email, reset: null };
	},
	async 'email-change'(realm, db, person, { email }, client) {
		await writeEmail(realm, db, person.id, email);
		await endLinks(db, person.id, ['verification', 'reset', 'email-change']);
		await writeLetter(realm, db, 'email-undo', person, person.email);
		await note(realm, db, 'email-changed', { person: person.id }, client);
		return { did: 'changed', address: email, reset: null };
	},
	async 'email-undo'(realm, db, person, { email, createdAt }, client) {
		await writeEmail(realm, db, person.id, email);
		await endLinks(db, person.id, ['verification', 'reset', 'email-change']);
		// Whoever changed it may have done so twice: what leads to an address of theirs ends, too.
		await db
			.deleteFrom('one_time_link')
			.where('person_id', '=', person.id)
			.where('kind', '=', 'email-undo')
			.where('created_at', '>=', createdAt)
			.execute();
		await db.deleteFrom('session').where('person_id', '=', person.id).execute();
		await endWaysIn(realm, db, person.id, client);
		const { link } = await createLink(realm, db, { kind: 'reset', person: person.id, lifeMs: resetMs });
		await note(realm, db, 'email-taken-back', { person: person.id }, client);
		return { did: 'taken-back', address: email, reset: link };
	},
	async stay(realm, db, person, { email }, client) {
		await keep(realm, db, person.id, client);
		return { did: 'stayed', address: email, reset: null };
	},
	async 'second-step-stay'(realm, db, person, { email }, client) {
		await keepSecondStep(realm, db, person.id, client);
		return { did: 'second-step-kept', address: email, reset: null };
	},
} satisfies Record<Exclude<MailedKind, 'reset' | 'invitation'>, Answer>;

function isAnswered(kind: string): kind is keyof typeof answers {
	return Object.hasOwn(answers, kind);
}

/** Puts an address that has answered in its place. @throws Problem `email-taken` */
async function writeEmail(realm: Realm, db: Transaction, person: string, email: string): Promise<void> {
	const holder = await personByEmail(db, email);
	if (holder !== undefined && holder.id !== person) throw refuse('email-taken');
	await db
		.updateTable('person')
		.set({ email, email_verified: 1, updated_at: new Date(realm.clock.now()).toISOString() })
		.where('id', '=', person)
		.execute();
}

async function endLinks(db: Transaction, person: string, kinds: readonly MailedKind[]): Promise<void> {
	await db.deleteFrom('one_time_link').where('person_id', '=', person).where('kind', 'in', kinds).execute();
}

/** Letters to one address, and from one place, are few. */
function mailing(realm: Realm, email: string, client: Client, work: () => Promise<void>): Promise<void> {
	return attempt(realm, { kind: 'letter', account: realm.keys.pseudonym(email), client, counts: 'everything' }, work);
}
