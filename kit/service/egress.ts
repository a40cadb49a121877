import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { problem } from './problem.ts';

/** Finds the addresses of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface EgressOptions {
	/** Whether addresses of this machine and of private networks may be reached: an operator's decision, never a person's. */
	readonly allowPrivate: boolean;
	readonly lookup?: Lookup;
	/** How long a request may take until its answer is whole, in milliseconds. */
	readonly timeoutMs?: number;
	/** How much of an answer is read. */
	readonly maxBytes?: number;
	/** How many redirects are followed, each judged like the first address. */
	readonly redirects?: number;
}

export interface OutboundRequest {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array<ArrayBuffer>;
	readonly signal?: AbortSignal;
}

/** An answer that was read whole. */
export interface OutboundAnswer {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Uint8Array<ArrayBuffer>;
	/** Where it came from, after redirects. */
	readonly url: string;
}

/**
 * @throws Problem 422 `address-refused` (not http or https, with a password in it, or not on the public internet), 502 `host-unknown`,
 * `too-many-redirects`, `answer-too-large`; what `fetch` throws when the connection fails or time is up
 */
export type Egress = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>;

const defaults = { timeoutMs: 15_000, maxBytes: 1_048_576, redirects: 3 };

/**
 * The one way by which a service asks an address that a person gave it. It resolves the name itself, refuses every address that is not on the
 * public internet, and connects to that very address, so that a name that leads elsewhere a moment later leads nowhere (DNS rebinding).
 *
 * @example
 * const reach = openEgress({ allowPrivate: config.privateTargets });
 * const { status } = await reach('https://hooks.example/x', { method: 'POST', body: '{}' });
 */
export function openEgress(options: EgressOptions): Egress {
	const { allowPrivate, lookup = resolve, timeoutMs, maxBytes, redirects } = { ...defaults, ...options };
	return async (address, { signal, ...request } = {}) => {
		const limit = AbortSignal.timeout(timeoutMs);
		const until = signal ? AbortSignal.any([signal, limit]) : limit;
		let url = parse(address);
		let asked = request;
		for (let hops = 0; ; hops++) {
			const response = await send(url, asked, await addressOf(url, lookup, allowPrivate), until);
			const next = redirectOf(response, url);
			if (next === null)
				return { status: response.status, headers: response.headers, body: await read(response, maxBytes), url: url.href };
			await response.body?.cancel();
			if (hops === redirects) throw problem(502, 'too-many-redirects', `${url.host} sends on and on to other addresses.`);
			asked = onward(asked, response.status, next.origin === url.origin);
			url = next;
		}
	};
}

function parse(address: string): URL {
	const url = URL.parse(address);
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
		throw problem(422, 'address-refused', 'Give an address that begins with https:// or http://.');
	if (url.username !== '' || url.password !== '')
		throw problem(422, 'address-refused', 'An address carries no user name and no password.');
	return url;
}

/** The address to connect to. When one of several is refused all are: nobody has a good reason to mix them. */
async function addressOf(url: URL, lookup: Lookup, allowPrivate: boolean): Promise<string> {
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
	const found = isIP(host) ? [host] : await lookup(host);
	const [first] = found;
	if (first === undefined) throw problem(502, 'host-unknown', `There is no host named ${host}.`);
	if (!allowPrivate && !found.every(isPublicAddress))
		throw problem(
			422,
			'address-refused',
			`${host} is not on the public internet, and this Mana calls nothing inside its own network.`,
		);
	return first;
}

function send(url: URL, request: Omit<OutboundRequest, 'signal'>, address: string, signal: AbortSignal): Promise<Response> {
	const pinned = new URL(url);
	pinned.hostname = isIP(address) === 6 ? `[${address}]` : address;
	return fetch(pinned.href, {
		...request,
		headers: { 'user-agent': 'Mana', ...request.headers, host: url.host },
		redirect: 'manual',
		signal,
		// The certificate has to be the name's, although the address is called.
		tls: { serverName: url.hostname.replace(/^\[(.*)\]$/, '$1') },
	});
}

function redirectOf({ status, headers }: Response, from: URL): URL | null {
	const location = headers.get('location');
	if (![301, 302, 303, 307, 308].includes(status) || location === null) return null;
	return parse(URL.parse(location, from.href)?.href ?? location);
}

/** What is asked at the next address (RFC 9110 §15.4). Another origin never gets what was to prove something to the first. */
function onward(request: Omit<OutboundRequest, 'signal'>, status: number, sameOrigin: boolean): Omit<OutboundRequest, 'signal'> {
	const headers = Object.fromEntries(
		Object.entries(request.headers ?? {}).filter(([name]) => sameOrigin || !/^(authorization|cookie)$/i.test(name)),
	);
	const method = request.method ?? 'GET';
	// Only 303 says to look elsewhere, and only POST became GET by custom (Fetch, HTTP-redirect fetch): a PROPFIND stays one.
	const looks = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
	return looks ? { method: 'GET', headers } : { ...request, headers };
}

async function read(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of response.body ?? []) {
		length += part.byteLength;
		if (length > maxBytes) throw problem(502, 'answer-too-large', `The answer has more than ${maxBytes} bytes.`);
		parts.push(part);
	}
	const whole = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.byteLength;
	}
	return whole;
}

async function resolve(host: string): Promise<readonly string[]> {
	try {
		return (await systemLookup(host, { all: true })).map(({ address }) => address);
	} catch (error) {
		throw problem(502, 'host-unknown', `There is no host named ${host}, or no name server answers.`, { cause: error });
	}
}

/** What is no unicast address of the public internet (IANA special-purpose address registries, RFC 6890). */
const special = new BlockList();
for (const [network, prefix] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 3],
] as const)
	special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
	// Teredo, benchmarking, ORCHID and others; documentation; 6to4, which can hide any IPv4 address; documentation again.
	['2001::', 23],
	['2001:db8::', 32],
	['2002::', 16],
	['3fff::', 20],
] as const)
	special.addSubnet(network, prefix, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !special.check(address, 'ipv4');
		case 6:
			return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
		default:
			return false;
	}
}
