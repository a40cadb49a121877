import type { RecordId } from './record-id.ts';

/** A row with what stands under it. */
export interface Branch<R> {
	readonly row: R;
	readonly children: readonly Branch<R>[];
}

/**
 * The tree that rows make by a `parent` field, children in the order of the rows. A row whose parent is not among them stands at the top.
 * Two moves that are still on their way may make a circle until the server has refused one: it is then cut at the row with the lowest
 * id, so that every replica shows the same and no row is lost.
 */
export function outline<R extends { readonly id: RecordId }>(
	rows: Iterable<R>,
	parentOf: (row: R) => RecordId | null,
): readonly Branch<R>[] {
	const byId = new Map<RecordId, R>();
	for (const row of rows) byId.set(row.id, row);
	const parents = new Map<RecordId, RecordId | null>();
	for (const row of byId.values()) {
		const parent = parentOf(row);
		parents.set(row.id, parent !== null && byId.has(parent) ? parent : null);
	}
	for (const id of cuts(parents)) parents.set(id, null);
	const branches = new Map<RecordId, { readonly row: R; readonly children: Branch<R>[] }>();
	for (const row of byId.values()) branches.set(row.id, { row, children: [] });
	const top: Branch<R>[] = [];
	for (const [id, branch] of branches) {
		const parent = parents.get(id) ?? null;
		(parent === null ? top : branches.get(parent)!.children).push(branch);
	}
	return top;
}

/** Whether moving `record` under `parent` would close a circle, as far as `parentOf` knows. */
export function closesCircle(record: RecordId, parent: RecordId | null, parentOf: (id: RecordId) => RecordId | null): boolean {
	const seen = new Set<RecordId>();
	for (let at = parent; at !== null && !seen.has(at); at = parentOf(at)) {
		if (at === record) return true;
		seen.add(at);
	}
	return false;
}

/** The lowest id of each circle. @param parents under whom each one stands */
export function cuts(parents: ReadonlyMap<RecordId, RecordId | null>): RecordId[] {
	const done = new Set<RecordId>();
	const found: RecordId[] = [];
	for (const start of parents.keys()) {
		const path: RecordId[] = [];
		let at: RecordId | null = start;
		while (at !== null && !done.has(at)) {
			done.add(at);
			path.push(at);
			at = parents.get(at) ?? null;
		}
		const entered = at === null ? -1 : path.indexOf(at);
		if (entered >= 0) found.push(path.slice(entered).reduce((low, id) => (id < low ? id : low)));
	}
	return found;
}
