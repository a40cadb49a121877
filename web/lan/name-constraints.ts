import { Extension } from '@peculiar/x509';

/** Private and local networks (RFC 1918, 3927, 4193, 4291): address and mask. */
const networks: readonly (readonly [readonly number[], readonly number[]])[] = [
	[
		[10, 0, 0, 0],
		[255, 0, 0, 0],
	],
	[
		[172, 16, 0, 0],
		[255, 240, 0, 0],
	],
	[
		[192, 168, 0, 0],
		[255, 255, 0, 0],
	],
	[
		[169, 254, 0, 0],
		[255, 255, 0, 0],
	],
	[
		[127, 0, 0, 0],
		[255, 0, 0, 0],
	],
	[sixteen(0xfc), sixteen(0xfe)],
	[sixteen(0xfe, 0x80), sixteen(0xff, 0xc0)],
];

/** Names that mean something on the local network only (RFC 6762, 8375). */
const domains = ['localhost', 'local', 'home.arpa', 'lan', 'internal'];

/**
 * Restricts an authority to local names and addresses (RFC 5280 §4.2.1.10), so that whoever trusts it, or steals its key, cannot use
 * it for any site on the internet.
 */
export function nameConstraints(): Extension {
	const dns = domains.map((name) => node(0x82, new TextEncoder().encode(name)));
	const ip = networks.map(([address, mask]) => node(0x87, new Uint8Array([...address, ...mask])));
	const subtrees = [...dns, ...ip].map((base) => node(0x30, base));
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

function sixteen(...start: number[]): number[] {
	return [...start, ...Array.from({ length: 16 - start.length }, () => 0)];
}
