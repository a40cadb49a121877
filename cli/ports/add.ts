import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, type Range, rangeNamed, serviceNamed, services } from '@mana/schema';
import { UsageError } from '../place.ts';
import { fullRange } from './next.ts';
import { type AppWords, appRoom, nextAppNumber } from './scaffold/app-room.ts';
import { type Newcomer, newcomerOf, type RoomFile } from './scaffold/newcomer.ts';
import { serviceRoom } from './scaffold/service-room.ts';
import { released, rowFileOf, withReserved, withRow } from './scaffold/source.ts';
import { settle, Work } from './scaffold/work.ts';
import { asUsage, optionsIn, type Subcommand } from './subcommand.ts';

export const addCommand: Subcommand = {
	name: 'add',
	usage: [
		'add NAME --range RANGE --description TEXT [--port N]',
		'add NAME --app --description TEXT --german TEXT [--range RANGE] [--port N]',
	],
	summary:
		'give a new service (or, with --app, a new app) a port, a row and a room that starts, is healthy, scraped, documented and tested',
	run(args, io) {
		const { values, positionals } = optionsIn(args, {
			range: { type: 'string' },
			port: { type: 'string' },
			description: { type: 'string' },
			german: { type: 'string' },
			app: { type: 'boolean' },
		});
		const [name, ...more] = positionals;
		if (name === undefined || more.length > 0) throw new UsageError('Name one service.');
		const isApp = values.app ?? false;
		const description = sentence('--description', values.description);
		const rangeName = values.range ?? (isApp ? 'web' : undefined);
		if (rangeName === undefined) throw new UsageError('Say in which range: --range core.');
		const range = asUsage(() => rangeNamed(rangeName));
		if (services.some((row) => row.name === name)) throw new UsageError(alreadyThere(name));
		const port = portIn(range, values.port);
		const releases = range.reserved.some(([from, to]) => from <= port && port <= to);
		const newcomer = newcomerOf(name, range, isApp, { port, description, releases });
		const root = join(import.meta.dirname, '../..');
		const words = isApp ? { number: nextAppNumber(root), german: sentence('--german', values.german) } : null;
		const files = roomOf(newcomer, words);
		refuseWhatIsThere(newcomer, files, root);

		const work = new Work(root);
		if (releases) work.edit('schema/ranges.ts', (text) => withReserved(text, range.name, released(range, port)));
		work.edit(rowFileOf(newcomer), (text) => withRow(text, newcomer));
		for (const file of files) work.write(file);
		const code = settle(work, root, io);
		if (code !== 0) return code;
		io.out(`${name} has ${port}${releases ? ', a reserved slot that is released' : ''}, and lives in ${newcomer.owner}:`);
		for (const { path } of files) io.out(`  ${path}`);
		io.out(
			isApp
				? `Start Mana and open /${newcomer.id}.`
				: `Start it: npm run mana -- up mana-auth ${name}. Test it: node test.mjs unit ${newcomer.owner}`,
		);
		return 0;
	},
};

/** The files of a newcomer's room. */
export function roomOf(newcomer: Newcomer, words: AppWords | null): RoomFile[] {
	return words === null ? serviceRoom(newcomer) : appRoom(newcomer, words);
}

/** The number that was asked for, or the next free one. @throws UsageError that says what is free */
function portIn(range: Range, text: string | undefined): number {
	const { free, reserved } = freePorts(range);
	if (text === undefined) {
		const [next] = free;
		if (next === undefined) throw new UsageError(fullRange(range.name, reserved));
		return next;
	}
	const port = Number(text);
	if (free.includes(port) || reserved.includes(port)) return port;
	throw new UsageError(
		`${text} is not free in ${range.name}. Free are ${free.join(', ') || 'none'}; reserved ${reserved.join(', ') || 'none'}.`,
	);
}

function sentence(option: string, text: string | undefined): string {
	const words = text?.trim() ?? '';
	if (words.length < 4 || words.length > 100 || /[\r\n\\`]/.test(words))
		throw new UsageError(`Say with ${option} in 4 to 100 letters on one line what it is for.`);
	return words;
}

function alreadyThere(name: string): string {
	const { ports, status, owner } = serviceNamed(name);
	return (
		`${name} has a row already: ${ports[0].port}, ${status}.` +
		(status === 'planned' ? ` Build its room in ${owner} and set the row to running.` : '')
	);
}

function refuseWhatIsThere({ kind, owner, id, name }: Newcomer, files: readonly RoomFile[], root: string): void {
	const [taken] = files.filter(({ path }) => existsSync(join(root, path)));
	if (taken) throw new UsageError(`${taken.path} is there already. Choose another name, or move it away.`);
	if (kind !== 'app-server' && existsSync(join(root, owner)))
		throw new UsageError(`The folder ${owner} is there already. Choose another name.`);
	if (kind === 'app-server' && !services.some(({ door }) => door?.app === id))
		throw new UsageError(`There is no app ${id} that ${name} could serve. Add it first: mana ports add ${id}-web --app.`);
}
