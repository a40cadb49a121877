import type { How } from './imports.ts';
import { isManifest, type Kind, type Place } from './places.ts';
import { isBuiltin } from './resolve.ts';

/** One line of the table "who may know whom". */
interface Rule {
	/** The sentence that a finding quotes. */
	readonly says: string;
	readonly may: (from: Place, to: Place, how: How) => boolean;
	readonly packages: (name: string, from: Place) => boolean;
}

const anyPackage = () => true;
const noPackage = () => false;
const browserPackage = (name: string) => !isBuiltin(name);
const sameRoom = (from: Place, to: Place) => from.room === to.room;

/** Which kit room stands on which. `schema` may be known by all of them. */
const kitBelow: Readonly<Record<string, readonly string[]>> = {
	'kit/time': [],
	'kit/model': ['kit/time'],
	'kit/store': ['kit/model', 'kit/time'],
	'kit/sync': ['kit/model', 'kit/time'],
	'kit/archive': ['kit/sync', 'kit/model', 'kit/time'],
	'kit/shared': ['kit/sync', 'kit/model', 'kit/time'],
	'kit/service': ['kit/store', 'kit/sync', 'kit/model', 'kit/time'],
	'kit/dav': ['kit/service', 'kit/shared', 'kit/store', 'kit/sync', 'kit/model', 'kit/time'],
	'kit/ui': ['kit/shared', 'kit/sync', 'kit/model', 'kit/time'],
};

/** The rooms of the kit that also run in a browser, so that nothing of Bun or Node may be in them. */
const kitInBrowser = new Set(['kit/time', 'kit/model', 'kit/sync', 'kit/archive', 'kit/shared', 'kit/ui']);

/** Runs the engine under thousands of schedules, in Bun only. */
const simulator = /^kit\/sync\/simulator\//;

/** The parts of the sync engine that only a server or a simulator runs. */
const syncOffClient = /^kit\/sync\/(space|simulator)\//;

const knowsServices = (from: Place, to: Place, how: How) =>
	['kit', 'schema', 'registry'].includes(to.kind) || sameRoomOrItsModel(from, to) || (how === 'type' && isServed(to));
const isServed = (to: Place) => to.kind === 'service' || to.kind === 'server' || to.kind === 'web';
const sameRoomOrItsModel = (from: Place, to: Place) => sameRoom(from, to) && (to.kind === from.kind || to.kind === 'model');

/** What the command calls besides the schema: what makes files from it, and what compares files with it. */
const isCalled = (to: Place) => to.kind === 'tool' && /^schema\/((generate|import)\/|house\/rooms\.ts)/.test(to.path);

/** Finds the programs of others that judge what is generated. */
const isToolFinder = (to: Place) => to.path === 'cli/setup/tools.mjs';

const testsMeet = (from: Place, to: Place) =>
	to.kind === 'registry' || to.kind === 'model' || isManifest(to) || from.room === 'bench' || from.room === 'e2e';

/** The table of the house. */
export const rules: Readonly<Record<Kind, Rule>> = {
	schema: {
		says: 'schema/ imports nothing from outside; only offsets.ts touches the machine',
		may: (_, to) => to.kind === 'schema',
		packages: (name, from) => from.path === 'schema/offsets.ts' && isBuiltin(name),
	},
	registry: {
		says: 'schema/registry/ reads every model.ts and app.ts, and nothing else of a room',
		may: (_, to) => ['registry', 'model', 'app', 'kit'].includes(to.kind),
		packages: noPackage,
	},
	kit: {
		says: 'kit/* knows schema/, the kit rooms below it and no room; what runs in a browser knows nothing of Bun or Node',
		may: (from, to) =>
			to.kind === 'schema' || (to.kind === 'kit' && (sameRoom(from, to) || (kitBelow[from.room] ?? []).includes(to.room))),
		packages: (name, from) => !isBuiltin(name) || !kitInBrowser.has(from.room) || simulator.test(from.path),
	},
	model: {
		says: "an app's model.ts knows kit/model, kit/shared and kit/time only: it runs anywhere",
		may: (_, to) => to.kind === 'kit' && ['kit/model', 'kit/shared', 'kit/time'].includes(to.room),
		packages: noPackage,
	},
	app: {
		says: "an app's app.ts knows its own model.ts and kit/, and loads its own parts when they are asked for",
		may: (from, to, how) =>
			(to.kind === 'kit' && !syncOffClient.test(to.path)) ||
			(sameRoom(from, to) && (to.kind === 'model' || (to.kind === 'page' && how !== 'value'))),
		packages: browserPackage,
	},
	server: {
		says: "an app's server knows kit/, schema/, the registry, its own model.ts and what of its pages only reckons; of other services it knows the types of their routes",
		may: knowsServices,
		packages: anyPackage,
	},
	service: {
		says: 'a service knows kit/, schema/, the registry and itself; of other services it knows the types of their routes',
		may: knowsServices,
		packages: anyPackage,
	},
	page: {
		says: "an app's pages know their own app.ts and model.ts, kit/ui, the kit/sync client, kit/time, and other apps by the registry",
		may: (from, to) =>
			to.kind === 'registry' ||
			(to.kind === 'kit' && to.room !== 'kit/store' && to.room !== 'kit/service' && !syncOffClient.test(to.path)) ||
			(sameRoom(from, to) && ['page', 'app', 'model'].includes(to.kind)),
		packages: browserPackage,
	},
	web: {
		says: "web/ knows kit/, schema/, the registry and every service's manifest, no room's inside",
		may: (_, to) => ['web', 'kit', 'schema', 'registry'].includes(to.kind) || isManifest(to),
		packages: anyPackage,
	},
	cli: {
		says: "cli/ knows kit/, schema/ with its generators and importers, the registry and every service's manifest, no room's inside",
		may: (_, to) => ['cli', 'kit', 'schema', 'registry'].includes(to.kind) || isCalled(to) || isManifest(to),
		packages: anyPackage,
	},
	tool: {
		says: 'a generator or check knows schema/, its own room and, in the kit, what its room may know',
		may: (from, to) => to.kind === 'schema' || to.kind === 'tool' || sameRoom(from, to),
		packages: anyPackage,
	},
	test: {
		says: 'a test knows what its room may know, other tests of its room, what finds judges, and (outside the kit) the models and manifests of others',
		may: (from, to) =>
			sameRoom(from, to) ||
			to.kind === 'schema' ||
			to.kind === 'kit' ||
			isToolFinder(to) ||
			(!from.room.startsWith('kit/') && testsMeet(from, to)),
		packages: anyPackage,
	},
	outside: {
		says: 'a script at the root starts the command and knows no room',
		may: (_, to) => to.kind === 'outside' || to.kind === 'cli',
		packages: anyPackage,
	},
};

/** Whether one place may know another. Nobody but tests knows a test; the version in `package.json` is everyone's. */
export function mayKnow(from: Place, to: Place, how: How): boolean {
	if (to.path === 'package.json') return from.kind !== 'model' && from.kind !== 'schema';
	if (to.kind === 'test' && from.kind !== 'test') return false;
	return rules[from.kind].may(from, to, how);
}
