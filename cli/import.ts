import { bring, type BringPolicy, bringPolicies, type Brought, type Journal, takeBack } from '@mana/archive/bring';
import { compare, type Comparison, ownFolder } from '@mana/archive/compare';
import { journalOf } from '@mana/archive/journal';
import { ArchiveReader, ArchiveUnreadable } from '@mana/archive/reader';
import { DoorClosed, SpaceDoor } from '@mana/archive/space-door';
import { models } from '@mana/schema/registry/models';
import { Problem, systemRandom } from '@mana/service';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Command, Io } from './command.ts';
import { readArguments, UsageError } from './place.ts';
import { addressOfRunning, runningIn } from './running.ts';
import { table } from './table.ts';

export const importCommand: Command = {
	name: 'import',
	summary: 'bring the archive of a person into their own space here, or take that back',
	usage: [
		'mana import FILE --for EMAIL [--policy keep|fill|archive] [--yes] [--home DIR]',
		'',
		'  without --yes it only says what it would do; Mana has to run',
		'  --policy   of a record that is here already with other content: keep it, fill in what it lacks (default), or',
		'             have it as it is in the archive',
		'',
		'mana import FILE.undo.json --for EMAIL --undo',
		'',
		'  takes back what such an import brought, by the journal that it left beside the archive',
	],
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, {
			for: { type: 'string' },
			policy: { type: 'string' },
			yes: { type: 'boolean' },
			undo: { type: 'boolean' },
		});
		const [file, ...rest] = positionals;
		const policy = bringPolicies.find((one) => one === (values.policy ?? 'fill'));
		if (file === undefined || rest.length > 0 || values.for === undefined)
			throw new UsageError('Say what, and for whom: mana import FILE --for EMAIL');
		if (!policy) throw new UsageError(`--policy takes ${bringPolicies.join(', ')}, not "${values.policy}".`);
		const state = runningIn(place.home);
		const sync = state && addressOfRunning(state, 'mana-sync');
		if (!state || sync === null) {
			io.err(`No Mana runs in ${place.home}. Start it: what is brought goes by mana-sync, like everything else.`);
			return 1;
		}
		const { publicUrl } = state;
		const house = { home: place.home, databaseUrl: process.env['MANA_DATABASE_URL'], env: process.env, publicUrl, sync };
		return importFrom(house, values.for, { file, policy, yes: values.yes ?? false, undo: values.undo ?? false }, io);
	},
};

/** A Mana that runs, as an import needs it. */
export interface House {
	readonly home: string;
	readonly databaseUrl: string | undefined;
	readonly env: NodeJS.ProcessEnv;
	readonly publicUrl: string;
	/** Where mana-sync is called. */
	readonly sync: string;
}

export interface Wanted {
	readonly file: string;
	readonly policy: BringPolicy;
	/** Not only said, but done. */
	readonly yes: boolean;
	/** The file is the journal of an import that is to be taken back. */
	readonly undo: boolean;
}

const byName = new Map(models.map((model) => [model.name, model]));
const named = (name: string) => byName.get(name);

/** @returns the exit code */
export async function importFrom(house: House, email: string, wanted: Wanted, io: Io): Promise<number> {
	const { actingAtTheTerminal } = await import('../core/auth/index.ts');
	try {
		return await actingAtTheTerminal(house, email, async ({ token, noted }) => {
			const door = await SpaceDoor.open({
				address: house.sync,
				token,
				models,
				now: Date.now,
				random: (bytes) => systemRandom(bytes as Uint8Array<ArrayBuffer>),
				pause: (ms) => Bun.sleep(ms),
				signal: new AbortController().signal,
			});
			if (wanted.undo) return await undo(door, wanted.file, io);
			const archive = await ArchiveReader.open(Bun.file(wanted.file));
			try {
				return await bringIn(archive, door, wanted, noted, io);
			} finally {
				await archive.close();
			}
		});
	} catch (error) {
		if (!(error instanceof ArchiveUnreadable || error instanceof DoorClosed || error instanceof Problem)) throw error;
		io.err(error instanceof Problem ? error.detail : error.message);
		return 1;
	}
}

async function bringIn(
	archive: ArchiveReader,
	door: SpaceDoor,
	{ file, policy, yes }: Wanted,
	noted: () => Promise<void>,
	io: Io,
): Promise<number> {
	const folder = ownFolder(archive);
	if (folder === null) {
		io.err('There is no own space in this archive, so it brings nothing.');
		return 1;
	}
	const { signal } = new AbortController();
	const comparison = await compare({ archive, folder, door, named, progress: () => undefined, signal });
	for (const line of preview(archive, comparison)) io.out(line);
	if (!yes) {
		io.err('Nothing is written yet. Run it again with --yes.');
		return 0;
	}
	const journalFile = freeFile(file);
	const journal: Journal = { fresh: [], changed: [] };
	await noted();
	try {
		const note = async ({ fresh, changed }: Journal) => {
			journal.fresh.push(...fresh);
			journal.changed.push(...changed);
		};
		const parts = { archive, folder, door, named, comparison, policy, note };
		const done = await bring({ ...parts, progress: () => undefined, signal });
		for (const line of result(done)) io.out(line);
		return done.refused.length > 0 ? 1 : 0;
	} finally {
		// Also of what broke off in the middle.
		await writeFile(journalFile, `${JSON.stringify(journal)}\n`, { mode: 0o600, flag: 'wx' });
		io.err(`To take it back: mana import ${journalFile} --for … --undo`);
	}
}

async function undo(door: SpaceDoor, file: string, io: Io): Promise<number> {
	const journal = journalOf(await readFile(file, 'utf8'));
	if (!journal) {
		io.err(`${file} is no journal of an import.`);
		return 1;
	}
	const { taken, stayed } = await takeBack(door, named, journal, Date.now());
	io.out(`${taken} records were taken back; new ones are in the trash. ${stayed} were changed since and stay.`);
	return 0;
}

function preview({ manifest }: ArchiveReader, { records, unreadable, files }: Comparison): string[] {
	const { name, email } = manifest.person;
	const rows = [...records].map(([collection, { fresh, same, different }]) => [
		collection,
		`${fresh}`,
		`${same}`,
		`${different}`,
	]);
	return [
		`The archive of ${name} <${email}>, made on ${manifest.madeAt}`,
		'',
		...table([['records', 'new', 'the same', 'different here'], ...rows]),
		'',
		`${files.count} files, ${files.bytes} bytes`,
		...(unreadable.length > 0
			? [`${unreadable.length} lines are no records and are passed over: ${unreadable.slice(0, 10).join(', ')}`]
			: []),
	];
}

function result({ fresh, changed, kept, files, refused }: Brought): string[] {
	return [
		'',
		`${fresh} records are new, ${changed} were changed, ${kept} stayed as they were; ${files} files were sent.`,
		...refused.map(({ what, id, code, detail }) => `not taken: ${what} ${id} (${code}): ${detail}`),
	];
}

/** A name for the journal that no file has. */
function freeFile(file: string): string {
	for (let count = 1; ; count++) {
		const name = `${file}.undo${count === 1 ? '' : `-${count}`}.json`;
		if (!existsSync(name)) return name;
	}
}
