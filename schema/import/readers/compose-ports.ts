import { type Lined, textIn, under } from '../yaml-lines.ts';

/** A port of a container, and where its host opens it. */
export interface Published {
	/** Inside of the container. */
	readonly target: number;
	/** On the host; `null` where the host chooses one. */
	readonly published: number | null;
	/** The address that the host opens it on; `null`: all of them. */
	readonly address: string | null;
	readonly transport: 'tcp' | 'udp';
	/** What the long form calls the port; `null` where it has no name. */
	readonly name: string | null;
}

/**
 * One item of `ports`: the short form (`3001`, `3001:3001`, `127.0.0.1:3001-3003:3001-3003/udp`) or the long one.
 * Compose specification, section "ports".
 */
export function publishedIn(item: Lined, fill: (text: string) => string): Published[] {
	if (item.kind === 'map') {
		const read = (key: string) => fill(textIn(under(item, key)) ?? '');
		return paired(read('published'), read('target'), read('host_ip') || null, read('protocol'), read('name') || null);
	}
	const [ports = '', protocol = ''] = fill(textIn(item) ?? '').split('/');
	// The address may hold colons itself: an IPv6 one, in brackets or not.
	const [, address = '', published = '', target = ''] = /^(?:(?:(.*):)?([\d-]*):)?([\d-]+)$/.exec(ports.trim()) ?? [];
	return paired(published, target, address.replace(/^\[|\]$/g, '') || null, protocol, null);
}

function paired(published: string, target: string, address: string | null, protocol: string, name: string | null): Published[] {
	const inside = numbersIn(target);
	const outside = numbersIn(published);
	const transport = protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp';
	const bound = address === '0.0.0.0' || address === '::' ? null : address;
	return inside.map((port, index) => ({ target: port, published: outside[index] ?? null, address: bound, transport, name }));
}

/** `3001`, or all of `3001-3003`. */
function numbersIn(text: string): number[] {
	const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
	if (first === undefined) return [];
	const count = Number(last) - Number(first) + 1;
	return Array.from({ length: Math.max(0, Math.min(count, 1000)) }, (_, index) => Number(first) + index);
}
