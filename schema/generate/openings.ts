import { isIP } from 'node:net';
import type { Deployed } from '../deployment.ts';
import { type Transport, transportOf } from '../row.ts';
import type { HostFacts } from './generator.ts';
import { proxyHost, watcherHost } from './reach.ts';

/** A port of a host, and who may open a connection to it from another machine. */
export interface Opening {
	readonly service: string;
	readonly port: number;
	readonly transport: Transport;
	/** Everyone on the local network. */
	readonly lan: boolean;
	/** Addresses of other machines of the plan. */
	readonly hosts: readonly string[];
}

/** The networks that count as local: private, link-local and unique local addresses (RFC 1918, 3927, 4193, 4291). */
export const localNetworks = {
	ipv4: ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
	ipv6: ['fc00::/7', 'fe80::/10'],
} as const;

/**
 * What each port of a host is open to. Loopback: nobody else. LAN: the local network. Proxy: the machines of the plan that call it, the
 * proxy's among them; without public names there is no proxy, and the local network takes its place (`npm start -- --lan`). A machine
 * that the plan knows by a name only cannot be told apart by a firewall, so the local network stands for it.
 */
export function openingsOf(facts: Pick<HostFacts, 'plan' | 'host' | 'deployed' | 'everywhere'>): Opening[] {
	return facts.deployed.flatMap((deployed) => {
		const { row, exposure, ports } = deployed;
		const addresses = exposure === 'loopback' ? [] : callersElsewhere(deployed, facts);
		const everyone = exposure === 'lan' || (exposure === 'proxy' && facts.plan.publicNames.length === 0);
		const lan = everyone || addresses.some((address) => isIP(address) === 0);
		const hosts = addresses.filter((address) => isIP(address) !== 0);
		return ports.map(({ port, protocol }) => ({ service: row.name, port, transport: transportOf(protocol), lan, hosts }));
	});
}

/** The addresses of the other machines on which something calls it, in the order of the plan. */
function callersElsewhere(called: Deployed, facts: Pick<HostFacts, 'plan' | 'host' | 'everywhere'>): string[] {
	const { plan, everywhere, host } = facts;
	const { name, metrics } = called.row;
	const calls = new Set([
		...everywhere.filter((caller) => caller.calls.includes(name)).map((caller) => caller.host),
		...(plan.publicNames.some(({ service }) => service === name) ? [proxyHost(plan)] : []),
		...(metrics === null ? [] : [watcherHost(plan)]),
	]);
	return plan.hosts.filter((other) => other !== host && calls.has(other)).map((other) => other.address ?? other.name);
}

/** The ports of one transport, each once, ascending. */
export function portsOver(transport: Transport, openings: readonly Opening[]): number[] {
	return [...new Set(openings.filter((opening) => opening.transport === transport).map(({ port }) => port))].sort(
		(a, b) => a - b,
	);
}

/** Whether a host's firewall of this kind is wanted: its system has it, or nobody said which system it is. */
export function isFor(system: 'linux' | 'macos' | 'windows', { host, deployed }: HostFacts): boolean {
	return deployed.length > 0 && (host.system === system || host.system === 'any');
}
