/**
 * The first rows in an order, exactly those that sorting all of them would bring first; rows that are equal stay in theirs. For a few of many: it
 * looks at each row once and sorts nothing but what leads.
 *
 * @param most how many at most
 */
export function leading<R>(rows: Iterable<R>, order: (a: R, b: R) => number, most: number): R[] {
	const found: R[] = [];
	for (const row of rows) {
		if (found.length >= most && (most === 0 || order(row, found.at(-1)!) >= 0)) continue;
		let [from, to] = [0, found.length];
		while (from < to) {
			const middle = (from + to) >> 1;
			if (order(row, found[middle]!) < 0) to = middle;
			else from = middle + 1;
		}
		found.splice(from, 0, row);
		if (found.length > most) found.pop();
	}
	return found;
}
