import { soundHosts, soundPlacements } from './check/hosts.ts';
import { knownNames } from './check/names.ts';
import { notEphemeral, notExcluded, notRefusedByBrowsers, notShadowing } from './check/machine.ts';
import { needsReachable, needsResolve } from './check/needs.ts';
import { insideItsRange, notReserved, oncePerHost, possible } from './check/ports.ts';
import { publicNamesLead } from './check/public-names.ts';
import { soundRanges } from './check/ranges.ts';
import { digitsMatch, exposedHasHealth, ownerFolder, roomHasRow } from './check/rows.ts';
import type { Finding, Scene } from './check/scene.ts';
import { oneDoorEach, soundRows } from './check/sound-row.ts';
import { noCircleAtStart } from './check/start-circle.ts';
import type { HostPlan, Placement } from './plans.ts';
import { ranges as allRanges, type Range } from './ranges.ts';
import type { Port, ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';

export type { Finding } from './check/scene.ts';

/** What a plan is checked against; left out, the schema as it stands. */
export interface PlanFacts {
	readonly services?: readonly ServiceRow[];
	readonly ranges?: readonly Range[];
	/** Whether a folder exists, as a path from the root of the repository. Left out, folders are not looked at. */
	readonly folderExists?: (folder: string) => boolean;
	/** Every folder that holds a room, as `core/auth`. Left out, nobody asks which of them has a row. */
	readonly rooms?: readonly string[];
}

/** The invariants of the port schema. Another one is another line. */
const invariants: readonly ((scene: Scene) => Iterable<Finding>)[] = [
	soundRanges,
	soundRows,
	oneDoorEach,
	soundHosts,
	soundPlacements,
	knownNames,
	possible,
	insideItsRange,
	oncePerHost,
	notReserved,
	notRefusedByBrowsers,
	notEphemeral,
	notExcluded,
	notShadowing,
	needsResolve,
	needsReachable,
	noCircleAtStart,
	exposedHasHealth,
	publicNamesLead,
	digitsMatch,
	ownerFolder,
	roomHasRow,
];

/** Proves a host plan, and the rows behind it, against every invariant of the port schema. An empty answer is a proof. */
export function checkPlan(plan: HostPlan, facts: PlanFacts = {}): Finding[] {
	const { services = allServices, ranges = allRanges, folderExists, rooms = [] } = facts;
	const rowOf = new Map(services.map((row) => [row.name, row]));
	const machineOf = new Map(plan.hosts.map((host) => [host.name, host]));
	const placed = plan.placements.flatMap((placement) => {
		const row = rowOf.get(placement.service);
		if (!row) return [];
		const { host, exposure = row.exposure } = placement;
		const machine = machineOf.get(host);
		return row.ports.map((port) => ({ row, placement, host, machine, port: portIn(placement, port), exposure }));
	});
	const active = services.filter((row) => placed.some((entry) => entry.row === row));
	const scene = { plan, services, ranges, folderExists, rooms, active, placed };
	return invariants.flatMap((invariant) => [...invariant(scene)]);
}

function portIn(placement: Placement, port: Port): Port {
	return { ...port, port: placement.ports?.[port.name] ?? port.port };
}
