import { readFileSync } from 'node:fs';

/** The versions of what runs us and of packages. @param require of the folder that they are installed in */
export function versionsOf(require, names) {
	const folders = (name) => require.resolve.paths(name).map((folder) => `${folder}/${name}/package.json`);
	const read = (paths) => {
		for (const path of paths) {
			try {
				return JSON.parse(readFileSync(path, 'utf8')).version;
			} catch (error) {
				if (error.code !== 'ENOENT') throw error;
			}
		}
		return 'not installed';
	};
	const { bun } = process.versions;
	return {
		...(bun ? { bun } : { node: process.version }),
		...Object.fromEntries(names.map((name) => [name, read(folders(name))])),
	};
}
