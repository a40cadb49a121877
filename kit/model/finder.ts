import { changedPart } from './changed-part.ts';
import { fold } from './fold.ts';

/** Rows that are looked at between two breaths, where their texts are got ready. */
const AT_ONCE = 256;

/**
 * Finds rows by words that are typed letter by letter. Texts are folded once and kept in the order of the rows; a word that goes on is looked
 * for only among what was found; and where some rows changed, only those are read anew.
 */
export class Finder<R extends object> {
	readonly #textsOf: (row: R) => readonly string[];
	#rows: readonly R[] = [];
	/** What is looked for in each row; `undefined`: not read so far. */
	#texts: (string | undefined)[] = [];
	#words: readonly string[] = [];
	/** Where the rows stand that were found last; `null`: nothing was looked for in these rows. */
	#places: readonly number[] | null = null;

	/** @param textsOf what of a row is looked through */
	constructor(textsOf: (row: R) => readonly string[]) {
		this.#textsOf = textsOf;
	}

	/** The rows, in their order, whose texts contain every word, whatever the accents and the case; none for no words. The same as looking through all of them. */
	find(rows: readonly R[], query: string): readonly R[] {
		this.#take(rows);
		const words = wordsOf(query);
		if (words.length === 0) return [];
		const goesOn = this.#places !== null && this.#words.every((old) => words.some((word) => word.includes(old)));
		const places: number[] = [];
		const look = (at: number): void => {
			const text = this.#textAt(at);
			for (const word of words) if (!text.includes(word)) return;
			places.push(at);
		};
		if (goesOn) for (const at of this.#places!) look(at);
		else for (let at = 0; at < rows.length; at++) look(at);
		this.#words = words;
		this.#places = places;
		return places.map((at) => rows[at]!);
	}

	/** Gets ready, step by step, what looking for the first letter needs. */
	*prepare(rows: readonly R[]): Generator<void, void> {
		this.#take(rows);
		for (let at = 0; at < this.#rows.length; at++) {
			this.#textAt(at);
			if (at % AT_ONCE === AT_ONCE - 1) yield;
		}
	}

	#textAt(at: number): string {
		return (this.#texts[at] ??= fold(this.#textsOf(this.#rows[at]!).join('\n')));
	}

	#take(rows: readonly R[]): void {
		if (rows === this.#rows) return;
		const { from, was, is } = changedPart(this.#rows, rows);
		const changed = Array.from<undefined>({ length: is - from });
		this.#texts = [...this.#texts.slice(0, from), ...changed, ...this.#texts.slice(was)];
		this.#rows = rows;
		this.#places = null;
	}
}

function wordsOf(query: string): readonly string[] {
	return fold(query).split(/\s+/).filter(Boolean);
}
