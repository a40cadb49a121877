import { BadFrame, decodeFrame } from '../codec/index.ts';
import { codes } from '../codec/shape.ts';
import type { Frame } from '../frames.ts';
import { Violation } from './violation.ts';

/** Watches one stream from its device's end: no more waits for an answer than the server has room for (I19). */
export class CreditWatch {
	/** Bytes that the server granted; `null`: it has not said yet. */
	#granted: number | null = null;
	/** Pushes that wait for an answer, by the `n` of their last transaction. */
	#waiting: { readonly n: number; readonly bytes: number }[] = [];

	sent(bytes: Uint8Array): void {
		const frame = among(bytes, 'push');
		if (frame?.type !== 'push') return;
		const before = this.#waiting.reduce((sum, push) => sum + push.bytes, 0);
		const isAlone = before === 0 && frame.transactions.length === 1; // what is larger than any room goes alone
		if (this.#granted !== null && !isAlone && before + bytes.length > this.#granted)
			throw new Violation('I19', `${bytes.length} bytes are pushed beside ${before}, where ${this.#granted} were granted`);
		this.#waiting.push({ n: frame.transactions.at(-1)!.n, bytes: bytes.length });
	}

	received(bytes: Uint8Array): void {
		const frame = among(bytes, 'credit', 'ack');
		if (frame?.type === 'credit') this.#granted = frame.bytes;
		if (frame?.type === 'ack') this.#waiting = this.#waiting.filter(({ n }) => n > frame.n);
	}
}

/** The frame, where it is of one of these types and whole. */
function among(bytes: Uint8Array, ...types: readonly Frame['type'][]): Frame | null {
	if (!types.some((type) => bytes[1] === codes[type])) return null;
	try {
		return decodeFrame(bytes);
	} catch (error) {
		if (error instanceof BadFrame) return null;
		throw error;
	}
}
