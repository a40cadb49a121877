import { numbersText } from './check.ts';
import type { Client, Realm } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Db } from '../store.ts';

/** Entries are kept for a year. */
const keptMs = 365 * 24 * 60 * 60_000;
const housekeeping: Client = { address: '', agent: 'housekeeping' };

type Forgetting = Pick<Realm, 'clock' | 'random' | 'keys'>;

/** Deletes entries that are older than a year and writes down where the log begins now. Part of the caller's transaction. */
export async function trimAuditLog(realm: Forgetting, db: Db): Promise<void> {
	const newest = await db
		.selectFrom('audit_entry')
		.select(['seq', 'hash'])
		.where('at', '<=', realm.clock.now() - keptMs)
		.orderBy('seq', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (newest === undefined) return;
	await db.deleteFrom('audit_entry').where('seq', '<=', newest.seq).execute();
	const detail = { through: newest.seq, hash: newest.hash };
	await note(realm, db, 'log-trimmed', { nobody: true, detail }, housekeeping);
}

/**
 * Takes out what the log says about a person: address, browser, details and who it was. That something of this kind happened at this
 * time stays, and an entry says which ones were emptied, so the chain still proves the rest.
 *
 * @param accounts pseudonyms of their e-mail addresses
 * @returns how many entries were emptied
 */
export async function emptyEntriesOf(realm: Forgetting, db: Db, person: string, accounts: readonly string[]): Promise<number> {
	const rows = await db
		.updateTable('audit_entry')
		.set({ person_id: null, actor_id: null, account: null, address: null, agent: null, detail: null, salt: null })
		.where((is) => is.or([is('person_id', '=', person), ...(accounts.length > 0 ? [is('account', 'in', accounts)] : [])]))
		.returning('seq')
		.execute();
	if (rows.length === 0) return 0;
	const entries = numbersText(rows.map(({ seq }) => seq).sort((a, b) => a - b));
	await note(realm, db, 'entries-emptied', { nobody: true, detail: { entries } }, housekeeping);
	return rows.length;
}
