import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { firstVisits } from './first-visits.ts';
import { fixedIcons } from './icon-markup.ts';

const rooms = join(import.meta.dirname, '../apps');
const apps = readdirSync(rooms).filter((room) => existsSync(join(rooms, room, 'app.ts')));

/** Parts that are fetched when they are first needed: their styles come with them, and not ahead of any need. */
const later =
	/Panel|Palette|ShortcutList|QuickAdd|SignOutDialog|MenuHost|SyncDetails|DrawerHead|ToastList|VisitBanner|Widget|Detail|Steps|ProjectDialog|BulkBar|OpenBell|kit\/ui\/attachments\//;
/** What modules of many parts hand on, and nobody needs at first. */
const handedOn =
	/sync\/(client\/((conversation|blobs)\/[\w-]+|adopt|record-history|quarantine|spaces|bundle|export-outbox)|snapshot\/[\w-]+|codec\/(frame|pack|scope)|frames|digest|lanes|manifest|scope|record-history)\.ts|model\/(route|keeps)\.ts|time\/phrase\/(?!pack\.ts)/;
const doors = /doors\/(Doors|DoorPage)\.svelte/;
/** What is there on every page, some time after it: not with the app whose pages have much more. */
const attendants = /parts\/Attend\.svelte/;
/** What pages share that are no first visit: whoever shows one of these shows several. */
const shared = /\/kit\/ui\/(components|data|capture)\/|node_modules\/@lucide\//;
/** Pages belong to their own address. */
const pages = /\/apps\/.+\/\+\w+\.(svelte|ts)/;
const file = (name: string) => join(rooms, name);
const isOwn = (id: string) => id.startsWith(rooms);
/** What a first visit begins with: the frame around every page, and an app's own frame with its first page. */
const needs = firstVisits(
	{
		house: ['+layout.svelte', '+layout.ts', '+error.svelte'].map(file),
		hub: [file('(hub)/+page.svelte')],
		...Object.fromEntries(apps.map((app) => [app, ['+layout.svelte', '+page.svelte'].map((name) => file(`${app}/${name}`))])),
	},
	(id) => handedOn.test(id),
);

/** What an account loads before it opens, and a guest never. */
const account = firstVisits(
	{ account: ['conversation/index.ts', 'browser/network.ts'].map((name) => join(rooms, '../kit/sync/client', name)) },
	() => false,
);

/** What the bundler knows of the files. */
interface Modules {
	getModuleInfo(id: string): { readonly importedIds: readonly string[]; readonly dynamicImporters: readonly string[] } | null;
}

/** Whether a file is fetched by itself when it is needed. */
function isAsked(id: string, modules: Modules): boolean {
	return later.test(id) || (modules.getModuleInfo(id)?.dynamicImporters.length ?? 0) > 0;
}

/** The app that a file belongs to. */
function appOf(id: string): string | null {
	const name = /\/apps\/(\w+)\//.exec(id)?.[1];
	return apps.find((app) => app === name) ?? null;
}

/** A file of what so many first visits need: each of them loads this, and no other does. */
function neededBy(count: number) {
	return {
		debugName: `first visit of ${count}`,
		name: (id: string, modules: Modules) => {
			const visits = needs(id, modules);
			if (visits.includes('house') || visits.length !== count) return null;
			return count > 1 || isOwn(id) ? visits.join('-') : null;
		},
		// A file draws along what it imports. What it imports is needed by as many visits or more, so those come first.
		priority: 3 + count / 10,
	};
}

/*
 * What a first visit needs together comes together: a few files compress far better than a hundred, and arrive sooner. Everything else
 * is split by where it is used.
 */
const bundles = [
	// The entry must run before everything else: it hands over where and which build this is (checked in build.ts).
	{ name: 'entry', test: /preload-helper|runtime\/client\/payload\.js/, priority: 6 },
	// SvelteKit looks for its two entries by themselves.
	{
		name: 'svelte',
		test: /node_modules\/(svelte(?!.*(bindings\/select|reactivity\/(map|set|date|url)))|esm-env|clsx|devalue|@sveltejs\/kit(?!.*client\/(client-)?entry\.js))\//,
		priority: 5,
	},
	{
		debugName: 'house',
		name: (id: string, modules: Modules) => (needs(id, modules).includes('house') ? 'house' : null),
		priority: 4,
	},
	{
		debugName: 'account',
		name: (id: string, modules: Modules) => (needs(id, modules).length === 0 ? (account(id, modules)[0] ?? null) : null),
		priority: 3.95,
	},
	...apps.map((_, index) => neededBy(apps.length + 1 - index)),
	// Of everybody's, what only one app begins with: others may fetch it later, and then not with that app.
	{
		debugName: 'parts of one',
		name: (id: string, modules: Modules) => {
			const [visit, more] = needs(id, modules);
			return visit && !more && !isOwn(id) ? `${visit}-parts` : null;
		},
		priority: 3.15,
	},
	neededBy(1),
	{
		debugName: 'more',
		name: (id: string, modules: Modules) => (shared.test(id) && !isAsked(id, modules) ? 'more' : null),
		priority: 2,
	},
	{ name: 'doors', test: doors, priority: 2 },
	{ name: 'attendants', test: attendants, priority: 2 },
	{
		debugName: 'more of an app',
		name: (id: string, modules: Modules) => {
			const app = pages.test(id) || isAsked(id, modules) ? null : appOf(id);
			return app && `${app}-more`;
		},
		priority: 1,
	},
];

/**
 * One build for all apps: the routes are the folders of `apps/`, and every unknown address gets the same page. Its security headers are
 * the hub's (see security.ts). Call it by `bun web/build.ts`, which makes what it needs first.
 */
export default defineConfig({
	plugins: [
		sveltekit({
			adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
			files: { routes: '../apps', assets: 'generated/static' },
			serviceWorker: { register: false },
			paths: { relative: false },
			version: { name: process.env['MANA_BUILD'] ?? 'development', pollInterval: 0 },
			compilerOptions: { runes: true },
			preprocess: fixedIcons,
			// Their styles come with them. As files of their own they would be fetched ahead of any need.
			dynamicCompileOptions: ({ filename }) => (later.test(filename) || doors.test(filename) ? { css: 'injected' } : undefined),
		}),
	],
	server: { fs: { allow: ['..'] } },
	environments: { client: { build: { rolldownOptions: { output: { codeSplitting: { groups: bundles } } } } } },
	build: {
		target: 'es2023',
		cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
		sourcemap: false,
		reportCompressedSize: false,
	},
});
