import { z } from 'zod';
import type { Person } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { endConnections } from '../connections/disconnecting.ts';
import { note } from '../security-events.ts';
import type { Db, Tables } from '../store.ts';
import { signingKey } from './apple.ts';
import { kindOf, kinds, type ProviderKind, providerKinds } from './kinds.ts';
import type { Partner } from './conversation.ts';

export type ProviderRow = Tables['identity_provider'];

/** What whoever stands at the door is shown. */
export interface ProviderSign {
	readonly id: string;
	readonly kind: ProviderKind;
	readonly name: string;
}

/** A provider as admins see it. */
export interface Provider extends ProviderSign {
	readonly issuer: string;
	readonly clientId: string;
	readonly hasSecret: boolean;
	readonly trustsAddresses: boolean;
	readonly domains: readonly string[];
	/** Whether people sign in by it, and whether they may connect accounts there. */
	readonly signsIn: boolean;
	readonly connects: boolean;
	/** What is to be registered with the provider as the address to return to. */
	readonly returnTo: string;
	/** How many people here sign in by it, and how many of them have no other way than a letter. */
	readonly people: number;
	readonly peopleWithoutOther: number;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

const domain = z
	.string()
	.trim()
	.toLowerCase()
	.regex(/^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/, 'Give domains such as example.org.');

/** What an admin says of a provider. */
export const providerInput = z.object({
	name: z.string().trim().min(1, 'Give it a name.').max(40),
	issuer: z
		.string()
		.trim()
		.max(500)
		.transform((text) => text.replace(/\/+$/, ''))
		.refine(isIssuer, 'Give the address of the provider: https://…, without ? or #.')
		.optional(),
	clientId: z.string().trim().min(1, 'Give the client ID that the provider gave.').max(500),
	/** Left out: it stays as it is. Empty: there is none. */
	secret: z.string().trim().max(4_000).optional(),
	/** In its place for a provider that has us sign (Apple); left out: it stays as it is. */
	key: signingKey.optional(),
	trustsAddresses: z.boolean(),
	domains: z.array(domain).max(50),
	/** Whether people sign in by it. */
	signsIn: z.boolean().default(true),
	/** Whether people may have services of this Mana work in their accounts there: calendars, contacts. */
	connects: z.boolean().default(false),
});
export type ProviderInput = z.output<typeof providerInput>;

export const newProviderInput = providerInput.extend({
	id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'Give a short word of small letters, digits and hyphens.'),
	kind: z.enum(providerKinds),
});
export type NewProviderInput = z.output<typeof newProviderInput>;

/** What the buttons at the door say. */
export async function providerSigns(realm: Realm): Promise<ProviderSign[]> {
	return (await look(realm, rowsOf)).filter(({ signs_in }) => signs_in === 1).map(({ id, kind, name }) => ({ id, kind, name }));
}

/** All providers, by name. */
export async function listProviders(realm: Realm): Promise<Provider[]> {
	return look(realm, async (db) => Promise.all((await rowsOf(db)).map((row) => toProvider(realm, db, row))));
}

/**
 * Adds a provider, once it has told what it is.
 *
 * @throws Problem `provider-known`, `issuer-missing`, `signing-key-missing`, `provider-connects-nothing`, `provider-unreachable`
 */
export async function addProvider(realm: Realm, actor: Person, input: NewProviderInput, client: Client): Promise<Provider> {
	const { id, kind, name } = input;
	const issuer = kindOf(kind).issuer === null || input.issuer !== undefined ? input.issuer : kinds[kind].issuer;
	if (issuer === undefined || issuer === null) throw refuse('issuer-missing');
	if (kindOf(kind).secretFrom && input.key === undefined) throw refuse('signing-key-missing');
	mayConnect(kind, input);
	await realm.conversation.describe({ kind: kindOf(kind), name, issuer });
	const row: ProviderRow = {
		id,
		kind,
		name,
		issuer,
		client_id: input.clientId,
		sealed: sealed(realm, id, secretIn(kind, input) ?? ''),
		trusts_addresses: input.trustsAddresses ? 1 : 0,
		domains: JSON.stringify(input.domains),
		created_at: realm.clock.now(),
		signs_in: input.signsIn ? 1 : 0,
		connects: input.connects ? 1 : 0,
	};
	return transact(realm, async (db) => {
		const { numInsertedOrUpdatedRows } = await db
			.insertInto('identity_provider')
			.values(row)
			.onConflict((conflict) => conflict.column('id').doNothing())
			.executeTakeFirst();
		if (numInsertedOrUpdatedRows === 0n) throw refuse('provider-known');
		await note(realm, db, 'provider-added', { person: actor.id, detail: { name } }, client);
		return toProvider(realm, db, row);
	});
}

/**
 * Changes a provider. Its issuer stays: accounts of another one would be those of strangers.
 *
 * @throws Problem `provider-unknown`, `provider-connects-nothing`
 */
