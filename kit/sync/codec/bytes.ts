import { type RecordId, recordIdFromBytes, recordIdToBytes } from '@mana/model';
import { BadFrame } from './bad-frame.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Grows as it is written. Numbers are LEB128 varints over the safe integers. */
export class ByteWriter {
	#bytes = new Uint8Array(256);
	#at = 0;

	/** What was written, as bytes of their own: copied, since in JavaScriptCore a view of a short array costs four times as much. */
	finish(): Uint8Array {
		return this.#bytes.slice(0, this.#at);
	}

	byte(value: number): void {
		this.#room(1)[this.#at++] = value;
	}

	/** @param value 0 … 2^53 − 1 */
	varint(value: number): void {
		const bytes = this.#room(8);
		let at = this.#at;
		let rest = value;
		while (rest >= 0x80) {
			bytes[at++] = (rest % 0x80) | 0x80;
			rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 0x80);
		}
		bytes[at++] = rest;
		this.#at = at;
	}

	/** A float of 64 bits, big-endian. */
	double(value: number): void {
		const bytes = this.#room(8);
		new DataView(bytes.buffer).setFloat64(this.#at, value);
		this.#at += 8;
	}

	raw(bytes: Uint8Array): void {
		this.#room(bytes.length).set(bytes, this.#at);
		this.#at += bytes.length;
	}

	/** Length, then UTF-8. */
	text(value: string): void {
		const bytes = utf8(value);
		this.varint(bytes.length);
		this.raw(bytes);
	}

	/** The 16 bytes of an id. */
	id(id: string): void {
		this.raw(recordIdToBytes(id as RecordId));
	}

	#room(size: number): Uint8Array {
		if (this.#at + size > this.#bytes.length) {
			const bigger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size));
			bigger.set(this.#bytes);
			this.#bytes = bigger;
		}
		return this.#bytes;
	}
}

/** Reads what a `ByteWriter` wrote, and throws `BadFrame` on anything else. Never allocates from a length it has not checked. */
export class ByteReader {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get remaining(): number {
		return this.#bytes.length - this.#at;
	}

	/** Throws when something is left. */
	end(): void {
		if (this.remaining > 0) throw new BadFrame('trailing', `${this.remaining} bytes too many`);
	}

	byte(): number {
		if (this.#at >= this.#bytes.length) throw new BadFrame('truncated', 'ends before a byte');
		return this.#bytes[this.#at++]!;
	}

	/** @param most the largest value that is allowed here */
	varint(most: number = Number.MAX_SAFE_INTEGER): number {
		let value = 0;
		let factor = 1;
		for (let i = 0; i < 8; i++) {
			const byte = this.byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) {
				if (value > most) throw new BadFrame('bad-number', `${value} is above ${most}`);
				return value;
			}
			factor *= 0x80;
		}
		throw new BadFrame('bad-number', 'a number of more than eight bytes');
	}

	double(): number {
		const at = this.#skip(8);
		const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getFloat64(at);
		if (!Number.isFinite(value)) throw new BadFrame('bad-value', 'a number that is not finite');
		return value + 0; // there is one zero
	}

	/** A copy of the next `length` bytes. */
	raw(length: number): Uint8Array {
		const at = this.#skip(length);
		return this.#bytes.slice(at, at + length);
	}

	/** @param most longest UTF-8 form, in bytes */
	text(most: number): string {
		return this.utf8(this.length(most));
	}

	/** A length that stands before that many bytes. */
	length(most: number): number {
		const length = this.varint();
		if (length > most) throw new BadFrame('too-large', `${length} bytes where ${most} are allowed`);
		return length;
	}

	utf8(length: number): string {
		const at = this.#skip(length);
		const bytes = this.#bytes;
		// Shorter than this, letter by letter beats a call of the decoder, in V8 as in JavaScriptCore.
		if (length <= 8) {
			let text = '';
			let i = at;
			while (i < at + length && bytes[i]! < 0x80) text += String.fromCharCode(bytes[i++]!);
			if (i === at + length) return text;
		}
		try {
			return decoder.decode(bytes.subarray(at, at + length));
		} catch {
			throw new BadFrame('bad-text', 'not UTF-8');
		}
	}

	id(): RecordId {
		return recordIdFromBytes(this.#bytes, this.#skip(16));
	}

	#skip(length: number): number {
		if (length > this.remaining) throw new BadFrame('truncated', `${length} bytes expected, ${this.remaining} left`);
		const at = this.#at;
		this.#at += length;
		return at;
	}
}

/** UTF-8 of a text; unpaired surrogates become U+FFFD. */
export function utf8(text: string): Uint8Array {
	return encoder.encode(text);
}
