import { type ServiceRow, services } from '@mana/schema';
import { Refusal } from './refusal.ts';

/** One operating-system process of a running Mana. */
export interface ProcessPlan {
	readonly name: string;
	/** The rows that it runs, in order of need. */
	readonly services: readonly string[];
	/** Processes that must be up first. */
	readonly needs: readonly string[];
}

/** mana-sync has a process of its own: a stall anywhere else must not hold up a write. */
const alone = ['mana-sync'];

/** Which ranges share a process. Ranges not named here have one of their own. */
const together: Readonly<Record<string, string>> = {
	core: 'core',
	infra: 'core',
	'app-servers': 'apps',
	web: 'web',
	tools: 'web',
	games: 'web',
};

/**
 * The process a row runs in. Front ends are doors, and all doors share the hub's process, whatever their range. What stands on mana-sync
 * comes up after it, beside the apps' servers, which do too: mana-sync itself waits for the core.
 */
export function processOf(row: ServiceRow, rows: readonly ServiceRow[] = services): string {
	if (alone.includes(row.name)) return row.name.replace('mana-', '');
	if (row.door) return 'web';
	const home = together[row.range] ?? row.range;
	return home === 'core' && standsOn(row, 'mana-sync', rows) ? 'apps' : home;
}

/** Whether a row needs another one, through whatever others. */
function standsOn(row: ServiceRow, name: string, rows: readonly ServiceRow[], seen: readonly string[] = []): boolean {
	return row.needs.some((need) => {
		if (need === name) return true;
		const next = seen.includes(need) ? undefined : rows.find((one) => one.name === need);
		return next !== undefined && standsOn(next, name, rows, [...seen, need]);
	});
}

/** Whether a row is a running service with code of its own, not just a door to the hub's pages. */
export function isHosted(row: ServiceRow): boolean {
	return row.status === 'running' && row.kind !== 'external' && !isDoor(row);
}

/** The file that is a hosted row's service, as a path from the root: an app's server lies among the app's own files. */
export function entryOf({ owner, range, name }: ServiceRow): string {
	if (owner === null) throw new Error(`${name} is not ours to start.`);
	return range === 'app-servers' ? `${owner}/${owner.slice(owner.lastIndexOf('/') + 1)}.server.ts` : `${owner}/index.ts`;
}

/** Whether a row only leads to the hub. The hub is a front end too, but a service of its own. */
export function isDoor(row: ServiceRow): boolean {
	return row.door !== undefined && row.door.path !== '/';
}

/**
 * Divides services among processes.
 *
 * @param rows the rows to run
 * @returns the processes, each after all those that it needs
 * @throws when processes need each other in a circle
 */
export function planProcesses(rows: readonly ServiceRow[]): ProcessPlan[] {
	const home = new Map(rows.map((row) => [row.name, processOf(row, rows)]));
	const plans = [...new Set(home.values())].map((name) => {
		const own = inOrder(
			rows.filter((row) => home.get(row.name) === name),
			(row) => row.needs,
		);
		const needs = new Set(own.flatMap((row) => row.needs).flatMap((need) => home.get(need) ?? []));
		needs.delete(name);
		return { name, services: own.map((row) => row.name), needs: [...needs] };
	});
	return inOrder(plans, (plan) => plan.needs);
}

/**
 * The rows that `names` stand for.
 *
 * @param names services; empty: all that are running
 * @throws Refusal when a name is no row or not built yet
 */
export function rowsToRun<Row extends ServiceRow>(all: readonly Row[], names: readonly string[]): Row[] {
	const running = all.filter((row) => row.status === 'running');
	if (names.length === 0) return running;
	return names.map((name) => {
		const row = all.find((candidate) => candidate.name === name);
		if (!row) throw new Refusal(`There is no service "${name}". "npm run mana -- ports list" names them all.`);
		if (row.status !== 'running') throw new Refusal(`${name} is not part of this Mana yet.`);
		return row;
	});
}

/** Sorts so that everything comes after what it needs; otherwise keeps the order. */
function inOrder<Thing extends { readonly name: string }>(
	things: readonly Thing[],
	needs: (thing: Thing) => readonly string[],
): Thing[] {
	const byName = new Map(things.map((thing) => [thing.name, thing]));
	const done = new Set<Thing>();
	const visit = (thing: Thing, path: readonly string[]): void => {
		if (path.includes(thing.name)) throw new Error(`${[...path, thing.name].join(' needs ')}: a circle cannot start.`);
		if (done.has(thing)) return;
		for (const need of needs(thing)) {
			const found = byName.get(need);
			if (found && found !== thing) visit(found, [...path, thing.name]);
		}
		done.add(thing);
	};
	for (const thing of things) visit(thing, []);
	return [...done];
}
