import { type Deployed, deploymentOf } from './deployment.ts';
import type { Host, HostPlan } from './plans.ts';
import type { ServiceRow } from './row.ts';
import { portOf, services as allServices } from './services.ts';
import { serviceVariable } from './variables.ts';

const hub = 'mana-web';

/** The one origin that people see under a plan: the hub's public name, or the hub on this machine. */
export function publicOrigin(plan: HostPlan, offset = 0): string {
	const name = plan.publicNames.find((route) => route.service === hub)?.name;
	const placed = plan.placements.find((placement) => placement.service === hub);
	return name ? `https://${name}` : `http://localhost:${(placed?.ports?.['main'] ?? portOf(hub)) + offset}`;
}

/** How a process on `from` reaches the main port of a service, `http://` left out. */
export function addressFrom(from: Host, { host, ports }: Deployed, offset = 0): string {
	const there = host === from ? '127.0.0.1' : (host.address ?? host.name);
	return `${there.includes(':') ? `[${there}]` : there}:${ports[0].port + offset}`;
}

/** Environment variables, of which these two are always there. */
export interface HostEnvironment extends Readonly<Record<string, string>> {
	readonly MANA_PUBLIC_URL: string;
	readonly MANA_HOST: string;
}

/**
 * What every process of ours on a host must know of the plan: where people find Mana, where to listen, on which numbers, and who is on
 * another machine. A service listens beyond its own machine only where another one of the plan has to reach it.
 *
 * @param offset is added to every port of the plan, here and on its other hosts
 */
export function hostEnvironment(
	plan: HostPlan,
	host: Host,
	offset = 0,
	services: readonly ServiceRow[] = allServices,
): HostEnvironment {
	const ours = deploymentOf(plan, services).filter(({ as }) => as !== 'engine');
	const here = ours.filter((start) => start.host === host);
	const isPublic = here.some(({ row }) => row.name === hub) && plan.publicNames.some(({ service }) => service === hub);
	const environment: HostEnvironment & Record<string, string> = {
		MANA_PUBLIC_URL: publicOrigin(plan, offset),
		MANA_HOST: '127.0.0.1',
		...(isPublic ? { MANA_WEB_BEHIND_PROXY: 'true' } : {}),
	};
	for (const start of here) {
		const [main] = start.ports;
		if (main.port !== start.row.ports[0].port) environment[serviceVariable(start.row.name, 'port')] = String(main.port);
		if (isReachedFromElsewhere(start, plan, ours)) environment[serviceVariable(start.row.name, 'host')] = '0.0.0.0';
	}
	for (const start of ours) {
		if (start.as !== 'ours' || here.some(({ row }) => row === start.row) || !isReachedFromElsewhere(start, plan, ours)) continue;
		environment[serviceVariable(start.row.name, 'address')] ??= `http://${addressFrom(host, start, offset)}`;
	}
	return environment;
}

/** The proxy stands where the hub is: what it leads to on another machine must be open to it, the hub need not be. */
function isReachedFromElsewhere({ row, host, exposure }: Deployed, plan: HostPlan, ours: readonly Deployed[]): boolean {
	if (plan.hosts.length === 1 || exposure === 'loopback') return false;
	const others = ours.filter((other) => other.host !== host);
	return exposure === 'lan' || others.some((other) => other.row.name === hub || other.calls.includes(row.name));
}
