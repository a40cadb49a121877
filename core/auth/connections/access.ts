import { Problem, SealBroken } from '@mana/service';
import { refuse } from '../problems.ts';
import { look, newId, type Realm } from '../realm.ts';
import { partnerOf, providerById } from '../relying/providers.ts';
import type { Tables } from '../store.ts';
import { openToken, sealToken } from './sealed-token.ts';
import type { Use } from './uses.ts';

type Row = Tables['connection'];

/** How long an access token has to be good for still, in milliseconds: a request takes its time. */
const spareMs = 60_000;
/** How long a refresh may take: as long as a provider may take to answer, and a little. */
const leaseMs = 20_000;

/** With what a service does in an account elsewhere what its person allowed. */
export interface Access {
	readonly token: string;
	/** What the account is called there: its address. */
	readonly label: string;
	/** What the provider is called here. */
	readonly provider: string;
}

/** Whose connection, for what, and a token of it that was refused although its time is not over. */
export interface AccessWanted {
	readonly id: string;
	readonly person: string;
	readonly use: Use;
	readonly refused: string | null;
}

/**
 * An access token of a connection, refreshed where it is over. A refresh token is spent by one copy of this service at a time, since a
 * provider may give another one each time and take all of them back when an old one is seen again (RFC 9700 §4.14.2).
 *
 * @throws Problem `connection-unknown`; `connection-ended`: its person has to connect it again; `connection-busy`, `provider-unreachable`: later
 */
export async function accessTo(realm: Realm, wanted: AccessWanted): Promise<Access> {
	const { row, provider, suspended } = await look(realm, async (db) => {
		const row = await db
			.selectFrom('connection')
			.innerJoin('person', 'person.id', 'connection.person_id')
			.selectAll('connection')
			.select('person.suspended_at')
			.where('connection.id', '=', wanted.id)
			.where('connection.person_id', '=', wanted.person)
			.where('connection.use', '=', wanted.use)
			.executeTakeFirst();
		if (!row) throw refuse('connection-unknown');
		return { row, provider: await providerById(db, row.provider_id), suspended: row.suspended_at !== null };
	});
	if (suspended) throw refuse('suspended');
	if (row.sealed === null) throw refuse('connection-ended');
	if (provider.connects === 0) throw refuse('provider-unknown');
	if (row.used_at === null)
		await look(realm, (db) =>
			db.updateTable('connection').set({ used_at: realm.clock.now() }).where('id', '=', row.id).execute(),
		);
	const { label } = row;
	const kept = row.access_until > realm.clock.now() + spareMs ? opened(realm, row.id, row.access) : null;
	const token = kept !== null && kept !== wanted.refused ? kept : await refreshed(realm, row, partnerOf(realm, provider));
	return { token, label, provider: provider.name };
}

async function refreshed(realm: Realm, row: Row, partner: Parameters<Realm['conversation']['refresh']>[0]): Promise<string> {
	const { id } = row;
	const now = realm.clock.now();
	const lease = newId(realm);
	const taken = await look(realm, (db) =>
		db
			.updateTable('connection')
			.set({ lease, leased_until: now + leaseMs })
			.where('id', '=', id)
			.where('leased_until', '<=', now)
			// What was read is what is spent: with another access token somebody has refreshed it since.
			.where('access_until', '=', row.access_until)
			.returning('sealed')
			.executeTakeFirst(),
	);
	if (!taken) return refreshedElsewhere(realm, id);
	const refresh = opened(realm, id, taken.sealed);
	const note = (change: Partial<Row>) =>
		look(realm, (db) =>
			db
				.updateTable('connection')
				.set({ ...change, lease: null, leased_until: 0 })
				.where('id', '=', id)
				.where('lease', '=', lease)
				.executeTakeFirst(),
		);
	if (refresh === null) {
		await note({ sealed: null, access: null });
		throw refuse('connection-ended');
	}
	try {
		const tokens = await realm.conversation.refresh(partner, refresh);
		await note({
			access: sealToken(realm, id, tokens.access),
			access_until: tokens.until,
			...(tokens.refresh !== null && { sealed: sealToken(realm, id, tokens.refresh) }),
		});
		return tokens.access;
	} catch (error) {
		const ended = error instanceof Problem && error.code === 'connection-ended';
		const { numUpdatedRows } = await note(ended ? { sealed: null, access: null, access_until: 0 } : {});
		// It took so long that another copy did it meanwhile: with what that one was given.
		if (ended && numUpdatedRows === 0n) return refreshedElsewhere(realm, id);
		throw error;
	}
}

/** What another copy of this service has by now. @throws Problem `connection-ended`, `connection-busy` */
async function refreshedElsewhere(realm: Realm, id: string): Promise<string> {
	const row = await look(realm, (db) => db.selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirst());
	if (!row) throw refuse('connection-unknown');
	if (row.sealed === null) throw refuse('connection-ended');
	const kept = row.access_until > realm.clock.now() + spareMs && row.lease === null ? opened(realm, id, row.access) : null;
	if (kept === null) throw refuse('connection-busy', { retryAfterMs: 2_000 });
	return kept;
}

/** What was sealed; `null` where there is nothing, or it cannot be read any more. */
function opened(realm: Realm, id: string, sealed: Uint8Array | null): string | null {
	try {
		return sealed === null ? null : openToken(realm, id, sealed);
	} catch (error) {
		if (!(error instanceof SealBroken)) throw error;
		realm.log.warn({ connection: id }, 'a token cannot be read: it was sealed with another secret');
		return null;
	}
}
