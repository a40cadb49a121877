import type { Deployed } from '../deployment.ts';
import type { Host, HostPlan } from '../plans.ts';
import { portOf } from '../services.ts';

const hub = 'mana-web';

/** The one origin that people see under a plan: the hub's public name, or the hub on this machine. */
export function publicOrigin(plan: HostPlan): string {
	const name = plan.publicNames.find((route) => route.service === hub)?.name;
	const placed = plan.placements.find((placement) => placement.service === hub);
	return name ? `https://${name}` : `http://localhost:${placed?.ports?.['main'] ?? portOf(hub)}`;
}

/** How a process on `from` reaches the main port of a service, `http://` left out. */
export function addressFrom(from: Host, { host, ports }: Deployed): string {
	return `${host === from ? '127.0.0.1' : (host.address ?? host.name)}:${ports[0].port}`;
}

/** `mana-auth` becomes `MANA_AUTH_ADDRESS`: the variable by which `kit/service` finds a service that is not on this machine. */
export function addressVariable(service: string): string {
	return `${service.startsWith('mana-') ? service : `mana-${service}`}-address`.replaceAll('-', '_').toUpperCase();
}
