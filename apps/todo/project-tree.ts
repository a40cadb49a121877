import type { RecordId } from '@mana/model';
import { type Branch, outline } from '@mana/model/tree';
import type { Project } from './model.ts';

/** What stands where in a tree that is read from top to bottom. */
export interface Line<R> {
	readonly row: R;
	/** How many others it stands under: 0 at the top. */
	readonly depth: number;
	/** The one that it is shown under; `null`: at the top. */
	readonly parent: RecordId | null;
}

/** Where something is put: under whom, and between which two that are there. */
export interface Spot {
	readonly parent: RecordId | null;
	readonly before: RecordId | null;
	readonly after: RecordId | null;
}

type Placed = Pick<Project, 'id' | 'parent'>;

/** Projects as they stand under one another, from top to bottom. @param rows in their order by hand */
export function linesOf<R extends Placed>(rows: readonly R[]): Line<R>[] {
	const tree = outline(rows, ({ parent }) => parent);
	return flat(tree, 0, null);
}

function flat<R extends Placed>(branches: readonly Branch<R>[], depth: number, parent: RecordId | null): Line<R>[] {
	return branches.flatMap(({ row, children }) => [{ row, depth, parent }, ...flat(children, depth + 1, row.id)]);
}

/** A project and all that stand under it, from top to bottom. */
export function subtreeOf<R extends Placed>(lines: readonly Line<R>[], id: RecordId): Line<R>[] {
	const at = lines.findIndex(({ row }) => row.id === id);
	if (at < 0) return [];
	const end = lines.findIndex(({ depth }, i) => i > at && depth <= lines[at]!.depth);
	return lines.slice(at, end < 0 ? undefined : end);
}

/**
 * Where a line goes that is let go behind another one, with all that stands under it: as deep as it is drawn to, as far as its new
 * neighbours allow. `null`: where it is.
 *
 * @param behind the line above; `null`: none. One of its own is where it already is.
 * @param levels how much deeper it is drawn than it was
 */
export function spotBehind<R extends Placed>(
	lines: readonly Line<R>[],
	id: RecordId,
	behind: RecordId | null,
	levels: number,
): Spot | null {
	const own = subtreeOf(lines, id);
	const self = own[0];
	if (!self) return null;
	const rest = lines.filter((line) => !own.includes(line));
	const above = own.some(({ row }) => row.id === behind)
		? lines.indexOf(self) - 1
		: lines.findIndex(({ row }) => row.id === behind);
	const at = rest.indexOf(lines[above]!);
	const [last, next] = [rest[at], rest[at + 1]];
	const depth = Math.max(next?.depth ?? 0, Math.min(self.depth + levels, last ? last.depth + 1 : 0));
	const parent = depth === 0 ? null : (rest.slice(0, at + 1).findLast((line) => line.depth === depth - 1)?.row.id ?? null);
	const siblings = rest.filter((line) => line.parent === parent);
	const spot = {
		parent,
		before: siblings.findLast((line) => rest.indexOf(line) <= at)?.row.id ?? null,
		after: siblings.find((line) => rest.indexOf(line) > at)?.row.id ?? null,
	};
	return isThere(lines, self, spot) ? null : spot;
}

/** One place up or down among those that stand under the same; `null`: there is none. */
export function spotBeside<R extends Placed>(lines: readonly Line<R>[], id: RecordId, by: 1 | -1): Spot | null {
	const self = lines.find(({ row }) => row.id === id);
	const siblings = lines.filter((line) => line.parent === self?.parent);
	const at = siblings.findIndex(({ row }) => row.id === id);
	if (!self || !siblings[at + by]) return null;
	const rest = siblings.toSpliced(at, 1);
	return { parent: self.parent, before: rest[at + by - 1]?.row.id ?? null, after: rest[at + by]?.row.id ?? null };
}

/** Under the one above it, as the last; `null`: there is none. */
export function spotUnder<R extends Placed>(lines: readonly Line<R>[], id: RecordId): Spot | null {
	const self = lines.findIndex(({ row }) => row.id === id);
	const above = lines.slice(0, self).findLast((line) => line.parent === lines[self]!.parent);
	return above ? lastUnder(lines, above.row.id) : null;
}

/** Behind the one that it stands under; `null`: it stands at the top. */
export function spotOut<R extends Placed>(lines: readonly Line<R>[], id: RecordId): Spot | null {
	const self = lines.find(({ row }) => row.id === id);
	const owner = lines.find(({ row }) => row.id === self?.parent);
	if (!owner) return null;
	const siblings = lines.filter((line) => line.parent === owner.parent);
	return { parent: owner.parent, before: owner.row.id, after: siblings[siblings.indexOf(owner) + 1]?.row.id ?? null };
}

/** As the last one under a project, or with `null` at the top. */
export function lastUnder<R extends Placed>(lines: readonly Line<R>[], parent: RecordId | null): Spot {
	return { parent, before: lines.findLast((line) => line.parent === parent)?.row.id ?? null, after: null };
}

function isThere<R extends Placed>(lines: readonly Line<R>[], self: Line<R>, { parent, before, after }: Spot): boolean {
	const siblings = lines.filter((line) => line.parent === self.parent);
	const at = siblings.indexOf(self);
	return parent === self.parent && before === (siblings[at - 1]?.row.id ?? null) && after === (siblings[at + 1]?.row.id ?? null);
}
