import { describe, expect, test } from 'bun:test';
import type { Draft, RecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import { ownColumns } from '@mana/shared/views';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { packsFor, quickAdd } from '@mana/time';
import fc from 'fast-check';
import { taskActions } from '../actions.ts';
import { projects, type Task, tasks, views } from '../model.ts';
import { type BoardWorld, columnsOf, GROUPINGS, type Grouping, type Move, moveTo, NONE, placeIn } from './columns.ts';
import { ranked } from './ranks.ts';
import { moveToQuadrant, placeInQuadrant, QUADRANTS, quadrantOf } from './quadrants.ts';

const today = '2026-11-26';
const mana = openMemoryMana();
const actions = taskActions(
	mana,
	() => Date.UTC(2026, 10, 26, 10),
	Math.random,
	() => null,
);
const ids: Record<'view' | 'garden' | 'home' | 'work', RecordId> = { view: '', garden: '', home: '', work: '' } as never;
mana.write('begin', (tx) => {
	ids.view = tx.create(views, { name: 'Mine', columns: { a: 'Ideas', b: 'Now' }, places: { b: 'a0', a: 'a1' } });
	ids.garden = tx.create(projects, { name: 'Garden' });
	ids.home = tx.create(tags, { name: 'home' });
	ids.work = tx.create(tags, { name: 'work' });
});
const world: BoardWorld = {
	today,
	tags: mana.query(tags).rows,
	projects: mana.query(projects).rows,
	people: [
		{ person: 'ana', name: 'Ana' },
		{ person: 'ben', name: 'Ben' },
	],
	view: ids.view,
	own: ownColumns(mana.get(views, ids.view)!),
};

function make(draft: Draft<typeof tasks>): Task {
	let id!: RecordId;
	mana.write('make', (tx) => (id = tx.create(tasks, { title: 'x', ...draft })));
	return mana.get(tasks, id)!;
}

function carry(move: Move | null, task: Task): Task {
	if (move?.kind === 'complete') actions.complete('done', [task.id]);
	if (move?.kind === 'file') actions.file('file', [task.id], move.project);
	if (move?.kind === 'change') actions.change('change', [task.id], move.draft, move);
	return mana.get(tasks, task.id)!;
}

const keysOf = (grouping: Grouping, task: Task): string[] =>
	columnsOf(grouping, [task], world)
		.filter((column) => column.tasks.length > 0)
		.map(({ key }) => key);

const anyDraft = fc.record({
	dueDay: fc.constantFrom(null, '2026-11-01', today, '2026-11-27', '2026-11-30', '2027-01-01'),
	priority: fc.constantFrom('none' as const, 'low' as const, 'high' as const, 'urgent' as const),
	status: fc.constantFrom('todo' as const, 'doing' as const),
	completedAt: fc.constantFrom(null, 1_000),
	tags: fc.subarray([ids.home as string, ids.work]),
	project: fc.constantFrom(null, ids.garden),
	assignees: fc.subarray(['ana', 'ben']),
	columns: fc.constantFrom({}, { [ids.view]: 'a' }, { [ids.view]: 'gone' }),
});

describe('a board', () => {
	test('keeps its cards in the order that was made by hand, what nobody moved behind it, and what is put there where it was let go', () => {
		const moves = fc.array(fc.record({ which: fc.nat(5), to: fc.nat(5) }), { maxLength: 8 });
		fc.assert(
			fc.property(moves, (all) => {
				const made = Array.from({ length: 6 }, (_, n) => make({ title: String(n) }).id);
				const column = () => ranked(made.map((id) => mana.get(tasks, id)!), ids.view); // prettier-ignore
				let expected = [...made];
				for (const { which, to } of all) {
					const id = made[which]!;
					const rest = column().filter((task) => task.id !== id);
					const spot = { view: ids.view, column: rest, before: rest[to - 1]?.id ?? null, after: rest[to]?.id ?? null };
					actions.arrange('arrange', id, spot, { priority: 'high' });
					expected = expected.filter((one) => one !== id).toSpliced(to, 0, id);
					expect(column().map((task) => task.id)).toEqual(expected);
					expect(mana.get(tasks, id)!.priority).toBe('high');
				}
			}),
			{ numRuns: 50 },
		);
	});

	test('has columns by what it groups by, those made by hand in their own order', () => {
		const keys = (grouping: Grouping, ...drafts: Draft<typeof tasks>[]) =>
			columnsOf(grouping, drafts.map(make), world).map(({ key }) => key);
		expect(keys('status')).toEqual(['todo', 'doing', 'waiting', 'done']);
		expect(keys('due')).toEqual(['today', 'tomorrow', 'week', 'later', 'none']);
		expect(keys('due', { dueDay: '2026-11-01' })[0]).toBe('overdue');
		expect(keys('own')).toEqual([NONE, 'b', 'a']);
		expect(keys('person')).toEqual(['ana', 'ben', NONE]);
		expect(keys('tag', { tags: [ids.work] })).toEqual([ids.work, NONE]);
	});

	test('shows every task in at least one column', () => {
		fc.assert(
			fc.property(anyDraft, fc.constantFrom(...GROUPINGS), (draft, grouping) => {
				expect(keysOf(grouping, make(draft)).length).toBeGreaterThan(0);
			}),
		);
	});

	test('puts a task where it is let go, and takes it away where it was', () => {
		fc.assert(
			fc.property(anyDraft, fc.constantFrom(...GROUPINGS), fc.nat(), (draft, grouping, pick) => {
				const task = make(draft);
				const [from] = keysOf(grouping, task);
				// Tags that nobody wears yet have no column to be put into: all are worn here.
				const others = [make({ tags: [ids.home, ids.work] }), task];
				const columns = columnsOf(grouping, others, world).filter(({ open, key }) => open && key !== from);
				const { key } = columns[pick % columns.length]!;
				const after = carry(moveTo(grouping, key, from!, task, world), task);
				expect(keysOf(grouping, after)).toContain(key);
				expect(keysOf(grouping, after)).not.toContain(from);
			}),
		);
	});

	test('lets nothing be put among what is overdue, nor where it is', () => {
		const task = make({ dueDay: today });
		expect(moveTo('due', 'overdue', 'today', task, world)).toBeNull();
		expect(moveTo('status', 'todo', 'todo', task, world)).toBeNull();
	});

	test('takes what is written in a column into it', () => {
		const capture = quickAdd('New', { today, time: '10:00', packs: packsFor('en'), projects: [] });
		for (const grouping of GROUPINGS)
			for (const { key, open } of columnsOf(grouping, [make({ tags: [ids.home] })], world)) {
				if (!open || key === 'done') continue;
				const { id } = actions.add('add', capture, placeIn(grouping, key, world));
				expect([grouping, ...keysOf(grouping, mana.get(tasks, id)!)]).toEqual([grouping, key]);
			}
	});
});

describe('the grid of what is important and what cannot wait', () => {
	test('puts a task where it is let go, and changes no more than that needs', () => {
		fc.assert(
			fc.property(anyDraft, fc.constantFrom(...QUADRANTS), (draft, to) => {
				const task = make({ ...draft, completedAt: null });
				const move = moveToQuadrant(to, task, today);
				expect(move === null).toBe(quadrantOf(task, today) === to);
				const after = carry(move, task);
				expect(quadrantOf(after, today)).toBe(to);
				expect({ ...after, priority: 0, dueDay: 0 }).toEqual({ ...task, priority: 0, dueDay: 0 } as never);
			}),
		);
	});

	test('takes what is written there into it', () => {
		for (const one of QUADRANTS) {
			const { priority = 'none', day = null } = placeInQuadrant(one, today);
			expect(quadrantOf({ priority, dueDay: day }, today)).toBe(one);
		}
	});
});
