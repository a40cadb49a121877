import { describe, expect, test } from 'bun:test';
import { InvalidValue, type RecordId, type Row } from '@mana/model';
import type { LocalMana } from './local.ts';
import { openMemoryMana } from './open-memory.ts';
import { seeded, tasks } from './test-world.ts';

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

	test('that no person did is no step of undo', () => {
		const mana = openMemoryMana();
		mana.write('Add', (tx) => tx.create(tasks, { title: 'mine' }));
		void mana.note('Keep in order', (tx) => tx.create(tasks, { title: 'of its own accord' }));
		expect(mana.history.undoable).toBe('Add');
		mana.history.undo();
		expect(mana.query(tasks).rows.map(({ title }) => title)).toEqual(['of its own accord']);
	});

	test('of sets adds and removes single keys', () => {
		const mana = openMemoryMana();
		let id!: RecordId;
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

	test('goes back through the last hundred actions and no further, however many there were', () => {
		const mana = openMemoryMana();
		let id!: RecordId;
		mana.write('Add', (tx) => void (id = tx.create(tasks, { rank: 0 })));
		for (let rank = 1; rank <= 1000; rank++) mana.write(`Rank ${rank}`, (tx) => tx.update(tasks, id, { rank }));
		for (let rank = 999; rank >= 900; rank--) {
			expect(mana.history.undo()).toBe(true);
			expect(mana.get(tasks, id)?.rank).toBe(rank);
		}
		expect(mana.history.undo()).toBe(false);
		for (let rank = 901; rank <= 1000; rank++) expect(mana.history.redo()).toBe(true);
		expect(mana.get(tasks, id)?.rank).toBe(1000);
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

	test('skips what somebody else wrote since, and takes the rest back', () => {
		const mana = openMemoryMana() as LocalMana;
		mana.write('Add', (tx) => tx.create(tasks, { title: 'A' }));
		const { id } = mana.query(tasks).rows[0]!;
		mana.write('Edit', (tx) => tx.update(tasks, id, { title: 'B', rank: 2 }));
		const { stamp } = mana.replica.register({ collection: tasks.number, record: id, field: tasks.fields.title.number, key: '' })!;
		const theirs = { collection: tasks.number, record: id, field: tasks.fields.title.number, key: '', value: 'theirs' };
		mana.replica.merge([{ ...theirs, stamp: stamp + 1, actor: 9 }]);
		expect(mana.history.undo()).toBe(true);
		expect(mana.get(tasks, id)).toMatchObject({ title: 'theirs', rank: null });
		expect(mana.history.undo()).toBe(false);
		expect(mana.get(tasks, id)?.title).toBe('theirs');
	});

	test('follows its writes through new stamps and acknowledgement', () => {
		const mana = openMemoryMana() as LocalMana;
		mana.write('Add', (tx) => tx.create(tasks, { title: 'A' }));
		const { id } = mana.query(tasks).rows[0]!;
		mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'B' }));
		const pending = [...mana.replica.pending].at(-1)!;
		mana.replica.batch(() => {
			mana.replica.restamp(pending, pending.stamp + 5);
			mana.replica.merge(pending.ops.map((op) => ({ ...op, stamp: pending.stamp, actor: 0 })));
			mana.replica.remove(pending);
		});
		expect(mana.history.undo()).toBe(true);
		expect(mana.get(tasks, id)?.title).toBe('A');
	});

	test('of a big action takes all of it back as one', () => {
		const mana = openMemoryMana();
		mana.write('Paste', (tx) => {
			for (let rank = 0; rank < 3_000; rank++) tx.create(tasks, { title: 't', rank });
		});
		expect(mana.outbox().every(({ transaction }) => transaction.ops.length <= 4096)).toBe(true);
		expect(mana.query(tasks).rows).toHaveLength(3_000);
		expect(mana.history.undo()).toBe(true);
		expect(mana.query(tasks).rows).toHaveLength(0);
		expect(mana.history.redo()).toBe(true);
		expect(mana.query(tasks).rows).toHaveLength(3_000);
	});
});

describe('queries kept current', () => {
	test('answer like a fresh one after any writes', () => {
		const random = seeded(7);
		const dice = (sides: number) => Math.floor(random() * sides);
		const mana = openMemoryMana();
		const question = {
			where: (row: Row<typeof tasks>) => !row.done && row.deletedAt === null,
			order: (a: Row<typeof tasks>, b: Row<typeof tasks>) => (a.rank ?? 0) - (b.rank ?? 0),
			limit: 20,
		};
		const live = mana.query(tasks, question);
		let told = 0;
		live.subscribe(() => told++);
		const ids: RecordId[] = [];
		for (let step = 0; step < 400; step++) {
			const before = live.rows;
			const heard = told;
			mana.write('Step', (tx) => {
				for (let i = dice(3); i >= 0; i--) {
					const id = ids[dice(ids.length)];
					if (!id || dice(3) === 0) ids.push(tx.create(tasks, { rank: dice(30) }));
					else if (dice(6) === 0) tx.trash(tasks, id);
					else tx.update(tasks, id, [{ rank: dice(30) }, { done: dice(3) === 0 }, { title: `x${dice(5)}` }][dice(3)]!);
				}
			});
			if (dice(10) === 0) mana.history.undo();
			expect(live.rows).toEqual(mana.query(tasks, question).rows);
			if (told === heard) expect(live.rows).toBe(before);
			else expect(live.rows).not.toBe(before);
		}
	});
});
