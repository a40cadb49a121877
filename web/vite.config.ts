import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const rooms = join(import.meta.dirname, '../apps');
const apps = readdirSync(rooms).filter((room) => existsSync(join(rooms, room, 'app.ts')));

/** Parts that are fetched when they are first needed: they stay files of their own. */
const later =
	/i18n\/generated\/words\/|Panel|Palette|ShortcutList|QuickAdd|SignOutDialog|MenuHost|SyncDetails|sync-story|DrawerHead|account-items|ToastList|VisitBanner|Widget|Detail|Steps|ProjectDialog|BulkBar|todo\/parts\/menu-items|kit\/ui\/attachments\/|draft\.svelte|search\.ts|describe\.ts|inspector\/|sync\/(client\/((conversation|blobs)\/[\w-]+|adopt|record-history|quarantine|spaces|bundle|export-outbox)|snapshot\/[\w-]+|codec\/(frame|pack|scope)|frames|digest|lanes|manifest|scope|record-history)\.ts|model\/(route|keeps)\.ts|time\/phrase\/(?!pack\.ts)/;
const doors = /doors\/(Doors|DoorPage)\.svelte/;
/** What is there on every page, some time after it: not with the app whose pages have much more. */
const attendants = /parts\/Attend\.svelte/;
/** The fields of forms, together: whoever shows one shows several. */
const fields = /components\/(DatePicker|ProgressBar|Group|Segmented|Select|Switch|TextArea|TextField)\.svelte/;
/** What only the doors, the settings, the gallery and the less used pages of an app use: no part of a first visit. */
const elsewhere =
	/kit\/ui\/administration\/|session\/(problem-words|checks|space-api)|i18n\/bytes|shell\/actions|tokens\/(colours|contrast)|data\/kept|components\/(Badge|Dialog|MenuButton|Skeleton)\.svelte|todo\/parts\/(Older|Section)\.svelte/;
/** The frame around every page, what it opens stores with, and what the apps declare. */
const frame =
	/\/apps\/\+\w+\.(svelte|ts)|\/apps\/[^/]+\/(app|model)\.ts|\(hub\)\/parts\/(store|tell-auth|own-portrait|open-preferences|record-of-one)\.ts|schema\/registry\/(apps|models|collect)\.ts/;
/** Pages belong to their own address. An app's frame and its first page come with the app. */
const pages = /\/apps\/(\w+|\(hub\))\/.+\/\+\w+\.(svelte|ts)/;

/** The app that a file belongs to. */
function appOf(id: string): string | null {
	const name = /\/apps\/(\w+)\//.exec(id)?.[1];
	return apps.find((app) => app === name) ?? null;
}

/** What the bundler knows of the files. */
interface Modules {
	getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** Whether a first visit needs a file, wherever it goes. */
function isFirst(id: string): boolean {
	return !later.test(id) && !fields.test(id) && !elsewhere.test(id);
}

/** What every page shares. An icon is the house's when something in the house shows it. */
function isHouse(id: string, modules: Modules): boolean {
	if (/node_modules\/@lucide\//.test(id))
		return modules.getModuleInfo(id)?.importers.some((importer) => isHouse(importer, modules)) ?? false;
	return frame.test(id) || (/\/kit\/(ui|time|model|sync)\//.test(id) && isFirst(id));
}

/*
 * What a first visit needs together comes together: a few files compress far better than a hundred, and arrive sooner. Everything else
 * is split by where it is used.
 */
const bundles = [
	// The entry must run before everything else: it hands over where and which build this is (checked in build.ts).
	{ name: 'entry', test: /preload-helper|runtime\/client\/payload\.js/, priority: 5 },
	// SvelteKit looks for its two entries by themselves.
	{
		name: 'svelte',
		test: /node_modules\/(svelte(?!.*(bindings\/select|reactivity\/(map|set|date|url)))|esm-env|clsx|devalue|@sveltejs\/kit(?!.*client\/(client-)?entry\.js))\//,
		priority: 4,
	},
	{ debugName: 'house', name: (id: string, modules: Modules) => (isHouse(id, modules) ? 'house' : null), priority: 3 },
	{ name: 'fields', test: fields, priority: 2 },
	{ name: 'doors', test: doors, priority: 2 },
	{ name: 'attendants', test: attendants, priority: 2 },
	{ debugName: 'app', name: (id: string) => (isFirst(id) && !pages.test(id) ? appOf(id) : null), priority: 1 },
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