export async function changeProvider(
	realm: Realm,
	actor: Person,
	id: string,
	{ name, clientId, trustsAddresses, domains, signsIn, connects, ...proof }: ProviderInput,
	client: Client,
): Promise<Provider> {
	return transact(realm, async (db) => {
		const { kind } = await providerById(db, id);
		mayConnect(kind, { connects });
		const secret = secretIn(kind, proof);
		const row = await db
			.updateTable('identity_provider')
			.set({
				name,
				client_id: clientId,
				trusts_addresses: trustsAddresses ? 1 : 0,
				domains: JSON.stringify(domains),
				signs_in: signsIn ? 1 : 0,
				connects: connects ? 1 : 0,
				...(secret !== undefined && { sealed: sealed(realm, id, secret) }),
			})
			.where('id', '=', id)
			.returningAll()
			.executeTakeFirst();
		if (row === undefined) throw refuse('provider-unknown');
		await note(realm, db, 'provider-changed', { person: actor.id, detail: { name } }, client);
		return toProvider(realm, db, row);
	});
}

/** Takes a provider out: nobody signs in by it any more. Who has no other way sets a password by a letter. @throws Problem `provider-unknown` */
export async function removeProvider(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		await endConnections(realm, db, 'provider_id', id);
		const row = await db.deleteFrom('identity_provider').where('id', '=', id).returning('name').executeTakeFirst();
		if (row === undefined) throw refuse('provider-unknown');
		await db.deleteFrom('credential').where('provider_id', '=', id).execute();
		await note(realm, db, 'provider-removed', { person: actor.id, detail: { name: row.name } }, client);
	});
}

/** @throws Problem `provider-unknown` */
export async function providerById(db: Db, id: string): Promise<ProviderRow> {
	const row = await db.selectFrom('identity_provider').selectAll().where('id', '=', id).executeTakeFirst();
	if (row === undefined) throw refuse('provider-unknown');
	return row;
}

/** A provider as one talks to it. */
export function partnerOf(realm: Pick<Realm, 'keys' | 'publicUrl'>, row: ProviderRow): Partner {
	return {
		kind: kindOf(row.kind),
		name: row.name,
		issuer: row.issuer,
		clientId: row.client_id,
		secret: row.sealed === null ? null : new TextDecoder().decode(realm.keys.open(row.sealed, labelOf(row.id))),
		returnTo: returnTo(realm, row.id),
	};
}

/** The domains whose people may join. */
export function domainsOf({ domains }: ProviderRow): readonly string[] {
	return z.array(z.string()).parse(JSON.parse(domains));
}

function rowsOf(db: Db): Promise<ProviderRow[]> {
	return db.selectFrom('identity_provider').selectAll().orderBy('name').orderBy('id').execute();
}

async function toProvider(realm: Realm, db: Db, row: ProviderRow): Promise<Provider> {
	const theirs = db.selectFrom('credential as one').where('one.provider_id', '=', row.id);
	const { people } = await theirs
		.select(({ fn }) => fn.count<number>('one.person_id').distinct().as('people'))
		.executeTakeFirstOrThrow();
	const { alone } = await theirs
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom('credential as other')
						.select('other.id')
						.whereRef('other.person_id', '=', 'one.person_id')
						.where('other.provider_id', '!=', row.id),
				),
			),
		)
		.where(({ not, exists, selectFrom }) =>
			not(exists(selectFrom('passkey').select('passkey.id').whereRef('passkey.person_id', '=', 'one.person_id'))),
		)
		.select(({ fn }) => fn.count<number>('one.person_id').distinct().as('alone'))
		.executeTakeFirstOrThrow();
	return {
		id: row.id,
		kind: row.kind,
		name: row.name,
		issuer: row.issuer,
		clientId: row.client_id,
		hasSecret: row.sealed !== null,
		trustsAddresses: row.trusts_addresses === 1,
		domains: domainsOf(row),
		signsIn: row.signs_in === 1,
		connects: row.connects === 1,
		returnTo: returnTo(realm, row.id),
		people: Number(people),
		peopleWithoutOther: Number(alone),
		createdAt: new Date(row.created_at).toISOString(),
	};
}

/** @throws Problem `provider-connects-nothing` */
function mayConnect(kind: ProviderKind, { connects }: Pick<ProviderInput, 'connects'>): void {
	if (connects && !kindOf(kind).connects) throw refuse('provider-connects-nothing');
}

/** What is sealed of an input; `undefined`: what was sealed stays. */
function secretIn(kind: ProviderKind, { secret, key }: Pick<ProviderInput, 'secret' | 'key'>): string | undefined {
	if (kindOf(kind).secretFrom) return key && JSON.stringify(key);
	return secret;
}

/** The address that a provider sends people back to. */
export function returnTo({ publicUrl }: Pick<Realm, 'publicUrl'>, id: string): string {
	return `${publicUrl}/api/mana-auth/identity-providers/${encodeURIComponent(id)}/return`;
}

function sealed({ keys }: Pick<Realm, 'keys'>, id: string, secret: string): Uint8Array | null {
	return secret === '' ? null : keys.seal(new TextEncoder().encode(secret), labelOf(id));
}

function labelOf(id: string): string {
	return `secret of provider ${id}`;
}

function isIssuer(text: string): boolean {
	const url = URL.parse(text);
	if (url === null || /[?#\s]/.test(text) || url.username !== '' || url.password !== '') return false;
	return url.protocol === 'https:' || url.protocol === 'http:';
}
