import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { namedRecordId } from '@mana/model';
import { placeKey } from '@mana/sync';
import type { StoredCell } from '@mana/sync/space/index';
import { type LogEntry, walk } from './walk.ts';

const record = namedRecordId('record');
const other = namedRecordId('other');

/** Commits of up to three transactions, each writing some fields of one of two records. */
const commits = fc.array(
	fc.array(
		fc.record({ record: fc.constantFrom(record, other), fields: fc.uniqueArray(fc.nat(3), { minLength: 1 }), actor: fc.nat(2) }),
		{ minLength: 1, maxLength: 3 },
	),
	{ maxLength: 30 },
);

test('undoing every change leads through all states that the record was in, page by page', async () => {
	await fc.assert(
		fc.asyncProperty(commits, fc.integer({ min: 1, max: 5 }), async (groups, limit) => {
			const { state, entries, states } = play(groups);
			const now = [...state.values()].filter((cell) => cell.record === record);
			const entryAt = (seq: number) => Promise.resolve(entries.find(({ to }) => to >= seq) ?? null);
			const held = new Map(now.map((cell) => [placeKey(cell), cell.value]));
			const seen: string[] = [];
			let before: number | null = null;
			for (let earlier = 'more'; earlier === 'more';) {
				const page = await walk(now, entryAt, { before, limit });
				for (const { cells } of page.changes)
					for (const { cell, before: old } of cells) {
						expect(held.get(placeKey(cell))).toBe(cell.value);
						if (old) held.set(placeKey(cell), old.value);
						else held.delete(placeKey(cell));
					}
				if (page.changes.length > 0) seen.push(textOf(held));
				({ earlier, before } = page);
			}
			expect(held.size).toBe(0);
			for (const one of seen) expect(states).toContain(one);
		}),
	);
});

test('a log that does not lead to what stands there tells nothing', async () => {
	const { state, entries } = play([[{ record, fields: [0], actor: 1 }], [{ record, fields: [0], actor: 1 }]]);
	const cell = { ...[...state.values()][0]!, stamp: 99 };
	const walked = await walk([cell], (seq) => Promise.resolve(entries.find(({ to }) => to >= seq) ?? null), {
		before: null,
		limit: 9,
	});
	expect(walked).toEqual({ changes: [], earlier: 'forgotten', before: null });
});

type Commit = readonly { readonly record: typeof record; readonly fields: readonly number[]; readonly actor: number }[];

/** What a server makes of commits: its state, its log, and each state that the record was in after one of them. */
function play(groups: readonly Commit[]) {
	const state = new Map<string, StoredCell>();
	const entries: LogEntry[] = [];
	const states = [''];
	let seq = 0;
	for (const group of groups) {
		const from = seq;
		const written = new Map<string, StoredCell>();
		for (const { record, fields, actor } of group) {
			seq++;
			for (const field of fields) {
				const cell: StoredCell = { collection: 1, record, field, key: '', value: seq, stamp: seq, actor, seq };
				written.set(placeKey(cell), cell);
			}
		}
		const cells = [...written.values()].sort((a, b) => a.seq - b.seq);
		const replaced = cells.flatMap((cell) => state.get(placeKey(cell)) ?? []);
		entries.push({ from, to: seq, at: seq, cells, replaced });
		for (const cell of cells) state.set(placeKey(cell), cell);
		const own = [...state.values()].filter((cell) => cell.record === record);
		states.push(textOf(new Map(own.map((cell) => [placeKey(cell), cell.value]))));
	}
	return { state, entries, states };
}

function textOf(held: ReadonlyMap<string, unknown>): string {
	return [...held].map(([key, value]) => `${key}=${String(value)}`).sort().join(' '); // prettier-ignore
}
