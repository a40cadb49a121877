/** Id of a record: 128 bits, time-ordered like UUIDv7 (RFC 9562 §5.7), as 26 characters of Crockford base32. */
export type RecordId = string & { readonly __brand: 'RecordId' };

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** The value of a letter by its character code. */
const DIGITS = new Uint8Array(128);
for (let value = 0; value < 32; value++) DIGITS[ALPHABET.charCodeAt(value)] = value;

/** Every two letters, by the ten bits that they say. */
const PAIRS = [...ALPHABET].flatMap((first) => [...ALPHABET].map((second) => first + second));

/** Length of the text form. */
export const RECORD_ID_LENGTH = 26;

/** A new id: 48 bits of `now` (milliseconds since 1970), then 80 bits from `random` (fills the array it is given). */
export function newRecordId(now: number, random: (bytes: Uint8Array) => Uint8Array): RecordId {
	const bytes = random(new Uint8Array(16));
	for (let i = 0, rest = now; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest % 256;
	return recordIdFromBytes(bytes);
}

/** Whether `value` is the text form of a record id. */
export function isRecordId(value: unknown): value is RecordId {
	return typeof value === 'string' && value.length === RECORD_ID_LENGTH && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value);
}

/** The 26 characters for the 16 bytes from `at` on. Order of text equals order of bytes. */
export function recordIdFromBytes(bytes: Uint8Array, at = 0): RecordId {
	let out = PAIRS[bytes[at]!]!; // 130 bits of text hold 128 bits: the first letter carries two leading zeros
	let bits = 0;
	let buffer = 0;
	for (let i = at + 1; i < at + 16; i++) {
		buffer = (buffer << 8) | bytes[i]!;
		bits += 8;
		if (bits < 10) continue;
		bits -= 10;
		out += PAIRS[buffer >> bits]!;
		buffer &= (1 << bits) - 1;
	}
	return out as RecordId;
}

/** The 16 bytes of an id. */
export function recordIdToBytes(id: RecordId): Uint8Array {
	const bytes = new Uint8Array(16);
	let bits = -2;
	let buffer = 0;
	let at = 0;
	for (let i = 0; i < id.length; i++) {
		buffer = (buffer << 5) | DIGITS[id.charCodeAt(i)]!;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[at++] = (buffer >> bits) & 255;
			buffer &= (1 << bits) - 1;
		}
	}
	return bytes;
}

/** Id for a record that must be one and the same wherever it is made: a default, a singleton, a tag by its name (house.md, Data). */
export function namedRecordId(name: string): RecordId {
	const bytes = new Uint8Array(16);
	const view = new DataView(bytes.buffer);
	for (let part = 0; part < 4; part++) view.setUint32(part * 4, murmur3(name, 0x9e3779b9 ^ part));
	return recordIdFromBytes(bytes);
}

/** MurmurHash3 x86 32-bit (Appleby, public domain) over UTF-16 units. */
function murmur3(text: string, seed: number): number {
	let hash = seed;
	for (let i = 0; i < text.length; i++) {
		let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
		k = (k << 15) | (k >>> 17);
		hash ^= Math.imul(k, 0x1b873593);
		hash = (hash << 13) | (hash >>> 19);
		hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
	}
	hash ^= text.length;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
