import type { HostPlan } from '../plans.ts';
import type { Exposure, ServiceRow } from '../row.ts';
import { services as allServices } from '../services.ts';
import type { PortStatement, Statement } from './statement.ts';

/** What the statements of files are measured by: a plan, and what the files themselves have running. */
export interface Yardstick {
	readonly plan: HostPlan;
	/** The numbers that a plan gives to a service, wherever it runs; those of its row where it runs nowhere. */
	readonly portsOf: (service: string) => readonly number[];
	/** Whose number it is by the plan. */
	readonly holderOf: (port: number) => string | null;
	readonly rowOf: (service: string) => ServiceRow | null;
	readonly exposureOf: (service: string) => Exposure;
	/** What a container really opens inside, by its own file; empty where no file has it. */
	readonly openedBy: (who: Pick<PortStatement, 'service' | 'name'>) => readonly PortStatement[];
}

export function yardstickOf(
	plan: HostPlan,
	statements: readonly Statement[],
	services: readonly ServiceRow[] = allServices,
): Yardstick {
	const rows = new Map(services.map((row) => [row.name, row]));
	const portsOf = (service: string): readonly number[] => {
		const row = rows.get(service);
		if (!row) return [];
		const placed = plan.placements.filter((placement) => placement.service === service);
		return (placed.length > 0 ? placed : [{ ports: undefined }]).flatMap(({ ports }) =>
			row.ports.map(({ name, port }) => ports?.[name] ?? port),
		);
	};
	const holders = new Map(services.flatMap((row) => portsOf(row.name).map((port) => [port, row.name] as const)));
	const opened = statements.filter(
		(statement): statement is PortStatement => statement.kind === 'port' && statement.says === 'listens' && statement.inside,
	);
	return {
		plan,
		portsOf,
		holderOf: (port) => holders.get(port) ?? null,
		rowOf: (service) => rows.get(service) ?? null,
		exposureOf: (service) =>
			plan.placements.find((placement) => placement.service === service)?.exposure ?? rows.get(service)?.exposure ?? 'loopback',
		openedBy: ({ service, name }) =>
			opened.filter((statement) =>
				service === null ? statement.service === null && statement.name === name : statement.service === service,
			),
	};
}
