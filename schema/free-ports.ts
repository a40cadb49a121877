import { browserRefusedPorts } from './browser-refused.ts';
import { type HostPlan, hostPlans } from './plans.ts';
import { type Range, within } from './ranges.ts';
import type { ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';
import { ephemeralSpans, systems } from './systems.ts';

/** The numbers of a range that a new row may have, ascending. */
export interface FreePorts {
	readonly free: readonly number[];
	/** Free too, but kept empty until a change of the range releases them. */
	readonly reserved: readonly number[];
}

/** What numbers are already taken by. */
export interface FreePortFacts {
	readonly services?: readonly ServiceRow[];
	/** Plans whose own numbers count as taken; a record of what once was takes none. */
	readonly plans?: readonly HostPlan[];
}

/** What is left of a range: no row or plan has it, browsers connect to it, and no operating system uses it for itself. */
export function freePorts(range: Range, { services = allServices, plans = hostPlans }: FreePortFacts = {}): FreePorts {
	const taken = new Set([
		...services.flatMap((row) => row.ports.map(({ port }) => port)),
		...plans.filter((plan) => !plan.record).flatMap((plan) => plan.placements.flatMap(({ ports = {} }) => Object.values(ports))),
		...systems.flatMap(({ occupants }) => occupants.map(({ port }) => port)),
	]);
	const open = range.spans
		.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
		.filter((port) => !taken.has(port) && !browserRefusedPorts.has(port) && !within(port, ephemeralSpans));
	return {
		free: open.filter((port) => !within(port, range.reserved)),
		reserved: open.filter((port) => within(port, range.reserved)),
	};
}
