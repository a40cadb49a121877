import { changedPart } from '@mana/model';

/** Where the lines of a list begin, and at last where the list ends, in rem; kept current by looking only at lines that changed. */
export class LinePlaces<Line> {
	#lines: readonly Line[] = [];
	#begins = new Float64Array(1);

	/**
	 * Where each line begins now. The same array is changed where it stands by `correct`.
	 *
	 * @param heightOf of a line that is new, in rem
	 */
	of(lines: readonly Line[], heightOf: (line: Line) => number): Float64Array {
		if (lines === this.#lines) return this.#begins;
		const { from, was, is } = changedPart(this.#lines, lines);
		const before = this.#begins;
		const begins = new Float64Array(lines.length + 1);
		begins.set(before.subarray(0, from + 1));
		for (let at = from; at < is; at++) begins[at + 1] = begins[at]! + heightOf(lines[at]!);
		const moved = begins[is]! - before[was]!;
		for (let at = is + 1; at < begins.length; at++) begins[at] = before[at - is + was]! + moved;
		this.#lines = lines;
		this.#begins = begins;
		return begins;
	}

	/** Lines turned out to be higher, or lower, than they were thought: by so much, by their places. */
	correct(by: ReadonlyMap<number, number>): void {
		const begins = this.#begins;
		let moved = 0;
		for (let at = Math.min(...by.keys()) + 1; at < begins.length; at++) {
			moved += by.get(at - 1) ?? 0;
			begins[at]! += moved;
		}
	}

	/** All heights are to be asked for again. */
	forget(): void {
		this.#lines = [];
		this.#begins = new Float64Array(1);
	}
}

/** The line that covers a place, in rem from the start of the list. */
export function lineAt(begins: Float64Array, place: number): number {
	let [low, high] = [0, begins.length - 1];
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (begins[middle]! <= place) low = middle;
		else high = middle - 1;
	}
	return low;
}
