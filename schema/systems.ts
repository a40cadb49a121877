import type { Protocol } from './row.ts';
import type { Span } from './ranges.ts';

/** The highest port there is. */
export const lastPort = 65535;

/** What runs on a machine. `any`: nobody said, so what holds for one of them holds for it. */
export type SystemName = 'any' | 'linux' | 'macos' | 'windows';

/** Something that is not ours and listens at a number everyone knows it by. */
export interface Occupant {
	readonly port: number;
	readonly protocol: Protocol;
	readonly name: string;
	/** How it is made to let go of the number; left out where it must not. */
	readonly way?: string;
}

/** What an operating system does with ports before anybody asks it. */
export interface System {
	readonly name: Exclude<SystemName, 'any'>;
	/** Handed out to outgoing connections, so that a fixed listener may find its own taken. */
	readonly ephemeral: Span;
	/** What its usual installation listens on. */
	readonly occupants: readonly Occupant[];
}

export const systems: readonly System[] = [
	{
		name: 'linux',
		// net.ipv4.ip_local_port_range
		ephemeral: [32768, 60999],
		occupants: [
			{ port: 22, protocol: 'tcp', name: 'SSH' },
			{ port: 53, protocol: 'udp', name: 'systemd-resolved' },
			{ port: 111, protocol: 'tcp', name: 'rpcbind' },
			{ port: 631, protocol: 'tcp', name: 'CUPS' },
			{ port: 5353, protocol: 'udp', name: 'Avahi (mDNS)' },
			{
				port: 9090,
				protocol: 'tcp',
				name: 'Cockpit',
				way: 'Fedora and Red Hat start it on demand: systemctl disable --now cockpit.socket',
			},
		],
	},
	{
		name: 'macos',
		// sysctl net.inet.ip.portrange.first; RFC 6335, section 6
		ephemeral: [49152, lastPort],
		occupants: [
			{ port: 22, protocol: 'tcp', name: 'Remote Login' },
			{ port: 88, protocol: 'tcp', name: 'Kerberos' },
			{ port: 445, protocol: 'tcp', name: 'File Sharing' },
			{ port: 3283, protocol: 'tcp', name: 'Remote Management' },
			{
				port: 5000,
				protocol: 'tcp',
				name: 'AirPlay Receiver',
				way: 'System Settings → General → AirDrop & Handoff → AirPlay Receiver off',
			},
			{ port: 5353, protocol: 'udp', name: 'Bonjour (mDNS)' },
			{ port: 5900, protocol: 'tcp', name: 'Screen Sharing' },
			{
				port: 7000,
				protocol: 'tcp',
				name: 'AirPlay Receiver',
				way: 'System Settings → General → AirDrop & Handoff → AirPlay Receiver off',
			},
		],
	},
	{
		name: 'windows',
		// netsh int ipv4 show dynamicport tcp
		ephemeral: [49152, lastPort],
		occupants: [
			{ port: 135, protocol: 'tcp', name: 'RPC Endpoint Mapper' },
			{ port: 139, protocol: 'tcp', name: 'NetBIOS' },
			{ port: 445, protocol: 'tcp', name: 'SMB' },
			{ port: 3389, protocol: 'tcp', name: 'Remote Desktop' },
			{ port: 5040, protocol: 'tcp', name: 'Connected Devices Platform' },
			{ port: 5353, protocol: 'udp', name: 'DNS Client (mDNS)' },
			{ port: 5357, protocol: 'tcp', name: 'Web Services for Devices' },
			{ port: 5985, protocol: 'tcp', name: 'Windows Remote Management' },
			{ port: 7680, protocol: 'tcp', name: 'Delivery Optimization' },
		],
	},
];

/** The systems a host may have: one, or all of them where nobody said which. */
export function systemsOf(name: SystemName): readonly System[] {
	return name === 'any' ? systems : systems.filter((system) => system.name === name);
}

/** The ephemeral ranges of all systems, without those that lie inside another. */
export const ephemeralSpans: readonly Span[] = systems
	.map((system) => system.ephemeral)
	.filter((span, index, all) => all.findIndex(([from, to]) => from === span[0] && to === span[1]) === index);
