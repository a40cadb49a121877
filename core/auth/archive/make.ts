import type { ArchivedSpace } from '@mana/archive';
import type { RunningJob } from '@mana/store';
import type { Neighbours } from '../leaving/neighbours.ts';
import { type Realm, transact } from '../realm.ts';
import { ArchiveFolder } from './folder.ts';
import { SourceFailed, Sources } from './sources.ts';
import { fileListStep, lastFileOf, lastStep, personOf, type Step, type StepParts, stepsOf, writeFiles } from './steps.ts';
import type { ArchiveTables } from './tables.ts';
import { Gone, Writing } from './writing.ts';
import { ZipFile } from './zip.ts';

/** What is asked of the job. */
export interface Make {
	readonly id: string;
}

const dayMs = 24 * 60 * 60_000;
/** How long an archive can be fetched. */
export const keptMs = 7 * dayMs;

/**
 * Goes on with an archive from where it stands, to its end. Each step that is done is written down; a process that is killed loses no
 * more than the step it was at.
 *
 * @param stopping the service stops
 * @throws what makes it worth another try
 */
export async function makeArchive(
	realm: Realm,
	neighbours: Neighbours,
	{ id }: Make,
	job: RunningJob,
	stopping: AbortSignal,
): Promise<void> {
	const row = await archiveRow(realm, id);
	const person = row && (await personOf(realm, row.person_id));
	if (!row || !person || row.state !== 'making') return;
	const ended = AbortSignal.any([stopping, job.signal]);
	const folder = new ArchiveFolder(realm.home);
	await folder.prepare(id);
	const zip = await opened(realm, folder, row);
	try {
		const writing = new Writing(realm, id, zip, job, ended);
		const sources = new Sources(neighbours, { person: person.id, address: person.email }, ended);
		await write({ realm, sources, writing, person, begunAt: row.begun_at }, row);
		await zip.finish(inside(writing));
	} catch (error) {
		// Somebody threw it away: nothing is to be told, and what is left of it goes with the next look around.
		if (error instanceof Gone) return;
		await explain(realm, id, error);
		throw error;
	} finally {
		await zip.close();
	}
	await folder.finish(id);
	await ready(realm, id);
}

/** The file as far as it is whole. Where it is gone (the folder was emptied, another machine goes on), it is begun anew. */
async function opened(realm: Realm, folder: ArchiveFolder, { id, bytes, begun_at }: Row): Promise<ZipFile> {
	try {
		return await ZipFile.open(folder.partial(id), bytes, begun_at);
	} catch (error) {
		const isGone = error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ENOENT');
		if (!isGone) throw error;
		realm.log.warn({ archive: id }, 'what was written of an archive is not there any more: it is begun anew');
		await transact(realm, async (db) => {
			await db.deleteFrom('archive_entry').where('archive_id', '=', id).execute();
			await db.updateTable('archive').set({ bytes: 0, steps_done: 0 }).where('id', '=', id).execute();
		});
		return ZipFile.open(folder.partial(id), 0, begun_at);
	}
}

type Row = ArchiveTables['archive'];

async function write(parts: StepParts, { id }: Row): Promise<void> {
	const { realm, sources, writing } = parts;
	const spaces = await sources.spaces();
	const steps = stepsOf(parts, spaces);
	const rest: Step[] = [...spaces.map((space) => fileListStep(parts, space)), lastStep(parts)];
	const done = await realm.store.db.selectFrom('archive_entry').select('step').distinct().where('archive_id', '=', id).execute();
	const isDone = new Set(done.map(({ step }) => step));
	// A space counts twice: its records, and its files with their list.
	await begun(parts, id, steps.length + rest.length, [...steps, ...rest].filter(({ name }) => isDone.has(name)).length);
	const run = async (step: Step): Promise<void> => {
		if (isDone.has(step.name)) return;
		await showing(realm, id, step.shown);
		await step.write();
		await writing.done(step.name, { next: step.shown, steps: 1 });
	};
	for (const step of steps) await run(step);
	for (const [i, space] of spaces.entries()) {
		const list = rest[i]!;
		if (isDone.has(list.name)) continue;
		await showing(realm, id, space.name);
		await filesOf(parts, space, lastFileOf(done, space));
		await run(list);
	}
	await run(rest.at(-1)!);
}

function filesOf(parts: StepParts, space: ArchivedSpace, after: string | null): Promise<void> {
	return writeFiles(parts, space, after, (last) =>
		parts.writing.done(`files ${space.id} ${last}`, { next: space.name, steps: 0 }),
	);
}

async function begun({ realm }: StepParts, id: string, all: number, done: number): Promise<void> {
	await realm.store.db.updateTable('archive').set({ steps_all: all, steps_done: done }).where('id', '=', id).execute();
}

async function showing(realm: Realm, id: string, what: string): Promise<void> {
	await realm.store.db.updateTable('archive').set({ now_at: what }).where('id', '=', id).execute();
}

/** What the directory of the ZIP names. */
async function* inside(writing: Writing) {
	for await (const { kind, packed_bytes: packedBytes, ...entry } of writing.entries())
		if (kind !== 'missing') yield { ...entry, packedBytes };
}

/** From here on it can be fetched, and whoever asked for it is told. */
async function ready(realm: Realm, id: string): Promise<void> {
	const now = realm.clock.now();
	const { size } = Bun.file(new ArchiveFolder(realm.home).whole(id));
	await transact(realm, async (db) => {
		await db
			.updateTable('archive')
			.set({ state: 'ready', ready_at: now, expires_at: now + keptMs, bytes: size, now_at: '', problem: null, problem_at: null })
			.where('id', '=', id)
			.where('state', '=', 'making')
			.execute();
		// The list of what is in it was needed to make it, and names people's files.
		await db.deleteFrom('archive_entry').where('archive_id', '=', id).execute();
		await realm.jobs.enqueue('archiveReady', { id }, { key: id, within: db, maxAttempts: tellTries });
	});
}

/** With pauses that grow to an hour: most of a day without mana-notify. */
const tellTries = 24;

/** Says why the last try ended, for whoever waits. */
async function explain(realm: Realm, id: string, error: unknown): Promise<void> {
	const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
	const problem = error instanceof SourceFailed ? error.code : full ? 'disk-full' : 'failed';
	const problem_at = error instanceof SourceFailed ? error.service : 'mana-auth';
	await realm.store.db.updateTable('archive').set({ problem, problem_at }).where('id', '=', id).execute();
}

async function archiveRow(realm: Realm, id: string): Promise<Row | undefined> {
	return realm.store.db.selectFrom('archive').selectAll().where('id', '=', id).executeTakeFirst();
}
