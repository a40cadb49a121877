import { Extension } from '@peculiar/x509';

/** Names that mean something on the local network only (RFC 6762, 8375). */
const domains = ['localhost', 'local', 'home.arpa', 'lan', 'internal'];

/**
 * Restricts an authority to local names (RFC 5280 §4.2.1.10), so that whoever trusts it, or steals its key, cannot use it for a site on
 * the internet. Addresses stay free: BoringSSL, and so much that runs on phones, refuses any certificate below an address constraint.
 */
export function nameConstraints(): Extension {
	const dns = domains.map((name) => node(0x82, new TextEncoder().encode(name)));
	const subtrees = dns.map((base) => node(0x30, base));
	return new Extension('2.5.29.30', true, node(0x30, node(0xa0, concat(subtrees))));
}

/** One DER value: tag, length, content (X.690 §8.1). */
function node(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
	const { length } = content;
	const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
	return new Uint8Array([tag, ...head, ...content]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(parts.flatMap((part) => [...part]));
}
