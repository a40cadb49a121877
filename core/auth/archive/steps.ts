import {
	type ArchivedFile,
	type ArchivedSpace,
	type Counts,
	manifest,
	type Manifest,
	manifestFormat,
	places,
} from '@mana/archive';
import { version } from '@mana/service';
import { exported, type Leaver } from '@mana/service/leaving';
import { z } from 'zod';
import { authLeaving } from '../leaving/entries.ts';
import { keepers, openFormatServices } from '../leaving/keepers.ts';
import { type Person, toPerson } from '../person.ts';
import type { Realm } from '../realm.ts';
import { actingToken } from '../signing-keys.ts';
import { personById } from '../store.ts';
import { type ListedFile, SourceFailed, type Sources } from './sources.ts';
import { type EntryRow, infoOf, type Writing } from './writing.ts';

/** A part of an archive that is written as a whole, or again. */
export interface Step {
	/** Names it among the steps of its archive. */
	readonly name: string;
	/** What people are shown while it is written: the name of a service, or of a space. */
	readonly shown: string;
	write(): Promise<void>;
}

/** What steps are made of. */
export interface StepParts {
	readonly realm: Realm;
	readonly sources: Sources;
	readonly writing: Writing;
	readonly person: Person;
	/** When the archive was asked for, ms since 1970. */
	readonly begunAt: number;
}

/** All steps of an archive but its files and what stands at its end. */
export function stepsOf(parts: StepParts, spaces: readonly ArchivedSpace[]): Step[] {
	return [
		...['mana-auth', ...keepers].map((service) => serviceStep(parts, service)),
		...spaces.map((space) => recordsStep(parts, space)),
		...openFormatServices.map((service) => openStep(parts, service)),
	];
}

function serviceStep({ realm, sources, writing, person }: StepParts, service: string): Step {
	return {
		name: `service ${service}`,
		shown: service,
		async write() {
			let lines = 0;
			const who = { person: person.id, address: person.email };
			const counted = async function* (): AsyncGenerator<string> {
				for await (const line of service === 'mana-auth' ? own(realm, who) : sources.held(service)) {
					lines++;
					yield `${line}\n`;
				}
			};
			await writing.text(places.service(service), counted(), () => ({ service, lines }));
		},
	};
}

async function* own(realm: Realm, who: Leaver): AsyncGenerator<string> {
	const entries = authLeaving(realm, realm.keys.pseudonym(who.address ?? ''));
	for await (const line of exported(realm.store.db, entries, who)) yield JSON.stringify(line);
}

const lastLine = z.object({
	counts: z.object({ records: z.record(z.string(), z.number()), registers: z.number(), content: z.string() }),
});

function recordsStep({ sources, writing }: StepParts, space: ArchivedSpace): Step {
	const { folder, name } = space;
	return {
		name: `records ${space.id}`,
		shown: name,
		async write() {
			let counts: Counts | null = null;
			const lines = async function* (): AsyncGenerator<string> {
				for await (const line of sources.records(space)) {
					if (line.startsWith('{"counts":')) counts = lastLine.parse(JSON.parse(line)).counts;
					else yield `${line}\n`;
				}
				if (counts === null) throw new SourceFailed('mana-sync', new Error('It broke off before the end of a space.'));
			};
			await writing.text(places.space(folder), one(`${JSON.stringify(space, null, '\t')}\n`), () => ({ space }));
			await writing.text(places.records(folder), lines(), () => ({ folder, ...(counts && { counts }) }));
		},
	};
}

/** Files that are written in one step, and their bytes. */
const [FILES_TOGETHER, BYTES_TOGETHER] = [100, 16 * 1024 * 1024];

/** The files of a space in steps, each named by the last file in it. @param after the last file of the last step that is done */
export async function writeFiles(
	{ sources, writing }: StepParts,
	space: ArchivedSpace,
	after: string | null,
	done: (last: string) => Promise<void>,
): Promise<void> {
	let [count, last] = [0, ''];
	for await (const listed of sources.files(space, after)) {
		await writeFile(sources, writing, space, listed);
		last = listed.hash;
		count++;
		if (count % FILES_TOGETHER === 0 || writing.bytes >= BYTES_TOGETHER) await done(last);
	}
	if (!writing.isEmpty) await done(last);
}

async function writeFile(sources: Sources, writing: Writing, { folder, ...space }: ArchivedSpace, listed: ListedFile) {
	const { hash, name, type, size: bytes } = listed;
	const content = listed.here ? await sources.file({ folder, ...space }, listed) : null;
	const path = content && places.file(folder, hash, name);
	const file: ArchivedFile = { path, hash, bytes, type, name };
	if (content && path !== null) await writing.file(path, content, { folder, file });
	else writing.missing(places.file(folder, hash, name), { folder, file });
}

/** The list of a space's files. */
export function fileListStep({ writing }: StepParts, { id, folder, name }: ArchivedSpace): Step {
	return {
		name: `list ${id}`,
		shown: name,
		async write() {
			const lines = async function* (): AsyncGenerator<string> {
				for await (const entry of writing.entries()) {
					const info = infoOf(entry);
					if (info.file && info.folder === folder) yield `${JSON.stringify(info.file)}\n`;
				}
			};
			await writing.text(places.files(folder), lines(), () => ({ folder }));
		},
	};
}

