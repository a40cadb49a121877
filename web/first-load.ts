import type { ViteManifest } from './offline.ts';

/**
 * The files that a browser fetches before the first page of an app can stand: the entry, the frame around every page, the app's own frame
 * and that page, with all that they import.
 *
 * @param nodes what each route's node imports: the sources of SvelteKit's numbered nodes by their manifest key
 * @throws when the files of another app are among them: bundling has put something that both use into that app's file
 */
export function firstLoad(
	manifest: ViteManifest,
	nodes: ReadonlyMap<string, string>,
	app: string,
	apps: readonly string[],
): ReadonlySet<string> {
	const begins = [`/apps/+layout.svelte`, `/apps/+error.svelte`, `/apps/${app}/+layout.svelte`, `/apps/${app}/+page.svelte`];
	const files = new Set<string>();
	const seen = new Set<string>();
	const queue = [
		...Object.keys(manifest).filter((key) => manifest[key]!.isEntry && !/\/nodes\/\d+\.js$/.test(key)),
		...[...nodes].filter(([, source]) => begins.some((begin) => source.includes(begin))).map(([key]) => key),
	];
	for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
		const entry = manifest[key];
		if (!entry || seen.has(key)) continue;
		seen.add(key);
		if (entry.name && entry.name !== app && apps.includes(entry.name))
			throw new Error(
				`The first page of ${app} loads all of ${entry.name}, because of something that both use. Look at the groups in vite.config.ts.`,
			);
		for (const file of [entry.file, ...(entry.css ?? [])]) files.add(file);
		queue.push(...(entry.imports ?? []));
	}
	return files;
}
