import { footingOf } from '../administration/invitations.ts';
import { attempt, welcome } from '../attempts.ts';
import { library, noPasswords } from '../library.ts';
import { writeLetter } from '../letters.ts';
import { consumeLink } from '../one-time-links.ts';
import { enterProven, type Opened, settle, unlessTaken } from '../opening.ts';
import { emailSchema, nameSchema } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { hasSecondFactor } from '../second-factor.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import { issueTicket, type SecondStep } from '../sign-in.ts';
import { type PersonRow, personByEmail, personById, type Transaction } from '../store.ts';
import { type Errand, errandMs, type Purpose } from './errand.ts';
import type { Claims } from './kinds.ts';
import { domainsOf, partnerOf, type ProviderRow, providerById } from './providers.ts';

type Entering = Extract<Purpose, { kind: 'enter' }>;

/** Sends somebody to a provider. @returns where, and what to keep until they are back @throws Problem `provider-unknown`, `provider-unreachable` */
export async function depart(realm: Realm, provider: string, purpose: Purpose): Promise<{ to: string; errand: Errand }> {
	const row = await look(realm, (db) => providerById(db, provider));
	if (row.signs_in === 0) throw refuse('provider-unknown');
	const { to, question } = await realm.conversation.ask(partnerOf(realm, row));
	return { to, errand: { provider, question, purpose, until: realm.clock.now() + errandMs } };
}

/**
 * Somebody comes back from a provider: in, on to their second step, or in as somebody new.
 *
 * @throws Problem `identity-invalid`, `identity-declined`, `identity-unknown`, `identity-addressless`, `email-taken`, `invitation-invalid`,
 * `suspended`, `locked`, `provider-unreachable`
 */
export function arrive(
	realm: Realm,
	errand: Errand,
	purpose: Entering,
	answer: URLSearchParams,
	client: Client,
): Promise<Opened | { secondStep: SecondStep }> {
	return judged(realm, client, async () => {
		const provider = await look(realm, (db) => providerById(db, errand.provider));
		const claims = await realm.conversation.hear(partnerOf(realm, provider), errand.question, answer);
		const address = addressIn(claims);
		return unlessTaken(realm, address ?? '', () =>
			transact(realm, async (db) => {
				const person = await personBehind(realm, db, provider, claims, client);
				if (person === null) return admitted(realm, db, provider, claims, purpose, client);
				if (await hasSecondFactor(db, person.id)) return { secondStep: await issueTicket(realm, db, person.id) };
				return welcomed(realm, db, person, client);
			}),
		);
	});
}

/**
 * Links an account elsewhere with whoever is signed in.
 *
 * @throws Problem `identity-invalid`, `identity-declined`, `identity-taken`, `locked`, `provider-unreachable`
 */
export function link(realm: Realm, errand: Errand, { person }: Presence, answer: URLSearchParams, client: Client): Promise<void> {
	return judged(realm, client, async () => {
		const provider = await look(realm, (db) => providerById(db, errand.provider));
		const claims = await realm.conversation.hear(partnerOf(realm, provider), errand.question, answer);
		await transact(realm, async (db) => {
			const holder = await holderOf(db, provider.id, claims.subject);
			if (holder !== undefined && holder !== person.id) throw refuse('identity-taken');
			if (holder === undefined) await keep(realm, db, provider, claims, person.id, client);
		});
	});
}

/** Whose account it is: linked before, or by a proven address where the admin trusts those. */
async function personBehind(
	realm: Realm,
	db: Transaction,
	provider: ProviderRow,
	claims: Claims,
	client: Client,
): Promise<PersonRow | null> {
	const holder = await holderOf(db, provider.id, claims.subject);
	if (holder !== undefined) return (await personById(db, holder)) ?? null;
	const address = addressIn(claims);
	if (address === null || !claims.emailProven || provider.trusts_addresses === 0) return null;
	const person = await personByEmail(db, address);
	// Somebody may have made the account here with an address of others: only who has proven it too is the same.
	if (person === undefined || person.email_verified === 0) return null;
	await keep(realm, db, provider, claims, person.id, client);
	return person;
}

/** Somebody who was never here, where they may join. */
async function admitted(
	realm: Realm,
	db: Transaction,
	provider: ProviderRow,
	claims: Claims,
	{ invitation, language }: Entering,
	client: Client,
): Promise<Opened> {
	if (realm.registration === 'closed') throw refuse('identity-unknown');
	const email = addressIn(claims);
	const invited = invitation === null ? null : await consumeLink(realm, db, 'invitation', invitation);
	const isOurs = email !== null && claims.emailProven && domainsOf(provider).includes(email.slice(email.lastIndexOf('@') + 1));
	if (invited === null && !isOurs && realm.registration !== 'open') throw refuse('identity-unknown');
	if (email === null) throw refuse('identity-addressless');
	if ((await personByEmail(db, email)) !== undefined) throw refuse('email-taken');
	const { internalAdapter } = await library(realm, db, client, noPasswords).$context;
	const name = nameSchema.safeParse((claims.name ?? '').replaceAll(/[\p{Cc}\p{Cf}<>]/gu, ' ').slice(0, 80));
	const { id } = await internalAdapter.createUser(
		{ name: name.success ? name.data : email.slice(0, email.indexOf('@')), email, emailVerified: claims.emailProven, language },
		{ method: 'sso-oidc' },
	);
	const footing = footingOf(invited, email);
	const proven = footing.proven || claims.emailProven;
	await settle(db, id, { ...footing, proven });
	const person = await personById(db, id);
	if (person === undefined) throw new TypeError('The person was just made.');
	if (!proven) await writeLetter(realm, db, 'verification', person, email);
	await note(realm, db, 'person-joined', { person: id, detail: { name: provider.name } }, client);
	await keep(realm, db, provider, claims, id, client);
	return welcomed(realm, db, person, client);
}

async function welcomed(realm: Realm, db: Transaction, { id, email }: PersonRow, client: Client): Promise<Opened> {
	const opened = await enterProven(realm, db, id, client);
	await welcome(realm, db, realm.keys.pseudonym(email), client);
	await note(realm, db, 'signed-in', { person: id }, client);
	return opened;
}

async function keep(
	realm: Realm,
	db: Transaction,
	provider: ProviderRow,
	claims: Claims,
	person: string,
	client: Client,
): Promise<void> {
	const { internalAdapter } = await library(realm, db, client, noPasswords).$context;
	const label = (claims.email ?? claims.name ?? '').slice(0, 254);
	await internalAdapter.createAccount({ userId: person, providerId: provider.id, accountId: claims.subject, label });
	await note(realm, db, 'identity-linked', { person, detail: { name: provider.name } }, client);
}

async function holderOf(db: Transaction, provider: string, subject: string): Promise<string | undefined> {
	const row = await db
		.selectFrom('credential')
		.select('person_id')
		.where('provider_id', '=', provider)
		.where('account_id', '=', subject)
		.executeTakeFirst();
	return row?.person_id;
}

/** The address in the form in which addresses are kept here; `null` for what is none. */
function addressIn({ email }: Claims): string | null {
	const address = emailSchema.safeParse(email);
	return address.success ? address.data : null;
}

/** Answers that fit no question are counted by the address that brings them. */
function judged<T>(realm: Realm, client: Client, work: () => Promise<T>): Promise<T> {
	return attempt(
		realm,
		{ kind: 'identity', account: '-', client, counts: ['identity-invalid', 'identity-unknown'], event: 'identity-refused' },
		work,
	);
}
