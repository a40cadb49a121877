import { copyFile, chmod, constants, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Problem } from '@mana/service';
import type { Command, Io } from './command.ts';
import { readArguments, UsageError } from './place.ts';
import { runningIn } from './running.ts';

export const exportCommand: Command = {
	name: 'export',
	summary: 'write everything that this Mana holds of a person into a file, for them',
	usage: [
		'mana export EMAIL --to FILE [--home DIR]',
		'',
		'  a ZIP, see docs/archive.md; Mana has to run. The person sees in their log and settings that it was made',
	],
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, { to: { type: 'string' } });
		const [email, ...rest] = positionals;
		if (email === undefined || rest.length > 0 || values.to === undefined)
			throw new UsageError('Say whose, and where to: mana export EMAIL --to FILE');
		if (!runningIn(place.home)) {
			io.err(`No Mana runs in ${place.home}. Start it: every service is asked what it holds.`);
			return 1;
		}
		return exportTo({ home: place.home, databaseUrl: process.env['MANA_DATABASE_URL'], env: process.env }, email, values.to, io);
	},
};

/** Has an archive made and copies it. @returns the exit code */
export async function exportTo(
	place: { readonly home: string; readonly databaseUrl: string | undefined; readonly env: NodeJS.ProcessEnv },
	email: string,
	to: string,
	io: Io,
): Promise<number> {
	if (existsSync(to)) {
		io.err(`${to} exists already. Name another file, or remove it first.`);
		return 1;
	}
	const { archiveAtTheTerminal } = await import('../core/auth/index.ts');
	let said = '';
	let why = 'It was thrown away while it was made.';
	try {
		const file = await archiveAtTheTerminal(place, email, ({ state, now, done, all, bytes, problem }) => {
			const line = `${done} of ${all}${now === '' ? '' : `: ${now}`}, ${bytes} bytes`;
			if (state === 'making' && line !== said) io.err((said = line));
			if (problem) why = `${problem.service} said "${problem.code}". What is written so far is kept: run this again to go on.`;
		});
		if (file === null) {
			io.err(`The archive could not be made. ${why}`);
			return 1;
		}
		await copyWhole(file, to);
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		io.err(error.detail);
		return 1;
	}
	io.out(to);
	return 0;
}

/** The file gets its name when it is whole, and only its owner reads it. */
async function copyWhole(from: string, to: string): Promise<void> {
	const draft = `${to}.partial`;
	try {
		await copyFile(from, draft, constants.COPYFILE_EXCL);
		await chmod(draft, 0o600);
		await rename(draft, to);
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
}
