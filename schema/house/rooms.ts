import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ranges } from '../ranges.ts';

/** The hub's pages: no row of their own, since they belong to the room `web`. */
const hub = 'apps/(hub)';

/** Every folder that holds a room, as `core/auth`: what lies directly in the folder of a range. Ascending. */
export function roomsIn(root: string): string[] {
	const homes = new Set(ranges.flatMap((range) => range.folders).filter((folder) => folder !== 'web'));
	return [...homes]
		.filter((home) => existsSync(join(root, home)))
		.flatMap((home) =>
			readdirSync(join(root, home), { withFileTypes: true }).map((entry) => ({ path: `${home}/${entry.name}`, entry })),
		)
		.filter(({ path, entry }) => entry.isDirectory() && path !== hub)
		.map(({ path }) => path)
		.sort();
}
