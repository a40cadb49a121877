import { isIP } from 'node:net';

/**
 * Whom an address stands for where callers are counted: of IPv4 the address itself, however it is written; of IPv6 the /64 that one
 * customer has (RFC 6177), since whoever has one can ask from 2^64 addresses.
 *
 * @returns canonical: the same text for every way of writing it; what is no address stays as it is
 */
export function networkOf(address: string): string {
	const plain = address.replace(/%.*$/, '');
	if (isIP(plain) !== 6) return plain;
	// The URL parser writes an address in the one form of RFC 5952, with hexadecimal groups throughout.
	const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
	const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical) ?? [];
	if (high !== undefined && low !== undefined) return [...bytesOf(high), ...bytesOf(low)].join('.');
	const [head = '', tail = ''] = canonical.split('::');
	const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
	const zeros = canonical.includes('::') ? 8 - left.length - right.length : 0;
	return `${[...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':')}::/64`;
}

/**
 * The address in an entry of `X-Forwarded-For`, which some proxies write with the port of the connection, as RFC 7239 §6 allows: another
 * port is not another caller. `null`: it is none.
 */
export function forwardedAddress(entry: string): string | null {
	const text = entry
		.trim()
		.replace(/^\[(.*)\](?::\d+)?$/, '$1')
		.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
	return isIP(text.replace(/%.*$/, '')) === 0 ? null : text;
}

function bytesOf(group: string): [number, number] {
	const value = Number.parseInt(group, 16);
	return [value >> 8, value & 0xff];
}
