/** One transaction as a replica shows it. */
export interface Mark {
	readonly writer: string;
	readonly count: number;
	readonly value: number;
	readonly keys: readonly number[];
	readonly seen: ReadonlyMap<string, number>;
}

/** What a replica shows at one moment: the top of each key, and every transaction that is visible. */
export interface View {
	readonly tops: readonly number[];
	readonly marks: readonly Mark[];
}

/** How many transactions of each writer a view holds. */
export type Counts = ReadonlyMap<string, number>;

export function countsOf(marks: readonly Mark[]): Counts {
	const counts = new Map<string, number>();
	for (const { writer, count } of marks) counts.set(writer, Math.max(counts.get(writer) ?? 0, count));
	return counts;
}

/**
 * What is wrong with a view, by the guarantees of docs/sync.md: each transaction whole (I6), each writer's without a gap (I5), nothing
 * visible without what its writer had seen (I7), and nothing gone that was visible before (I7).
 *
 * @param before what the same replica showed earlier
 */
export function faultsIn(view: View, before: Counts = new Map()): string[] {
	const counts = countsOf(view.marks);
	return [
		...halfTransactions(view),
		...gaps(view.marks, counts),
		...missingCauses(view.marks, counts),
		...vanished(counts, before),
	];
}

function* halfTransactions({ tops, marks }: View): Generator<string> {
	const written = new Map<number, number>();
	for (const { writer, count, value, keys } of marks)
		for (const key of keys) {
			if ((tops[key] ?? 0) < value)
				yield `I6: ${writer} ${count} is visible, but key ${key} holds ${tops[key]} and not its ${value}`;
			written.set(key, Math.max(written.get(key) ?? 0, value));
		}
	for (const [key, top] of tops.entries())
		if (top > (written.get(key) ?? 0)) yield `I6: key ${key} holds ${top}, whose transaction is not visible`;
}

function* gaps(marks: readonly Mark[], counts: Counts): Generator<string> {
	const held = new Map<string, Set<number>>();
	for (const { writer, count } of marks) {
		const own = held.get(writer) ?? new Set();
		if (own.has(count)) yield `I4: ${writer} ${count} is there twice`;
		held.set(writer, own.add(count));
	}
	for (const [writer, last] of counts)
		if (held.get(writer)?.size !== last) yield `I5: of ${writer} up to ${last} only ${held.get(writer)?.size} are visible`;
}

function* missingCauses(marks: readonly Mark[], counts: Counts): Generator<string> {
	for (const { writer, count, seen } of marks)
		for (const [other, least] of seen)
			if ((counts.get(other) ?? 0) < least)
				yield `I7: ${writer} ${count} is visible, but not ${other} ${least}, which its writer had seen`;
}

function* vanished(counts: Counts, before: Counts): Generator<string> {
	for (const [writer, count] of before)
		if ((counts.get(writer) ?? 0) < count) yield `I7: ${writer} ${count} was visible and is gone`;
}
