import { knownNames } from './check/names.ts';
import { insideItsRange, notEphemeral, notRefusedByBrowsers, notReserved, oncePerHost } from './check/ports.ts';
import { digitsMatch, exposedHasHealth, needsResolve, ownerFolder } from './check/rows.ts';
import type { Finding, Scene } from './check/scene.ts';
import { noCircleAtStart } from './check/start-circle.ts';
import type { HostPlan, Placement } from './hosts.ts';
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
}

/** The invariants of the port schema. Another one is another line. */
const invariants: readonly ((scene: Scene) => Iterable<Finding>)[] = [
	knownNames,
	insideItsRange,
	oncePerHost,
	notReserved,
	notRefusedByBrowsers,
	notEphemeral,
	needsResolve,
	noCircleAtStart,
	exposedHasHealth,
	digitsMatch,
	ownerFolder,
];

/** Proves a host plan, and the rows behind it, against every invariant of the port schema. An empty answer is a proof. */
export function checkPlan(plan: HostPlan, facts: PlanFacts = {}): Finding[] {
	const { services = allServices, ranges = allRanges, folderExists } = facts;
	const rowOf = new Map(services.map((row) => [row.name, row]));
	const placed = plan.placements.flatMap((placement) => {
		const row = rowOf.get(placement.service);
		return row ? row.ports.map((port) => ({ row, host: placement.host, port: portIn(placement, port) })) : [];
	});
	const active = services.filter((row) => placed.some((entry) => entry.row === row));
	const scene = { plan, services, ranges, folderExists, active, placed };
	return invariants.flatMap((invariant) => [...invariant(scene)]);
}

function portIn(placement: Placement, port: Port): Port {
	return { ...port, port: placement.ports?.[port.name] ?? port.port };
}
