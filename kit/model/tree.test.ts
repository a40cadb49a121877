import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { namedRecordId, type RecordId } from './record-id.ts';
import { type Branch, closesCircle, outline } from './tree.ts';

const ids = Array.from({ length: 8 }, (_, i) => namedRecordId(`row ${i}`)).sort();

interface Node {
	readonly id: RecordId;
	readonly parent: RecordId | null;
}

const anyRows = fc
	.array(fc.option(fc.nat(9)), { minLength: 8, maxLength: 8 })
	.map((parents) =>
		parents.map((parent, i): Node => ({ id: ids[i]!, parent: parent === null ? null : (ids[parent] ?? namedRecordId('gone')) })),
	);

function flat(branches: readonly Branch<Node>[]): Node[] {
	return branches.flatMap(({ row, children }) => [row, ...flat(children)]);
}

test('an outline has every row once, whatever circles there are, and in any order of the rows the same tree', () => {
	fc.assert(
		fc.property(anyRows, (rows) => {
			const tree = outline(rows, ({ parent }) => parent);
			expect(flat(tree).map(({ id }) => id).sort()).toEqual(ids); // prettier-ignore
			const sorted = (branches: readonly Branch<Node>[]): unknown =>
				branches.map(({ row, children }) => [row.id, sorted(children)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
			expect(sorted(outline(rows.toReversed(), ({ parent }) => parent))).toEqual(sorted(tree));
		}),
	);
});

test('without circles every row stands under its parent', () => {
	const rows = ids.map((id, i) => ({ id, parent: i === 0 ? null : ids[(i - 1) >> 1]! }));
	const check = ({ row, children }: Branch<Node>): void => {
		for (const child of children) {
			expect(child.row.parent).toBe(row.id);
			check(child);
		}
	};
	const tree = outline(rows, ({ parent }) => parent);
	expect(tree).toHaveLength(1);
	tree.forEach(check);
});

test('a move that would close a circle is known before', () => {
	const parentOf = (id: RecordId): RecordId | null => ({ [ids[1]!]: ids[0]!, [ids[2]!]: ids[1]! })[id] ?? null;
	expect(closesCircle(ids[0]!, ids[2]!, parentOf)).toBe(true);
	expect(closesCircle(ids[0]!, ids[0]!, parentOf)).toBe(true);
	expect(closesCircle(ids[2]!, ids[0]!, parentOf)).toBe(false);
	expect(closesCircle(ids[0]!, null, parentOf)).toBe(false);
});
