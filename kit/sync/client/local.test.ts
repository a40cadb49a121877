import { describe, expect, test } from 'bun:test';
import { collection, field, InvalidValue } from '@mana/model';
import { openMemoryMana } from './open-memory.ts';

const tasks = collection(
	'todo/tasks',
	{ app: 1, number: 1 },
	{ title: field.text(1, { fallback: '' }), done: field.flag(2), tags: field.set(3), rank: field.integer(4) },
);

describe('a local write', () => {
	test('is visible at once, in the action and after it', () => {
		const mana = openMemoryMana();
		mana.write('Add', (tx) => {
			const id = tx.create(tasks, { title: 'Water', tags: ['home'] });
			expect(tx.get(tasks, id)?.title).toBe('Water');
		});
		const [row] = mana.query(tasks).rows;
		expect(row?.title).toBe('Water');
		expect([...row!.tags]).toEqual(['home']);
		expect(row?.createdAt).toBeGreaterThan(0);
	});

	test('that throws leaves nothing behind', () => {
		const mana = openMemoryMana();
		expect(() => mana.write('Add', (tx) => tx.create(tasks, { rank: 1.5 }))).toThrow(InvalidValue);
		expect(mana.query(tasks).rows).toEqual([]);
		expect(mana.outbox()).toEqual([]);
		expect(mana.history.undoable).toBeNull();
	});

	test('of sets adds and removes single keys', () => {
		const mana = openMemoryMana();
		let id!: ReturnType<Parameters<Parameters<typeof mana.write>[1]>[0]['newId']>;
		mana.write('Add', (tx) => void (id = tx.create(tasks, { tags: ['a', 'b'] })));
		mana.write('Tag', (tx) => tx.update(tasks, id, { tags: { add: ['c'], remove: ['a'] } }));
		expect([...mana.get(tasks, id)!.tags].sort()).toEqual(['b', 'c']);
		mana.write('Tag', (tx) => tx.update(tasks, id, { tags: ['c', 'd'] }));
		expect([...mana.get(tasks, id)!.tags].sort()).toEqual(['c', 'd']);
	});
});

describe('a live query', () => {
	test('filters, orders, limits, and keeps its array while nothing in it changes', () => {
		const mana = openMemoryMana();
		const open = mana.query(tasks, { where: (row) => !row.done, order: (a, b) => (a.rank ?? 0) - (b.rank ?? 0), limit: 2 });
		let told = 0;
		open.subscribe(() => told++);
		mana.write('Add', (tx) => {
			for (const rank of [3, 1, 2]) tx.create(tasks, { title: `t${rank}`, rank });
		});
		expect(told).toBe(1);
		expect(open.rows.map((row) => row.title)).toEqual(['t1', 't2']);
		const before = open.rows;
		const third = mana.query(tasks).rows.find((row) => row.rank === 3)!;
		mana.write('Rename', (tx) => tx.update(tasks, third.id, { title: 'far away' }));
		expect(open.rows).toBe(before);
		expect(told).toBe(1);
		mana.write('Done', (tx) => tx.update(tasks, before[0]!.id, { done: true }));
		expect(open.rows.map((row) => row.title)).toEqual(['t2', 'far away']);
	});
});

describe('undo', () => {
	test('goes back step by step through edits of one field, and forward again', () => {
		const mana = openMemoryMana();
		mana.write('Add', (tx) => tx.create(tasks, { title: 'A' }));
		const { id } = mana.query(tasks).rows[0]!;
		mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'B' }));
		mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'C' }));
		const title = () => mana.get(tasks, id)?.title;
		for (const expected of ['B', 'A', undefined]) {
			expect(mana.history.undo()).toBe(true);
			expect(title()).toBe(expected);
		}
		expect(mana.history.undo()).toBe(false);
		for (const expected of ['A', 'B', 'C']) {
			expect(mana.history.redo()).toBe(true);
			expect(title()).toBe(expected);
		}
		expect(mana.history.redo()).toBe(false);
	});

	test('of one action leaves later ones alone', () => {
		const mana = openMemoryMana();
		mana.write('Add', (tx) => tx.create(tasks, { title: 'A' }));
		const { id } = mana.query(tasks).rows[0]!;
		const tick = mana.write('Tick', (tx) => tx.update(tasks, id, { done: true }));
		mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'B' }));
		expect(tick.undo()).toBe(true);
		expect(tick.undo()).toBe(false);
		expect(mana.get(tasks, id)).toMatchObject({ title: 'B', done: false });
	});
});
