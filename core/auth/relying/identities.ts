import { refuse } from '../problems.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import type { Db } from '../store.ts';

/** An account elsewhere by which a person signs in here. */
export interface Identity {
	readonly id: string;
	/** The provider. */
	readonly provider: string;
	readonly name: string;
	/** What the account is called there: mostly its address. */
	readonly label: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

/** The accounts elsewhere of a person, oldest first. */
export async function listIdentities(realm: Realm, person: string): Promise<Identity[]> {
	const rows = await look(realm, (db) =>
		db
			.selectFrom('credential')
			.innerJoin('identity_provider as provider', 'provider.id', 'credential.provider_id')
			.select(['credential.id', 'credential.label', 'credential.created_at', 'provider.id as provider', 'provider.name'])
			.where('credential.person_id', '=', person)
			.orderBy('credential.created_at')
			.execute(),
	);
	return rows.map(({ id, provider, name, label, created_at }) => ({
		id,
		provider,
		name,
		label: label ?? '',
		createdAt: created_at,
	}));
}

/** @throws Problem `identity-missing`; `last-credential` when nothing else would open the account */
export async function unlink(realm: Realm, { person }: Presence, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('credential')
			.where('id', '=', id)
			.where('person_id', '=', person.id)
			.where('provider_id', '!=', 'credential')
			.returning('provider_id')
			.executeTakeFirst();
		if (row === undefined) throw refuse('identity-missing');
		await requireWayIn(db, person.id);
		const provider = await db.selectFrom('identity_provider').select('name').where('id', '=', row.provider_id).executeTakeFirst();
		const name = provider?.name ?? row.provider_id;
		await note(realm, db, 'identity-unlinked', { person: person.id, detail: { name } }, client);
	});
}

/** Holds back what would leave a person without a way in, in the caller's transaction. @throws Problem `last-credential` */
export async function requireWayIn(db: Db, person: string): Promise<void> {
	// One at a time: two ways that end at the same moment must not each count on the other.
	await db
		.updateTable('person')
		.set((is) => ({ id: is.ref('id') }))
		.where('id', '=', person)
		.execute();
	const credential = await db
		.selectFrom('credential')
		.select('id')
		.where('person_id', '=', person)
		.where((is) => is.or([is('provider_id', '!=', 'credential'), is('password', 'is not', null)]))
		.limit(1)
		.executeTakeFirst();
	if (credential !== undefined) return;
	const passkey = await db.selectFrom('passkey').select('id').where('person_id', '=', person).limit(1).executeTakeFirst();
	if (passkey === undefined) throw refuse('last-credential');
}
