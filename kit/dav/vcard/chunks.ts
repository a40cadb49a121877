import { BadCard, cardLimits } from './card.ts';
import { isAgent, markIn } from './physical-lines.ts';

/** A card as it stands in a file, still to be read. */
export interface CardChunk {
	readonly bytes: Uint8Array;
	/** The line of the file that it begins in, from 1. */
	readonly line: number;
}

/**
 * Takes a file in pieces and gives back whole cards, each as soon as it ended, so that a file of any size is read in little memory. A card that
 * does not end is given back as far as it goes: reading it says so.
 */
export class CardChunks {
	#rest: Uint8Array = new Uint8Array(0);
	/** Where the line begins that is looked at next. */
	#at = 0;
	#line = 1;
	#depth = 0;
	/** Where the card begins that is open, and in which line. */
	#begin = { at: 0, line: 1 };
	#agent = false;

	/** @throws BadCard when one card is too big */
	push(piece: Uint8Array): CardChunk[] {
		const whole = new Uint8Array(this.#rest.length + piece.length);
		whole.set(this.#rest);
		whole.set(piece, this.#rest.length);
		this.#rest = whole;
		const chunks = this.#take(false);
		if (this.#rest.length > cardLimits.bytes) throw new BadCard(`A vCard has at most ${cardLimits.bytes / 1024 / 1024} MB.`);
		return chunks;
	}

	/** What is left when the file ends. */
	end(): CardChunk[] {
		const chunks = this.#take(true);
		if (this.#depth > 0) chunks.push(this.#chunk(this.#rest.length));
		return chunks;
	}

	#take(ended: boolean): CardChunk[] {
		const bytes = this.#rest;
		const chunks: CardChunk[] = [];
		while (this.#at < bytes.length) {
			let end = this.#at;
			while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
			// Of CR LF the second half may still be on its way.
			if (!ended && end + 1 >= bytes.length) break;
			const line = bytes.subarray(this.#at, end);
			const mark = markIn(line);
			if (mark === 'BEGIN') {
				if (this.#depth > 0 && !this.#agent) {
					chunks.push(this.#chunk(this.#at));
					this.#depth = 0;
				}
				if (this.#depth++ === 0) this.#begin = { at: this.#at, line: this.#line };
			} else if (mark === 'END' && this.#depth > 0 && --this.#depth === 0) chunks.push(this.#chunk(end));
			this.#agent = isAgent(line);
			this.#at = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
			this.#line++;
		}
		const kept = Math.min(this.#depth > 0 ? this.#begin.at : this.#at, bytes.length);
		this.#rest = bytes.slice(kept);
		this.#at -= kept;
		this.#begin = { at: this.#begin.at - kept, line: this.#begin.line };
		return chunks;
	}

	#chunk(end: number): CardChunk {
		return { bytes: this.#rest.slice(this.#begin.at, end), line: this.#begin.line };
	}
}
