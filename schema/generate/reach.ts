import type { Deployed } from '../deployment.ts';
import type { Host, HostPlan } from '../plans.ts';

const hub = 'mana-web';

/**
 * Where a program on a host of the plan reaches a port of a service, as `host:port`: on its own machine, which also has the published
 * ports of containers, or on another.
 *
 * @param portName which of its ports; left out, its main one
 * @throws when the service has no port of that name
 */
export function published(from: Host, { row, host, ports }: Deployed, portName = 'main'): string {
	const port = ports.find(({ name }) => name === portName);
	if (!port) throw new Error(`${row.name} has no port "${portName}".`);
	return `${host === from ? '127.0.0.1' : bracketed(host.address ?? host.name)}:${port.port}`;
}

/**
 * The same for one of the plan's own services. Among containers it goes by name: each has all numbers to itself, an engine listens on
 * the port of its image, and the hub opens the doors.
 */
export function reach(from: Host, deployed: Deployed): string {
	const { row, host, as } = deployed;
	if (host !== from || !host.containers) return published(from, deployed);
	const [main] = row.ports;
	const inside = as === 'engine' ? row.engine?.inside[main.name] : undefined;
	return `${as === 'door' ? hub : row.name}:${inside ?? main.port}`;
}

/** The machine on which the proxy stands: the hub's. Containers publish their ports to it. */
export function proxyHost(plan: HostPlan): Host {
	return hostOf(plan, hub);
}

/** The machine from which figures are fetched. */
export function watcherHost(plan: HostPlan): Host {
	return hostOf(plan, 'victoriametrics');
}

/** The host that a service is placed on, also one that is only planned there; without it the hub's, and the first one at last. */
export function hostOf(plan: HostPlan, service: string): Host {
	for (const name of [service, hub]) {
		const placement = plan.placements.find((placement) => placement.service === name);
		const host = plan.hosts.find((host) => host.name === placement?.host);
		if (host) return host;
	}
	const [first] = plan.hosts;
	if (!first) throw new Error(`The plan ${plan.name} has no host.`);
	return first;
}

/** IPv6 addresses stand in brackets before a port (RFC 3986, section 3.2.2). */
function bracketed(address: string): string {
	return address.includes(':') ? `[${address}]` : address;
}
