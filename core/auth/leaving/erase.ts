import { Problem } from '@mana/service';
import { erased, erasure, type Leaver } from '@mana/service/leaving';
import { forgetJobs } from '@mana/store';
import { guarded } from '../administration/people.ts';
import { endAppPasswords } from '../app-passwords.ts';
import { tidy } from '../housekeeping.ts';
import { endConnections } from '../connections/disconnecting.ts';
import { endTokensOf } from '../provider/tokens.ts';
import { type Client, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import { accessTokenMs } from '../session-rules.ts';
import { type Db, personById } from '../store.ts';
import { authLeaving } from './entries.ts';
import { endSessionsForGood } from './departed-sessions.ts';
import { copies, keepers } from './keepers.ts';
import { askAbout, type Neighbours } from './neighbours.ts';
import { type Outcome, type Report, reportOf } from './report.ts';
import type { LeavingTables } from './tables.ts';

/** What is asked of the job. The person's id is not in it: it is in the row, until they are gone. */
export interface Leave {
	readonly id: string;
}

/** How long after the last session ended a token of it may still be believed somewhere: its life, and clocks that differ. */
const echoMs = accessTokenMs + 60_000;
const nobody: Client = { address: '', agent: 'departure' };

type Row = LeavingTables['departure'];

/**
 * Goes on with somebody's leaving, from where it stands: nobody gets in any more; once no token of theirs is good for anything, each
 * service lets them go, mana-sync first, since the others hold copies of what is there; last mana-auth itself. Each step that is done is
 * written down, and each bears being done again.
 *
 * @throws what makes it worth another try
 */
export async function leave(realm: Realm, neighbours: Neighbours, { id }: Leave): Promise<void> {
	const row = await realm.store.db.selectFrom('departure').selectAll().where('id', '=', id).executeTakeFirst();
	if (row === undefined || row.state === 'done' || row.due_at > realm.clock.now()) return;
	if (row.state === 'planned') return shut(realm, row);
	if (row.state === 'under-way') {
		if ((row.began_at ?? 0) + echoMs > realm.clock.now()) return;
		const who = await leaver(realm.store.db, row);
		if (who !== null) {
			await walk(realm, neighbours, row, who);
			await empty(realm, row, who);
		}
	}
	// Attempts that belong to no account, yet were made from where they sat, are a day old by now.
	await tidy(realm);
	await realm.store.scrub();
	await realm.store.db
		.updateTable('departure')
		.set({ state: 'done', finished_at: realm.clock.now() })
		.where('id', '=', id)
		.execute();
}

/** Ends every way in, and comes back when what was let in before is over. */
async function shut(realm: Realm, { id, person_id }: Row): Promise<void> {
	const now = realm.clock.now();
	await transact(realm, async (db) => {
		const person = person_id === null ? undefined : await personById(db, person_id);
		if (person === undefined) {
			await db.deleteFrom('departure').where('id', '=', id).execute();
			return;
		}
		// Whoever was one of several owners may be the last by now.
		await guarded(db, { id: '', role: 'owner' }, person.id, 'remove');
		await db
			.updateTable('person')
			.set({ suspended_at: person.suspended_at ?? now })
			.where('id', '=', person.id)
			.execute();
		await endSessionsForGood(db, person.id, now);
		await db.deleteFrom('sign_in_ticket').where('person_id', '=', person.id).execute();
		await db.deleteFrom('one_time_link').where('person_id', '=', person.id).execute();
		await endAppPasswords(db, person.id);
		await endTokensOf(db, person.id);
		await endConnections(realm, db, 'person_id', person.id);
		await db.updateTable('departure').set({ state: 'under-way', began_at: now }).where('id', '=', id).execute();
		await realm.jobs.enqueue('departure', { id }, { key: `${id} walk`, at: now + echoMs, within: db, maxAttempts: tries });
		await note(realm, db, 'erasure-began', { person: person.id }, nobody);
	});
}

/** With pauses that grow to an hour: six weeks. */
const tries = 1_000;

async function leaver(db: Db, { person_id }: Row): Promise<Leaver | null> {
	const person = person_id === null ? undefined : await personById(db, person_id);
	return person === undefined ? null : { person: person.id, address: person.email };
}

/** Has every other service let them go. Each is asked, also when another one fails. */
async function walk(realm: Realm, neighbours: Neighbours, { id, report: text }: Row, who: Leaver): Promise<void> {
	let report = reportOf(text);
	const missing: string[] = [];
	for (const service of [...keepers, ...copies]) {
		if (report.services[service]?.tables) continue;
		const { outcome, ended } = await ask(realm, neighbours, service, who, report.ended);
		report = {
			services: { ...report.services, [service]: outcome },
			ended: [...new Set([...report.ended, ...ended])],
		};
		await realm.store.db
			.updateTable('departure')
			.set({ report: JSON.stringify(report) })
			.where('id', '=', id)
			.execute();
		if (outcome.problem === null) continue;
		missing.push(`${service} (${outcome.problem})`);
		// Without it nobody knows which spaces have ended.
		if (service === 'mana-sync') break;
	}
	if (missing.length > 0) throw new Error(`Not everything is erased yet: ${missing.join(', ')}.`);
}

async function ask(
	realm: Realm,
	neighbours: Neighbours,
	service: string,
	{ person, address }: Leaver,
	ended: readonly string[],
): Promise<{ outcome: Outcome; ended: readonly string[] }> {
	const at = new Date(realm.clock.now()).toISOString();
	try {
		const response = await askAbout(neighbours, service, person, 'erase', { address, ended });
		const { tables, behind, ended: further } = erasure.parse(await response.json());
		const left = tables.filter((one) => one.left > 0).map(({ table }) => table);
		const problem = left.length > 0 ? `left-in-${left.join('-')}` : behind > 0 ? 'not-heard-yet' : null;
		const went = tables.map(({ table, erased }) => ({ table, erased }));
		return { outcome: { at, tables: problem === null ? went : null, problem }, ended: further };
	} catch (error) {
		realm.log.error({ err: error, service }, 'a service could not let go of somebody who left; it is tried again');
		return { outcome: { at, tables: null, problem: error instanceof Problem ? error.code : 'failed' }, ended: [] };
	}
}

/** The last step: mana-auth itself. What is left says that somebody went, when, and what went with them. */
async function empty(realm: Realm, { id }: Row, who: Leaver): Promise<void> {
	const words = [who.person, ...(who.address === null ? [] : [who.address])];
	await forgetJobs(realm.store.db, words);
	await transact(realm, async (db) => {
		const { report: text } = await db.selectFrom('departure').select('report').where('id', '=', id).executeTakeFirstOrThrow();
		const tables = await erased(db, authLeaving(realm, realm.keys.pseudonym(who.address ?? '')), who);
		const left = tables.filter((one) => one.left > 0).map(({ table }) => table);
		if (left.length > 0) throw new TypeError(`mana-auth still holds something of who left in ${left.join(', ')}.`);
		const went = tables.map(({ table, erased }) => ({ table, erased }));
		const own: Outcome = { at: new Date(realm.clock.now()).toISOString(), tables: went, problem: null };
		const report: Report = { services: { ...reportOf(text).services, 'mana-auth': own }, ended: [] };
		await db
			.updateTable('departure')
			.set({ state: 'emptied', person_id: null, report: JSON.stringify(report) })
			.where('id', '=', id)
			.execute();
		await note(realm, db, 'account-erased', { nobody: true, detail: { departure: id } }, nobody);
	});
}
