import type { Notifier } from '@mana/service';
import { timingSafeEqual } from 'node:crypto';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import { type Db, personById, type Transaction } from '../store.ts';
import { ArchiveFolder } from './folder.ts';
import type { Make } from './make.ts';
import type { ArchiveTables } from './tables.ts';

const hourMs = 60 * 60_000;
/** How long a link to the file works, for the session that asked for it: long enough for a slow line that breaks now and then. */
export const linkMs = 12 * hourMs;
/** With pauses that grow: some two minutes, then it has failed until somebody says so. */
const tries = 8;

/** Somebody's archive. Instants are ISO 8601, UTC. */
export interface Archive {
	/** `failed`: it is not tried again by itself. */
	readonly state: 'making' | 'failed' | 'ready';
	readonly begunAt: string;
	/** What is being written: the name of a service, or of a space. */
	readonly now: string;
	readonly done: number;
	/** 0 while nobody knows. */
	readonly all: number;
	/** Of the file so far. */
	readonly bytes: number;
	readonly expiresAt: string | null;
	/** Why the last try ended: a stable code, and the service that it was about. */
	readonly problem: { readonly code: string; readonly service: string } | null;
}

/** What the archives of people need of a realm. */
export type ArchiveDesk = Pick<Realm, 'store' | 'clock' | 'random' | 'keys' | 'home' | 'archiveJobs'>;

type Row = ArchiveTables['archive'];

/** The archive of a person, or `null`. */
export async function archiveOf(realm: ArchiveDesk, person: string): Promise<Archive | null> {
	const row = await look(realm, (db) => rowOf(db, person));
	return row === undefined || isOver(realm, row) ? null : toArchive(realm, row);
}

/** Begins an archive. One that is being made goes on; one that is ready gives way to the new one. */
export async function beginArchive(realm: ArchiveDesk, person: string, client: Client): Promise<Archive> {
	const known = await look(realm, (db) => rowOf(db, person));
	if (known?.state === 'making') return again(realm, known);
	const row = await transact(realm, async (db) => {
		await db.deleteFrom('archive').where('person_id', '=', person).execute();
		const id = newId(realm);
		const job_id = await enqueue(realm, db, id);
		const made: Row = {
			id,
			person_id: person,
			state: 'making',
			job_id,
			begun_at: realm.clock.now(),
			now_at: '',
			steps_done: 0,
			steps_all: 0,
			bytes: 0,
			ready_at: null,
			expires_at: null,
			problem: null,
			problem_at: null,
		};
		await db.insertInto('archive').values(made).execute();
		await note(realm, db, 'archive-begun', { person }, client);
		return made;
	});
	await sweepArchives(realm);
	return toArchive(realm, row);
}

/** Has what failed, or waits for its next try, go on at once. */
async function again(realm: ArchiveDesk, row: Row): Promise<Archive> {
	const job = await realm.archiveJobs.find(row.job_id);
	const waits = job?.state === 'waiting' && (await realm.archiveJobs.cancel(row.job_id));
	if (job !== null && job.state !== 'dead' && !waits) return toArchive(realm, row);
	const job_id = await transact(realm, async (db) => {
		const id = await enqueue(realm, db, row.id);
		await db.updateTable('archive').set({ job_id: id, problem: null, problem_at: null }).where('id', '=', row.id).execute();
		return id;
	});
	return toArchive(realm, { ...row, job_id, problem: null, problem_at: null });
}

function enqueue(realm: ArchiveDesk, db: Transaction, id: string): Promise<string> {
	return realm.archiveJobs.enqueue('archive', { id }, { key: `${id} ${newId(realm)}`, within: db, maxAttempts: tries });
}

/** Throws an archive away, also one that is being made. @throws Problem `archive-unknown` */
export async function removeArchive(realm: Realm, person: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const removed = await db.deleteFrom('archive').where('person_id', '=', person).executeTakeFirst();
		if (removed.numDeletedRows === 0n) throw refuse('archive-unknown');
		await note(realm, db, 'archive-removed', { person }, client);
	});
	await sweepArchives(realm);
}

