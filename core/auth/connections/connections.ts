import { attempt } from '../attempts.ts';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import type { Tokens } from '../relying/conversation.ts';
import { type Errand, errandMs, type Purpose } from '../relying/errand.ts';
import { partnerOf, type ProviderRow, providerById } from '../relying/providers.ts';
import { kindOf } from '../relying/kinds.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import type { Db, Tables, Transaction } from '../store.ts';
import { letGo } from './disconnecting.ts';
import { sealToken } from './sealed-token.ts';
import { type Use } from './uses.ts';

type Row = Tables['connection'];
export type Connecting = Extract<Purpose, { kind: 'connect' }>;

/** A provider by which accounts can be connected for a use. */
export interface ConnectionOffer {
	readonly id: string;
	readonly name: string;
}

/** By whom accounts can be connected for a use, as the admins of this Mana allow it. */
export async function connectionOffers(realm: Realm, use: Use): Promise<ConnectionOffer[]> {
	const rows = await look(realm, (db) =>
		db.selectFrom('identity_provider').selectAll().where('connects', '=', 1).orderBy('name').orderBy('id').execute(),
	);
	return rows.flatMap(({ id, kind, name }) => (kindOf(kind).connects?.scopes[use] ? [{ id, name }] : []));
}

/** Sends somebody to a provider to allow a use. @throws Problem `provider-unknown`, `provider-unreachable` */
export async function departToConnect(realm: Realm, id: string, purpose: Connecting): Promise<{ to: string; errand: Errand }> {
	const row = await look(realm, (db) => connecting(db, id));
	const { scope, parameters } = demandOf(row, purpose.use);
	const { to, question } = await realm.conversation.ask(partnerOf(realm, row), { scope: `openid email ${scope}`, parameters });
	return { to, errand: { provider: id, question, purpose, until: realm.clock.now() + errandMs } };
}

/**
 * Keeps what somebody allowed. The same account again is the same connection, with the token of now.
 *
 * @returns its id
 * @throws Problem `identity-invalid`, `identity-declined`, `connection-incomplete`, `provider-unreachable`, `locked`
 */
export function connect(
	realm: Realm,
	errand: Errand,
	{ use }: Connecting,
	{ person }: Presence,
	answer: URLSearchParams,
	client: Client,
): Promise<string> {
	const what = { kind: 'identity', account: '-', client, counts: ['identity-invalid'], event: 'identity-refused' } as const;
	return attempt(realm, what, async () => {
		const provider = await look(realm, (db) => connecting(db, errand.provider));
		const { claims, tokens } = await realm.conversation.obtain(partnerOf(realm, provider), errand.question, answer);
		const { scope } = demandOf(provider, use);
		const granted = tokens.scope === null || tokens.scope.split(' ').includes(scope);
		const account = { provider_id: provider.id, subject: claims.subject };
		if (!granted || tokens.refresh === null) {
			// Nothing that nobody uses stays allowed there.
			await transact(realm, (db) => letGo(realm, db, { ...account, token: tokens.refresh ?? tokens.access }));
			throw refuse('connection-incomplete');
		}
		const label = (claims.email ?? claims.name ?? claims.subject).slice(0, 254);
		return transact(realm, (db) => keep(realm, db, { ...account, person_id: person.id, label, use }, tokens, client));
	});
}

type Account = Pick<Row, 'provider_id' | 'subject' | 'person_id' | 'label' | 'use'>;

async function keep(realm: Realm, db: Transaction, account: Account, tokens: Tokens, client: Client): Promise<string> {
	const { provider_id, subject, person_id, use, label } = account;
	const known = await db
		.selectFrom('connection')
		.select('id')
		.where('provider_id', '=', provider_id)
		.where('subject', '=', subject)
		.where('person_id', '=', person_id)
		.where('use', '=', use)
		.executeTakeFirst();
	const id = known?.id ?? newId(realm);
	const given = {
		label,
		sealed: tokens.refresh === null ? null : sealToken(realm, id, tokens.refresh),
		access: sealToken(realm, id, tokens.access),
		access_until: tokens.until,
		// Whoever refreshes an older token at this moment is late.
		lease: null,
		leased_until: 0,
	};
	await db
		.insertInto('connection')
		.values({ ...account, ...given, id, created_at: realm.clock.now(), used_at: null })
		.onConflict((conflict) => conflict.columns(['provider_id', 'subject', 'person_id', 'use']).doUpdateSet(given))
		.execute();
	await note(realm, db, 'connection-made', { person: person_id, detail: { name: label } }, client);
	return id;
}

/** A provider by which accounts may be connected. @throws Problem `provider-unknown` */
async function connecting(db: Db, id: string): Promise<ProviderRow> {
	const row = await providerById(db, id);
	if (row.connects === 0) throw refuse('provider-unknown');
	return row;
}

/** What is asked of a provider for a use. @throws Problem `provider-unknown` */
function demandOf({ kind }: ProviderRow, use: Use): { scope: string; parameters: Readonly<Record<string, string>> } {
	const { connects } = kindOf(kind);
	if (!connects) throw refuse('provider-unknown');
	return { scope: connects.scopes[use], parameters: connects.parameters };
}
