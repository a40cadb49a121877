import { existsSync } from 'node:fs';
import { join } from 'node:path';

const here = join(import.meta.dir, 'peers');

/** Somebody who takes part: ours, or a peer that is installed when it is measured. */
export interface Engine {
	readonly name: string;
	readonly label: string;
	/** What its servers and clients run on: where each is at home, or can be. */
	readonly runtime: 'bun' | 'node';
	readonly licence: string;
	/** The file that says how it is started, connected, written and read; every engine's has the same shape. */
	readonly file: string;
	/** Its `package.json` and lock file; ours needs none. */
	readonly folder: string | null;
}

function peer(name: string, label: string, licence: string, runtime: Engine['runtime'] = 'node'): Engine {
	return { name, label, runtime, licence, file: join(here, name, 'peer.mjs'), folder: join(here, name) };
}

/** Adding a peer is a folder `peers/NAME` and a line here. */
export const engines: readonly Engine[] = [
	{ name: 'mana', label: 'Mana', runtime: 'bun', licence: 'ours', file: join(here, 'mana', 'peer.ts'), folder: null },
	peer('yjs', 'Yjs + y-websocket', 'MIT'),
	peer('hocuspocus', 'Hocuspocus', 'MIT'),
	peer('tinybase', 'TinyBase', 'MIT'),
	peer('automerge', 'automerge-repo', 'MIT'),
	peer('pouchdb', 'PouchDB', 'Apache-2.0'),
	peer('loro', 'Loro', 'MIT'),
	peer('rxdb', 'RxDB', 'Apache-2.0'),
	peer('triplit', 'Triplit', 'AGPL-3.0, run and never linked'),
	peer('jazz', 'Jazz', 'MIT'),
	// Its server takes our tests' PostgreSQL, which a program on Bun starts.
	peer('zero', 'Zero', 'Apache-2.0', 'bun'),
];

/** @throws when a name is nobody's */
export function enginesNamed(names: readonly string[] | null): readonly Engine[] {
	if (!names) return engines;
	const unknown = names.filter((name) => !engines.some((engine) => engine.name === name));
	if (unknown.length > 0)
		throw new Error(`There is no peer ${unknown.join(', ')}. There are: ${engines.map(({ name }) => name).join(', ')}.`);
	return engines.filter(({ name }) => name === 'mana' || names.includes(name));
}

/** Whether everything an engine needs is on this machine. */
export function isInstalled({ folder }: Engine): boolean {
	return folder === null || existsSync(join(folder, 'node_modules'));
}