/** A link to the file for the session that asks. @throws Problem `archive-unknown`, `archive-not-ready` */
export async function linkArchive(
	realm: Realm,
	{ person, session }: Presence,
	client: Client,
): Promise<{ readonly path: string; readonly until: string }> {
	return transact(realm, async (db) => {
		const { id } = await readyRow(realm, db, person.id);
		const until = realm.clock.now() + linkMs;
		await note(realm, db, 'archive-taken', { person: person.id }, client);
		const path = `/archive/content?until=${until}&mark=${markOf(realm, id, session.id, until)}`;
		return { path, until: new Date(until).toISOString() };
	});
}

/** The file that a link leads to. @throws Problem `archive-unknown`, `archive-not-ready`, `link-invalid` */
export async function archiveFile(
	realm: Realm,
	{ person, session }: Presence,
	{ until, mark }: { readonly until: number; readonly mark: string },
): Promise<{ readonly file: ReturnType<typeof Bun.file>; readonly id: string; readonly madeAt: number }> {
	const row = await look(realm, (db) => readyRow(realm, db, person.id));
	const [said, right] = [mark, markOf(realm, row.id, session.id, until)].map((text) => Buffer.from(text));
	if (until <= realm.clock.now() || said!.length !== right!.length || !timingSafeEqual(said!, right!))
		throw refuse('link-invalid');
	const file = Bun.file(new ArchiveFolder(realm.home).whole(row.id));
	if (!(await file.exists())) throw refuse('archive-unknown');
	return { file, id: row.id, madeAt: row.begun_at };
}

/** Removes what is over, and files that belong to nothing any more. */
export async function sweepArchives(realm: Pick<Realm, 'store' | 'clock' | 'home'>): Promise<void> {
	const { db } = realm.store;
	await db.deleteFrom('archive').where('expires_at', '<=', realm.clock.now()).execute();
	const folder = new ArchiveFolder(realm.home);
	for (const id of await folder.list()) {
		const row = await db.selectFrom('archive').select('id').where('id', '=', id).executeTakeFirst();
		if (row === undefined) await folder.remove(id);
	}
}

/** Tells somebody that their archive is ready. @param job the id of the job, so that twice is once @throws what makes it worth another try */
export async function tellOfArchive(realm: Realm, notifier: Notifier, { id }: Make, job: string): Promise<void> {
	const row = await realm.store.db.selectFrom('archive').selectAll().where('id', '=', id).executeTakeFirst();
	const person = row && (await personById(realm.store.db, row.person_id));
	if (!row || !person || row.expires_at === null) return;
	await notifier.send({
		topic: 'export-ready',
		to: { person: person.id },
		data: { name: person.name, link: '/settings/archive', until: row.expires_at },
		expires: row.expires_at,
		key: job,
	});
}

async function readyRow(realm: Realm, db: Db, person: string): Promise<Row> {
	const row = await rowOf(db, person);
	if (row === undefined || isOver(realm, row)) throw refuse('archive-unknown');
	if (row.state !== 'ready') throw refuse('archive-not-ready');
	return row;
}

function rowOf(db: Db, person: string): Promise<Row | undefined> {
	return db.selectFrom('archive').selectAll().where('person_id', '=', person).executeTakeFirst();
}

function isOver(realm: Pick<Realm, 'clock'>, { expires_at }: Row): boolean {
	return expires_at !== null && expires_at <= realm.clock.now();
}

function markOf(realm: Realm, id: string, session: string, until: number): string {
	return realm.keys.mark(`archive ${id} of ${session} until ${until}`);
}

async function toArchive(realm: ArchiveDesk, row: Row): Promise<Archive> {
	const job = row.state === 'making' ? await realm.archiveJobs.find(row.job_id) : null;
	const failed = row.state === 'making' && (job === null || job.state === 'dead');
	const { problem, problem_at } = row;
	return {
		state: failed ? 'failed' : row.state,
		begunAt: new Date(row.begun_at).toISOString(),
		now: row.now_at,
		done: row.steps_done,
		all: row.steps_all,
		bytes: row.bytes,
		expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
		problem:
			problem === null
				? failed
					? { code: 'failed', service: 'mana-auth' }
					: null
				: { code: problem, service: problem_at ?? '' },
	};
}
