/** A stretch of a day, in any unit. */
export interface Stretch {
	readonly from: number;
	readonly to: number;
}

/** Where a stretch stands beside others at the same time. */
export interface Columns<T> {
	readonly item: T;
	/** From 0. */
	readonly column: number;
	/** How many columns it is wide: up to the next one that is taken meanwhile. */
	readonly span: number;
	/** How many columns there are where it stands. */
	readonly columns: number;
}

/**
 * Sets stretches that overlap side by side, in as few columns as can be: as many as there are at the busiest moment of each group that hangs
 * together. What begins first stands first.
 *
 * @param least how much room one takes at least, so that a short one is not covered by the next
 */
export function inColumns<T extends Stretch>(items: readonly T[], least: number): Columns<T>[] {
	const endOf = ({ from, to }: T) => Math.max(to, from + least);
	const sorted = items.toSorted((a, b) => a.from - b.from || endOf(b) - endOf(a));
	const done: Columns<T>[] = [];
	let group: { item: T; column: number }[] = [];
	let ends: number[] = [];
	const close = () => {
		for (const { item, column } of group) {
			const next = group
				.filter((other) => other.column > column && other.item.from < endOf(item) && item.from < endOf(other.item))
				.map((other) => other.column);
			done.push({ item, column, span: Math.min(...next, ends.length) - column, columns: ends.length });
		}
		[group, ends] = [[], []];
	};
	for (const item of sorted) {
		if (group.length > 0 && ends.every((end) => end <= item.from)) close();
		const free = ends.findIndex((end) => end <= item.from);
		const column = free < 0 ? ends.length : free;
		ends[column] = endOf(item);
		group.push({ item, column });
	}
	close();
	return done;
}
