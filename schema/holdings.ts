import type { HostPlan } from './plans.ts';
import { type Exposure, type Family, type ServiceRow, transportOf, type Transport } from './row.ts';
import { services as allServices } from './services.ts';

/** One port of one service on one host, as a plan places it or as a machine shows it. */
export interface Holding {
	readonly service: string;
	/** The port's name in the row. */
	readonly portName: string;
	readonly host: string;
	readonly transport: Transport;
	readonly port: number;
	/** Left out: both. */
	readonly family?: Family;
	readonly exposure: Exposure;
}

/** Every port that a plan hands out, in the order of the rows, whether or not the service is built yet. */
export function holdingsOf(plan: HostPlan, services: readonly ServiceRow[] = allServices): Holding[] {
	return services.flatMap((row) =>
		plan.placements
			.filter((placement) => placement.service === row.name)
			.flatMap(({ host, ports = {}, exposure = row.exposure }) =>
				row.ports.map(({ name, port, protocol, family }) => ({
					service: row.name,
					portName: name,
					host,
					transport: transportOf(protocol),
					port: ports[name] ?? port,
					...(family ? { family } : {}),
					exposure,
				})),
			),
	);
}

/** Whether two of them cannot be there at one time. */
export function collide(a: Holding, b: Holding): boolean {
	return (
		a.host === b.host &&
		a.transport === b.transport &&
		a.port === b.port &&
		(a.family === undefined || b.family === undefined || a.family === b.family)
	);
}

/** `mana-sync`, or `minio (console)` for a port besides the main one. */
export function holderName({ service, portName }: Pick<Holding, 'service' | 'portName'>): string {
	return portName === 'main' ? service : `${service} (${portName})`;
}
