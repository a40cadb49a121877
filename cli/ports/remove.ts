import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rangeNamed, services } from '@mana/schema';
import { UsageError } from '../place.ts';
import { roomOf } from './add.ts';
import { wordsOf } from './scaffold/app-room.ts';
import { type Newcomer, newcomerNamed, type RoomFile } from './scaffold/newcomer.ts';
import { reservedAgain, rowFileOf, withoutRow, withReserved } from './scaffold/source.ts';
import { settle, Work } from './scaffold/work.ts';
import { optionsIn, type Subcommand } from './subcommand.ts';

export const removeCommand: Subcommand = {
	name: 'remove',
	usage: ['remove NAME'],
	summary:
		'take back what add made: the row, the reserved slot, the room as long as nobody has worked in it, and all that was generated',
	run(args, io) {
		const { positionals } = optionsIn(args, {});
		const [name, ...more] = positionals;
		if (name === undefined || more.length > 0) throw new UsageError('Name one service.');
		const { row, ...newcomer } = newcomerNamed(name);
		const root = join(import.meta.dirname, '../..');
		const users = services
			.filter((other) => other.needs.includes(name) || other.door?.server === name)
			.map((other) => other.name);
		if (users.length > 0) throw new UsageError(`${users.join(', ')} would lose ${name}. Take that out of their rows first.`);
		if (row.kind !== 'own') throw new UsageError(`${name} stands for an engine. Take its row out of schema/rows by hand.`);
		const files = writtenBy(newcomer, root);
		refuseToDeleteWork(newcomer, files, root);

		const work = new Work(root);
		for (const { path } of files) if (existsSync(join(root, path))) work.delete(path);
		work.edit(rowFileOf(newcomer), (text) => withoutRow(text, name));
		if (newcomer.releases) {
			const range = rangeNamed(newcomer.range);
			work.edit('schema/ranges.ts', (text) => withReserved(text, range.name, reservedAgain(range, newcomer.port)));
		}
		const code = settle(work, root, io);
		if (code === 0) io.out(`${name} is gone, and ${newcomer.port} is ${newcomer.releases ? 'reserved' : 'free'} again.`);
		return code;
	},
};

/** What `mana ports add` wrote for it; nothing where an app's files are not those of a scaffold. */
function writtenBy(newcomer: Newcomer, root: string): RoomFile[] {
	if (newcomer.kind !== 'app') return roomOf(newcomer, null);
	const words = wordsOf(root, newcomer.id);
	return words === null ? [] : roomOf(newcomer, words);
}

/** Only what is still as it was written may be deleted: everything else is somebody's work. */
function refuseToDeleteWork({ name, kind, owner }: Newcomer, files: readonly RoomFile[], root: string): void {
	const written = new Map(files.map(({ path, text }) => [path, text]));
	const changed = files
		.map(({ path }) => path)
		.filter((path) => existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') !== written.get(path));
	// The server of an app lies among the app's own files.
	const added = kind === 'app-server' ? [] : filesIn(root, owner).filter((path) => !written.has(path));
	const [first, ...others] = [...changed, ...added];
	if (first === undefined) return;
	const more = others.length > 0 ? ` and ${others.length} more files are` : ' is';
	throw new UsageError(
		`${first}${more} not as \`mana ports add\` wrote it. Delete what you no longer need of ${owner}, then remove ${name}.`,
	);
}

function filesIn(root: string, folder: string): string[] {
	if (!existsSync(join(root, folder))) return [];
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory() ? filesIn(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
	);
}
