import { SealBroken } from '@mana/service';
import { kindOf } from '../relying/kinds.ts';
import { look, type Realm, transact } from '../realm.ts';
import type { Tables, Transaction } from '../store.ts';
import { openToken, sealToken } from './sealed-token.ts';
import type { Use } from './uses.ts';

type Row = Tables['connection'];
type Letting = Pick<Realm, 'keys' | 'jobs'>;

/** A provider is to take back what it allowed. No person is in it: they may be gone by then. */
export interface Disconnection {
	/** As it was: it may be taken out by then. */
	readonly provider: Pick<Tables['identity_provider'], 'id' | 'kind' | 'name' | 'issuer' | 'client_id'>;
	/** Says which account it is to whoever can compare, and nothing else. */
	readonly account: string;
	/** The token, sealed, base64. */
	readonly sealed: string;
}

/** With pauses that grow to an hour: some days. */
const tries = 60;
/** How long a connection may wait for the service that it is for, in milliseconds: a page that was closed on the way home brings it to nobody. */
const unusedMs = 24 * 60 * 60_000;

/** Ends a connection for the service that it was for; one that is not there has ended. */
export async function disconnect(realm: Realm, use: Use, person: string, id: string): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('connection')
			.where('id', '=', id)
			.where('person_id', '=', person)
			.where('use', '=', use)
			.returningAll()
			.executeTakeFirst();
		if (row) await letGoOf(realm, db, row);
	});
}

/** Ends every connection of a person, or all that a provider made. */
export async function endConnections(
	realm: Letting,
	db: Transaction,
	whose: 'person_id' | 'provider_id',
	id: string,
): Promise<void> {
	const rows = await db.deleteFrom('connection').where(whose, '=', id).returningAll().execute();
	for (const row of rows) await letGoOf(realm, db, row);
}

/** Ends what nobody came for. */
export async function tidyConnections(realm: Letting, db: Transaction, now: number): Promise<void> {
	const rows = await db
		.deleteFrom('connection')
		.where('used_at', 'is', null)
		.where('created_at', '<=', now - unusedMs)
		.returningAll()
		.execute();
	for (const row of rows) await letGoOf(realm, db, row);
}

/** Has a provider take a token back, unless something else here still needs what it allowed: providers take back all of an account at once. */
export async function letGo(
	realm: Letting,
	db: Transaction,
	{ provider_id, subject, token }: Pick<Row, 'provider_id' | 'subject'> & { readonly token: string },
): Promise<void> {
	const account = accountOf(realm, { provider_id, subject });
	const sealed = Buffer.from(sealToken(realm, account, token)).toString('base64');
	const provider = await db
		.selectFrom('identity_provider')
		.select(['id', 'kind', 'name', 'issuer', 'client_id'])
		.where('id', '=', provider_id)
		.executeTakeFirstOrThrow();
	await realm.jobs.enqueue('disconnection', { provider, account, sealed }, { within: db, maxAttempts: tries });
}

/** Tells a provider. @throws what makes it worth another try */
export async function takeBack(realm: Realm, { provider, account, sealed }: Disconnection): Promise<void> {
	const { id, kind, name, issuer, client_id: clientId } = provider;
	const needed = await look(realm, (db) =>
		db.selectFrom('connection').select(['provider_id', 'subject']).where('provider_id', '=', id).execute(),
	);
	// Another use needs it, or whoever connected it again meanwhile.
	if (needed.some((one) => accountOf(realm, one) === account)) return;
	let token: string;
	try {
		token = openToken(realm, account, Buffer.from(sealed, 'base64'));
	} catch (error) {
		if (!(error instanceof SealBroken)) throw error;
		return realm.log.warn({ provider: id }, 'a token cannot be taken back: it was sealed with another secret');
	}
	await realm.conversation.revoke({ kind: kindOf(kind), name, issuer, clientId }, token);
}

async function letGoOf(realm: Letting, db: Transaction, { id, provider_id, subject, sealed }: Row): Promise<void> {
	if (sealed !== null) await letGo(realm, db, { provider_id, subject, token: openToken(realm, id, sealed) });
}

function accountOf({ keys }: Pick<Realm, 'keys'>, { provider_id, subject }: Pick<Row, 'provider_id' | 'subject'>): string {
	return keys.mark(`connection ${provider_id} ${subject}`);
}
