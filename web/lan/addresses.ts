import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** Interfaces of containers, virtual machines and tunnels: nothing at home reaches this machine by them. */
const virtual = /^(lo|docker|br-|veth|virbr|vbox|vmnet|vnic|tun|tap|utun|wg|zt|tailscale|cni|flannel|awdl|llw|bridge)/;

/** This machine's IPv4 addresses on the local network, the likeliest first. */
export function lanAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): string[] {
	return Object.entries(interfaces)
		.filter(([name]) => !virtual.test(name))
		.flatMap(([, infos]) => infos ?? [])
		.filter((info) => info.family === 'IPv4' && !info.internal)
		.map((info) => info.address)
		.sort((a, b) => homeliness(b) - homeliness(a));
}

/** The name under which this machine may be known on the local network (RFC 6762 §3). */
export function lanNames(name: string = hostname()): string[] {
	const short = name.toLowerCase().split('.')[0] ?? '';
	return /^[a-z0-9-]{1,63}$/.test(short) && short !== 'localhost' ? [`${short}.local`] : [];
}

/** Where the page is answered that says how to trust this Mana. */
export function plainUrlOf(publicUrl: URL, port: number): URL {
	return new URL(`http://${publicUrl.hostname}${port === 0 ? '' : `:${port}`}`);
}

/** Private ranges (RFC 1918) as homes use them, before anything else. */
function homeliness(address: string): number {
	return address.startsWith('192.168.') ? 3 : address.startsWith('10.') ? 2 : /^172\.(1[6-9]|2\d|3[01])\./.test(address) ? 1 : 0;
}
