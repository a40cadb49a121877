import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ranges } from '@mana/schema';

/**
 * Every folder that holds a room with a port, as `core/auth`. A range names the folders whose rooms listen in it; `web` is a room
 * itself, and a folder in brackets is a part of the hub.
 */
export function roomsIn(root: string): string[] {
	const tops = new Set(ranges.flatMap((range) => range.folders));
	return [...tops].flatMap((top) => {
		const folder = join(root, top);
		if (!existsSync(folder)) return [];
		if (top === 'web') return [top];
		return readdirSync(folder, { withFileTypes: true })
			.filter((entry) => entry.isDirectory() && !entry.name.startsWith('(') && readdirSync(join(folder, entry.name)).length > 0)
			.map((entry) => `${top}/${entry.name}`);
	});
}
