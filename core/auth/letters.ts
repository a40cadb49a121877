import type { Notifier } from '@mana/service';
import type { JobHandler, Jobs } from '@mana/store';
import { digest } from './instance-keys.ts';
import type { Disconnection } from './connections/disconnecting.ts';
import type { NewDevice } from './known-devices.ts';
import type { SecondStepNotice, SecondStepRemoval } from './administration/second-step-removal.ts';
import type { Make } from './archive/make.ts';
import type { Leave } from './leaving/erase.ts';
import { createLink, linkTo, type MailedKind, type NewLink } from './one-time-links.ts';
import { type Client, newId, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { type PersonRow, personById, type Transaction } from './store.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** How long the link in a letter works. */
export const livesMs = {
	invitation: 7 * dayMs,
	verification: 7 * dayMs,
	'email-change': dayMs,
	'email-undo': 7 * dayMs,
	reset: 30 * minuteMs,
	stay: 14 * dayMs,
	'second-step-stay': dayMs,
} as const satisfies Record<MailedKind, number>;
const topics = {
	invitation: 'account-invitation',
	verification: 'verify-address',
	'email-change': 'verify-address',
	'email-undo': 'address-changed',
	reset: 'reset-password',
	stay: 'erasure-planned',
	'second-step-stay': 'second-step-removal',
} as const;
/** With pauses that grow to an hour: most of a day without mana-notify. */
const tries = 24;

/** A letter that is to be sent. The link's secret is not in it: it follows from the id and the secret of this Mana. */
export interface Letter {
	readonly id: string;
	readonly kind: MailedKind;
	readonly person: string;
	readonly to: string;
}

/** Somebody forgot their password; `person` is `null` where nobody has the address that they gave. */
export interface Forgotten {
	readonly person: string | null;
	readonly client: Client;
}

/** All that mana-auth does after an answer was given. */
export type AuthJobs = Jobs<{
	letter: JobHandler<Letter>;
	forgotten: JobHandler<Forgotten>;
	departure: JobHandler<Leave>;
	newDevice: JobHandler<NewDevice>;
	secondStepNotice: JobHandler<SecondStepNotice>;
	secondStepRemoval: JobHandler<SecondStepRemoval>;
	archiveReady: JobHandler<Make>;
	disconnection: JobHandler<Disconnection>;
}>;

export type ArchiveJobs = Jobs<{ archive: JobHandler<Make> }>;

/**
 * Makes a link and writes the letter that carries it, in the caller's transaction: with it the letter is sent, without it there is none.
 *
 * @param person whom it is for; whoever invites, of an invitation
 * @param more what an invitation gives; `id` of the letter: the same one again is the same letter
 */
export async function writeLetter(
	realm: Realm,
	db: Transaction,
	kind: MailedKind,
	{ id: person }: Pick<PersonRow, 'id'>,
	to: string,
	{ id = newId(realm), ...given }: Pick<NewLink, 'role' | 'tier' | 'language'> & { readonly id?: string } = {},
): Promise<void> {
	await createLink(realm, db, { ...given, kind, person, email: to, lifeMs: livesMs[kind], secret: secretOf(realm, id) });
	await realm.jobs.enqueue('letter', { id, kind, person, to }, { key: id, within: db, maxAttempts: tries });
}

/** Hands a letter to mana-notify, unless its link was used, replaced or is over. @throws what makes it worth another try */
export async function sendLetter(realm: Realm, notifier: Notifier, { id, kind, person: personId, to }: Letter): Promise<void> {
	const secret = secretOf(realm, id);
	const { db } = realm.store;
	const link = await db.selectFrom('one_time_link').selectAll().where('hash', '=', digest(secret)).executeTakeFirst();
	const person = await personById(db, personId);
	const until = link?.expires_at ?? 0;
	if (person === undefined || until <= realm.clock.now()) return;
	const { name, language, email } = person;
	const data = { link: linkTo(realm, kind, secret), until };
	const addressed = { to: { address: to, language }, key: id, expires: until };
	if (kind === 'invitation')
		await notifier.send({
			...addressed,
			to: { address: to, language: link?.language ?? language },
			topic: topics[kind],
			data: { inviter: name, link: data.link, until },
		});
	else if (kind === 'email-undo')
		await notifier.send({ ...addressed, topic: topics[kind], data: { ...data, name, address: email } });
	else if (kind === 'stay' || kind === 'second-step-stay')
		await notifier.send({ ...addressed, topic: topics[kind], data: { name, link: data.link, at: until } });
	else await notifier.send({ ...addressed, topic: topics[kind], data });
}

/** Writes the letter to whoever forgot their password; an earlier one ends. @param job the id of the job, so that twice is once */
export async function answerForgotten(realm: Realm, { person: id, client }: Forgotten, job: string): Promise<void> {
	if (id === null) return;
	await transact(realm, async (db) => {
		const person = await personById(db, id);
		if (person === undefined) return;
		await db.deleteFrom('one_time_link').where('kind', '=', 'reset').where('person_id', '=', id).execute();
		await writeLetter(realm, db, 'reset', person, person.email, { id: job });
		await note(realm, db, 'reset-link-created', { person: id }, client);
	});
}

function secretOf({ keys }: Pick<Realm, 'keys'>, letter: string): string {
	return keys.mark(`link of letter ${letter}`);
}
