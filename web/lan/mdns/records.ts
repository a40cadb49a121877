import dnsPacket from 'dns-packet';
import type { DnsQuestion, DnsRecord } from './packet.ts';

/** What is announced on the local network. */
export interface Offer {
	/** The host name without `.local`. */
	readonly label: string;
	/** IPv4 addresses of this machine there. */
	readonly addresses: readonly string[];
	/** Where https is answered. */
	readonly port: number;
}

/** Lives of records in seconds (RFC 6762 §10): short where a host name is in them. */
const hostTtl = 120;
const otherTtl = 4500;
/** What a program that asks by plain DNS may keep (RFC 6762 §6.7). */
export const legacyTtl = 10;

const serviceType = '_https._tcp.local';
const allServices = '_services._dns-sd._udp.local';

export function hostName(label: string): string {
	return `${label}.local`;
}

/** The service's own name (RFC 6763 §4.1): it is the label, so that both are free or taken together. */
export function instanceName(label: string): string {
	return `${label}.${serviceType}`;
}

/** Records that nobody else may have: the address of the name, and where the service is. */
export function uniqueRecords({ label, addresses, port }: Offer): DnsRecord[] {
	const [host, instance] = [hostName(label), instanceName(label)];
	return [
		...addresses.map((data) => ({ type: 'A', name: host, ttl: hostTtl, data })),
		{ type: 'SRV', name: instance, ttl: hostTtl, data: { priority: 0, weight: 0, port, target: host } },
		{ type: 'TXT', name: instance, ttl: otherTtl, data: ['path=/'] },
	];
}

/** Records that many may have: a service of this type, and the type among all (RFC 6763 §9). */
export function sharedRecords({ label }: Offer): DnsRecord[] {
	return [
		{ type: 'PTR', name: serviceType, ttl: otherTtl, data: instanceName(label) },
		{ type: 'PTR', name: allServices, ttl: otherTtl, data: serviceType },
	];
}

/** Says that a name has nothing but these types, so that nobody waits for an IPv6 address (RFC 6762 §6.1). */
export function denial(name: string, rrtypes: string[]): DnsRecord {
	return { type: 'NSEC', name, ttl: hostTtl, data: { nextDomain: name, rrtypes } };
}

/** Names are the same in any case (RFC 6762 §16). */
export function sameName(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

export function asksFor({ name, type }: DnsQuestion, record: DnsRecord): boolean {
	return sameName(name, record.name) && (type === record.type || type === 'ANY');
}

/** What the rest of two records says, their names and lives aside. */
export function sameData(one: DnsRecord, other: DnsRecord): boolean {
	return one.type === other.type && Buffer.compare(dataOf(one), dataOf(other)) === 0;
}

/**
 * Who of two that ask for one name at the same time gives way (RFC 6762 §8.2): the records are compared pairwise in order, by type and
 * then by their bytes.
 *
 * @returns below 0 when `ours` is the lesser, above 0 when it is the greater, 0 when both are the same
 */
export function compareProbes(ours: readonly DnsRecord[], theirs: readonly DnsRecord[]): number {
	const [mine, other] = [ours.map(dataOf).sort(Buffer.compare), theirs.map(dataOf).sort(Buffer.compare)];
	for (const [index, data] of mine.entries()) {
		const against = other[index];
		if (!against) return 1;
		const order = Buffer.compare(data, against);
		if (order !== 0) return order;
	}
	return mine.length - other.length;
}

/** A record's type, class and data as bytes, names not compressed (RFC 1035 §3.2), as the rules above compare them. */
function dataOf(record: DnsRecord): Buffer {
	const bytes = dnsPacket.encode({ type: 'response', answers: [{ ...record, name: '.', ttl: 0, flush: false }] });
	const [header, name, fixed] = [12, 1, 10];
	const [type, data] = [header + name, header + name + fixed];
	return Buffer.concat([bytes.subarray(type, type + 4), bytes.subarray(data)]);
}
