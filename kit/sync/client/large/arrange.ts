import type { RecordId } from '@mana/model';

interface Named {
	readonly id: RecordId;
}

/** Rows that are sorted, or merged, in one step. */
const RUN = 64;

/**
 * Rows in order, where some of them moved: step by step what sorting all of them again would give.
 *
 * @param sorted as they stood; @param moved rows as they are now, by record; none where it is no more among them
 */
export function* arranged<R extends Named>(
	sorted: readonly R[],
	moved: ReadonlyMap<RecordId, R | undefined>,
	order: (a: R, b: R) => number,
): Generator<void, R[]> {
	const kept: R[] = [];
	for (const [at, row] of sorted.entries()) {
		if (!moved.has(row.id)) kept.push(row);
		if (at % RUN === 0) yield;
	}
	let runs: R[][] = [];
	for (const row of moved.values()) {
		if (!row) continue;
		const run = runs.at(-1);
		if (run && run.length < RUN) run.push(row);
		else runs.push([row]);
		if (run?.length === RUN) yield;
	}
	for (const run of runs) {
		run.sort(order);
		yield;
	}
	while (runs.length > 1) {
		const longer: R[][] = [];
		for (let at = 0; at < runs.length; at += 2) longer.push(yield* merged(runs[at]!, runs[at + 1] ?? [], order));
		runs = longer;
	}
	return yield* merged(kept, runs[0] ?? [], order);
}

function* merged<R>(a: readonly R[], b: readonly R[], order: (a: R, b: R) => number): Generator<void, R[]> {
	const all: R[] = [];
	for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
		if (all.length % RUN === 0) yield;
		if (j >= b.length || (i < a.length && order(a[i]!, b[j]!) <= 0)) all.push(a[i++]!);
		else all.push(b[j++]!);
	}
	return all;
}
