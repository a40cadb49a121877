import { join } from 'node:path';

/** Vite's build manifest: what every module became, and what it needs. */
export type ViteManifest = Record<
	string,
	{
		readonly file: string;
		readonly name?: string;
		readonly isEntry?: boolean;
		readonly imports?: readonly string[];
		readonly dynamicImports?: readonly string[];
		readonly css?: readonly string[];
		readonly assets?: readonly string[];
	}
>;

/** Which files belong to what, for the service worker: it keeps the shell, and the apps that were opened. */
export interface OfflineFiles {
	readonly version: string;
	readonly shell: readonly string[];
	readonly apps: Readonly<Record<string, readonly string[]>>;
}

/**
 * Sorts the files of a build by who needs them. An app's files are what its pages reach, also by what they fetch later; the shell's are
 * what the entry, the root layout and the hub's pages reach. What both need is the shell's.
 *
 * @param nodes what each route's node imports: the sources of SvelteKit's numbered nodes by their manifest key
 */
export function offlineFiles(
	manifest: ViteManifest,
	nodes: ReadonlyMap<string, string>,
	apps: readonly string[],
	version: string,
): OfflineFiles {
	const ownerOf = (source: string) => apps.find((app) => source.includes(`/apps/${app}/`)) ?? null;
	const nodeKeys = (owner: string | null) => [...nodes].filter(([, source]) => ownerOf(source) === owner).map(([key]) => key);
	const otherNodes = (owner: string | null) => new Set([...nodes.keys()].filter((key) => !nodeKeys(owner).includes(key)));
	const entries = Object.keys(manifest).filter(
		(key) => /\/entry\.js$|\/app\.js$|generated\/.*\/app\.js$|entry/.test(key) && !nodes.has(key),
	);
	// The shell reaches every app's `app.ts`, which fetches that app's widgets: those are the app's.
	const shellStops = otherNodes(null);
	const isApps = (key: string) => ownerOf(`/${key}`) !== null && !key.endsWith('/app.ts');
	const shell = reach(manifest, [...entries, ...nodeKeys(null)], (key) => shellStops.has(key) || isApps(key));
	const files: Record<string, string[]> = {};
	for (const app of apps) {
		const stops = otherNodes(app);
		const own = Object.keys(manifest).filter((key) => ownerOf(`/${key}`) === app);
		const all = reach(manifest, [...nodeKeys(app), ...own], (key) => stops.has(key));
		files[app] = [
			...[...all].filter((file) => !shell.has(file)),
			...['icon.svg', 'icon-192.png', 'icon-512.png', 'manifest.webmanifest'].map((name) => `/${app}/${name}`),
		].sort();
	}
	const house = ['/icon.svg', '/icon-192.png', '/icon-512.png', '/manifest.webmanifest'];
	return { version, shell: ['/index.html', ...[...shell].sort(), ...house], apps: files };
}

/**
 * Proves that the entry loads nothing but itself before it has said which build this is. Otherwise SvelteKit takes every page for one of
 * another build and loads it anew, for ever.
 *
 * @throws when bundling has drawn other code into the entry
 */
export function checkEntry(manifest: ViteManifest, sizeOf: (file: string) => number): void {
	const entry = Object.keys(manifest).find((key) => key.endsWith('/runtime/client/entry.js'));
	if (!entry) throw new Error('The build has no entry.');
	const seen = new Set<string>();
	const queue = [entry];
	for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
		if (seen.has(key)) continue;
		seen.add(key);
		queue.push(...(manifest[key]?.imports ?? []));
	}
	const bytes = [...seen].reduce((sum, key) => sum + sizeOf(manifest[key]?.file ?? ''), 0);
	if (bytes > mostEntryBytes)
		throw new Error(`The entry draws in ${bytes} bytes of other code. Look at the groups in vite.config.ts.`);
}

const mostEntryBytes = 8_000;

/** Vite's manifest of what was built, and what each route's node imports. */
export async function readManifest(web: string): Promise<{ manifest: ViteManifest; nodes: ReadonlyMap<string, string> }> {
	const manifest = (await Bun.file(join(web, '.svelte-kit/output/client/.vite/manifest.json')).json()) as ViteManifest;
	const nodes = new Map<string, string>();
	for (const key of Object.keys(manifest).filter((name) => /generated\/.*\/nodes\/\d+\.js$/.test(name)))
		nodes.set(key, await Bun.file(join(web, key)).text());
	return { manifest, nodes };
}

/** Writes `offline.json` beside the built pages. */
export async function writeOffline(web: string, build: string, apps: readonly string[], version: string): Promise<OfflineFiles> {
	const { manifest, nodes } = await readManifest(web);
	checkEntry(manifest, (file) => Bun.file(join(build, file)).size);
	const files = offlineFiles(manifest, nodes, apps, version);
	await Bun.write(join(build, 'offline.json'), JSON.stringify(files));
	return files;
}

function reach(manifest: ViteManifest, from: readonly string[], stop: (key: string) => boolean): Set<string> {
	const seen = new Set<string>();
	const files = new Set<string>();
	const queue = [...from];
	for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
		const entry = manifest[key];
		if (!entry || seen.has(key) || (stop(key) && !from.includes(key))) continue;
		seen.add(key);
		for (const file of [entry.file, ...(entry.css ?? []), ...(entry.assets ?? [])]) files.add(`/${file}`);
		queue.push(...(entry.imports ?? []), ...(entry.dynamicImports ?? []));
	}
	return files;
}