/** What nobody needs to take it in again, and other programs read. It is no reason to wait that one server of an app does not run. */
function openStep({ realm, sources, writing, person }: StepParts, service: string): Step {
	return {
		name: `open ${service}`,
		shown: service,
		async write() {
			const { token } = await actingToken(realm, person, 'archive', service);
			const { id, name, email, language, role } = person;
			const lines = sources.open(service, { person: { id, name, email, language, role }, token });
			try {
				let held = await lines.next();
				while (!held.done) {
					const { file } = held.value;
					const texts = async function* (): AsyncGenerator<string> {
						for (; !held.done && held.value.file === file; held = await lines.next()) yield held.value.text;
					};
					await writing.text(places.open(service, file), texts(), () => ({ service }));
				}
			} catch (error) {
				if (!(error instanceof SourceFailed)) throw error;
				realm.log.warn({ err: error, service }, 'an archive lacks what a service would have written in formats of others');
				writing.missing(places.open(service, ''), { service, problem: error.code });
			}
		},
	};
}

/** What stands at the end: what the archive says of itself. */
export function lastStep({ realm, writing, person, begunAt }: StepParts): Step {
	return {
		name: 'end',
		shown: '',
		async write() {
			const said = manifest.parse(await manifestOf(writing, realm, person, begunAt));
			const sums = async function* (): AsyncGenerator<string> {
				for await (const { kind, path, sha256 } of writing.entries()) if (kind !== 'missing') yield `${sha256}  ${path}\n`;
			};
			await writing.text(places.checksums, sums());
			await writing.text(places.readMe, one(readMe(said)));
			await writing.text(places.manifest, one(`${JSON.stringify(said, null, '\t')}\n`));
		},
	};
}

async function manifestOf(writing: Writing, realm: Realm, person: Person, begunAt: number): Promise<Manifest> {
	const services: Record<string, number> = {};
	const spaces = new Map<string, Manifest['spaces'][number]>();
	const open = { files: [] as string[], missing: {} as Record<string, string> };
	const counts = new Map<string, Counts>();
	const files = new Map<string, { count: number; bytes: number; missing: number }>();
	for await (const entry of writing.entries()) {
		const { service, lines, space, folder = '', counts: counted, file, problem } = infoOf(entry);
		if (service !== undefined && lines !== undefined) services[service] = lines;
		else if (service !== undefined && problem !== undefined) open.missing[service] = problem;
		else if (service !== undefined) open.files.push(entry.path);
		if (counted) counts.set(folder, counted);
		if (file) addFile(files, folder, file);
		if (space) spaces.set(space.folder, { ...space, ...nothing });
	}
	return {
		...manifestFormat,
		mana: { version, instance: realm.instance },
		madeAt: new Date(begunAt).toISOString(),
		person: { id: person.id, name: person.name, email: person.email },
		services,
		spaces: [...spaces.values()].map((space) => ({
			...space,
			...counts.get(space.folder),
			files: files.get(space.folder) ?? nothing.files,
		})),
		open,
	};
}

const nothing = {
	records: {},
	registers: 0,
	content: '',
	files: { count: 0, bytes: 0, missing: 0 },
} as const;

function addFile(
	files: Map<string, { count: number; bytes: number; missing: number }>,
	folder: string,
	{ path, bytes }: ArchivedFile,
): void {
	const sum = files.get(folder) ?? { count: 0, bytes: 0, missing: 0 };
	const one = path === null ? { ...sum, missing: sum.missing + 1 } : { ...sum, count: sum.count + 1, bytes: sum.bytes + bytes };
	files.set(folder, one);
}

function readMe({ person, madeAt, mana, spaces, open }: Manifest): string {
	const where = spaces.map(({ folder, own, name, role }) => `  ${folder}/  ${own ? 'your own space' : `${name} (${role})`}`);
	const missing = Object.entries(open.missing).map(([service, why]) => `  ${service}: ${why}`);
	return [
		`Everything that this Mana held about ${person.name} <${person.email}>`,
		`asked for on ${madeAt}, made by Mana ${mana.version}`,
		'',
		'manifest.json      what is in here, counted; checksums.sha256 is for: sha256sum -c checksums.sha256',
		'services/          what each service holds about you, a JSON object a line',
		'spaces/            what is in your spaces, a record a line (records.ndjson), and their files (files.ndjson names them)',
		'open/              calendars (.ics), contacts (.vcf) and tasks for other programs',
		'',
		'Spaces:',
		...where,
		...(missing.length > 0 ? ['', 'Could not be had for other programs:', ...missing] : []),
		'',
		'Whoever runs another Mana takes it in again: mana import FILE --for YOU.',
		'Passwords, keys and tokens are not in here.',
		'',
	].join('\n');
}

export async function personOf(realm: Realm, id: string): Promise<Person | null> {
	const row = await personById(realm.store.db, id);
	return row === undefined ? null : toPerson(row);
}

export function lastFileOf(rows: readonly Pick<EntryRow, 'step'>[], { id }: ArchivedSpace): string | null {
	const prefix = `files ${id} `;
	const hashes = rows.flatMap(({ step }) => (step.startsWith(prefix) ? [step.slice(prefix.length)] : []));
	return hashes.toSorted().at(-1) ?? null;
}

async function* one(text: string): AsyncGenerator<string> {
	yield text;
}
