import { callsOf } from './calls.ts';
import type { Host, HostPlan, Placement } from './plans.ts';
import type { Exposure, Port, ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';

/** A service as a plan runs it on one of its hosts: what a generated file is made from. */
export interface Deployed {
	readonly row: ServiceRow;
	readonly host: Host;
	readonly placement: Placement;
	/** `ours`: a room of ours. `door`: an app's front end, opened by the hub's process. `engine`: the real engine. */
	readonly as: 'ours' | 'door' | 'engine';
	/** With the plan's own numbers, the main one first. */
	readonly ports: readonly [Port, ...Port[]];
	readonly exposure: Exposure;
	/** Other services that it must be able to reach, and that the plan runs. */
	readonly needs: readonly string[];
	/** Those, and others that the plan runs and that it calls while it does. */
	readonly calls: readonly string[];
}

/**
 * What a plan really starts, in the order of the rows: rows that are built, and engines that it chooses. A planned row keeps its
 * number and starts nothing, so it is not among them.
 */
export function deploymentOf(plan: HostPlan, services: readonly ServiceRow[] = allServices): Deployed[] {
	const starts = services.flatMap((row) =>
		plan.placements
			.filter((placement) => placement.service === row.name)
			.flatMap((placement): Omit<Deployed, 'needs' | 'calls'>[] => {
				const host = plan.hosts.find((candidate) => candidate.name === placement.host);
				const as = roleOf(row, placement);
				if (!host || as === null) return [];
				const [main, ...rest] = row.ports.map((port) => ({ ...port, port: placement.ports?.[port.name] ?? port.port }));
				return main ? [{ row, host, placement, as, ports: [main, ...rest], exposure: placement.exposure ?? row.exposure }] : [];
			}),
	);
	const names = new Set(starts.map(({ row }) => row.name));
	// A door opens in the hub's own process, and of engines only who needs them knows how to speak to them.
	const called = new Set(starts.filter(({ as }) => as === 'ours').map(({ row }) => row.name));
	return starts.map((start) => {
		const needs = start.row.needs.filter((need) => names.has(need));
		return { ...start, needs, calls: callsOf(start.row, services).filter((name) => called.has(name) || needs.includes(name)) };
	});
}

function roleOf(row: ServiceRow, placement: Placement): Deployed['as'] | null {
	if (row.kind === 'external' || placement.engine) return 'engine';
	if (row.status !== 'running') return null;
	return row.door && row.door.path !== '/' ? 'door' : 'ours';
}
