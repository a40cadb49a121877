import { z } from 'zod';
import { digest } from '../instance-keys.ts';
import type { Person } from '../person.ts';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Db, Tables } from '../store.ts';

/** Software that people sign in to with their account here, as admins see it. */
export interface Software {
	/** Its `client_id`. */
	readonly id: string;
	readonly name: string;
	readonly hasSecret: boolean;
	readonly redirectUris: readonly string[];
	readonly logoutUris: readonly string[];
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

/**
 * Where software may be returned to: https, http on the machine itself, or a scheme of an app's own (RFC 8252 §7). No fragment, no
 * wildcard: it is compared letter by letter (RFC 9700 §2.1).
 */
export const returnAddress = z
	.string()
	.max(500)
	.refine(isReturnAddress, 'Give a whole address: https://…, http://localhost…, or com.example.app:/…, without #.');

export const softwareInput = z.object({
	name: z.string().trim().min(1, 'Give it a name.').max(80),
	redirectUris: z.array(returnAddress).min(1, 'Give at least one address to return to.').max(20),
	logoutUris: z.array(returnAddress).max(20).default([]),
});
export type SoftwareInput = z.output<typeof softwareInput>;

/** All software, by name. */
export async function listSoftware(realm: Realm): Promise<Software[]> {
	return (await look(realm, (db) => db.selectFrom('software').selectAll().orderBy('name').orderBy('id').execute())).map(
		toSoftware,
	);
}

/**
 * Registers software.
 *
 * @param keepsSecret whether it runs where nobody can read its secret; it is shown this once
 */
export async function registerSoftware(
	realm: Realm,
	actor: Person,
	input: SoftwareInput & { readonly keepsSecret: boolean },
	client: Client,
): Promise<{ software: Software; secret: string | null }> {
	const secret = input.keepsSecret ? newSecret(realm) : null;
	const row: Tables['software'] = {
		id: newId(realm),
		name: input.name,
		secret: secret === null ? null : digest(secret),
		redirect_uris: JSON.stringify(input.redirectUris),
		logout_uris: JSON.stringify(input.logoutUris),
		created_at: realm.clock.now(),
	};
	await transact(realm, async (db) => {
		await db.insertInto('software').values(row).execute();
		await note(realm, db, 'software-registered', { person: actor.id, detail: { name: row.name } }, client);
	});
	return { software: toSoftware(row), secret };
}

/** Changes name and addresses. @throws Problem `software-unknown` */
export async function changeSoftware(
	realm: Realm,
	actor: Person,
	id: string,
	input: SoftwareInput,
	client: Client,
): Promise<Software> {
	return transact(realm, async (db) => {
		const row = await db
			.updateTable('software')
			.set({
				name: input.name,
				redirect_uris: JSON.stringify(input.redirectUris),
				logout_uris: JSON.stringify(input.logoutUris),
			})
			.where('id', '=', id)
			.returningAll()
			.executeTakeFirst();
		if (row === undefined) throw refuse('software-unknown');
		await note(realm, db, 'software-changed', { person: actor.id, detail: { name: row.name } }, client);
		return toSoftware(row);
	});
}

/** Gives it another secret; the one before ends at once. @throws Problem `software-unknown` */
export async function renewSecret(realm: Realm, actor: Person, id: string, client: Client): Promise<string> {
	const secret = newSecret(realm);
	await transact(realm, async (db) => {
		const row = await db
			.updateTable('software')
			.set({ secret: digest(secret) })
			.where('id', '=', id)
			.where('secret', 'is not', null)
			.returning('name')
			.executeTakeFirst();
		if (row === undefined) throw refuse('software-unknown');
		await note(realm, db, 'software-secret-made', { person: actor.id, detail: { name: row.name } }, client);
	});
	return secret;
}

/** Takes it out: nobody signs in to it from here any more, and what it holds ends. @throws Problem `software-unknown` */
export async function removeSoftware(realm: Realm, actor: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db.deleteFrom('software').where('id', '=', id).returning('name').executeTakeFirst();
		if (row === undefined) throw refuse('software-unknown');
		await note(realm, db, 'software-removed', { person: actor.id, detail: { name: row.name } }, client);
	});
}

/** What a person has allowed. */
export interface AllowedSoftware {
	readonly id: string;
	readonly name: string;
	readonly scope: readonly string[];
	/** ISO 8601, UTC. */
	readonly at: string;
}

export async function allowedSoftware(realm: Realm, person: Person): Promise<AllowedSoftware[]> {
	const rows = await look(realm, (db) =>
		db
			.selectFrom('software_consent as consent')
			.innerJoin('software', 'software.id', 'consent.software_id')
			.select(['software.id', 'software.name', 'consent.scope', 'consent.at'])
			.where('consent.person_id', '=', person.id)
			.orderBy('software.name')
			.execute(),
	);
	return rows.map(({ id, name, scope, at }) => ({ id, name, scope: scope.split(' '), at: new Date(at).toISOString() }));
}

/** Takes it back, with everything the software holds of the person. @throws Problem `software-unknown` */
export async function disallow(realm: Realm, person: Person, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const { numDeletedRows } = await db
			.deleteFrom('software_consent')
			.where('person_id', '=', person.id)
			.where('software_id', '=', id)
			.executeTakeFirst();
		if (numDeletedRows === 0n) throw refuse('software-unknown');
		await db.deleteFrom('software_code').where('person_id', '=', person.id).where('software_id', '=', id).execute();
		await db.deleteFrom('software_token').where('person_id', '=', person.id).where('software_id', '=', id).execute();
		const name = (await softwareById(db, id))?.name ?? id;
		await note(realm, db, 'software-disallowed', { person: person.id, detail: { name } }, client);
	});
}

export async function softwareById(db: Db, id: string): Promise<Tables['software'] | undefined> {
	return db.selectFrom('software').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The addresses that a row holds. */
export function addressesIn(json: string): readonly string[] {
	return z.array(z.string()).parse(JSON.parse(json));
}

function toSoftware(row: Tables['software']): Software {
	return {
		id: row.id,
		name: row.name,
		hasSecret: row.secret !== null,
		redirectUris: addressesIn(row.redirect_uris),
		logoutUris: addressesIn(row.logout_uris),
		createdAt: new Date(row.created_at).toISOString(),
	};
}

function newSecret(realm: Pick<Realm, 'random'>): string {
	return Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
}

function isReturnAddress(text: string): boolean {
	if (!URL.canParse(text) || text.includes('#') || /\s/.test(text)) return false;
	const { protocol, hostname, username, password } = new URL(text);
	if (username !== '' || password !== '') return false;
	if (protocol === 'https:') return true;
	if (protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
	// `javascript:` and its like have no dot.
	return protocol.includes('.');
}
