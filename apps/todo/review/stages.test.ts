import { expect, test } from 'bun:test';
import type { Draft, RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { dayAt } from '@mana/time';
import fc from 'fast-check';
import { tasks } from '../model.ts';
import { begin, questionOf, type Stage, STAGES, walked } from './stages.ts';

const today = '2026-11-26';
const at = (day: string) => Date.parse(`${day}T10:00:00Z`);

test('every task stands in the stage that it belongs to, and steps in none', () => {
	const mana = openMemoryMana();
	const make = (title: string, draft: Draft<typeof tasks>) =>
		mana.write('make', (tx) => void tx.create(tasks, { title, ...draft }));
	make('done lately', { completedAt: at('2026-11-20') });
	make('done today', { completedAt: at(today), dueDay: '2026-11-01' });
	make('done long ago', { completedAt: at('2026-11-19') });
	make('slipped', { dueDay: '2026-11-25' });
	make('slipped long ago', { dueDay: '2026-01-01' });
	make('today', { dueDay: today });
	make('free', {});
	make('begins later', { startDay: '2026-12-24' });
	make('waits for somebody', { status: 'waiting' });
	make('soon', { dueDay: '2026-12-03' });
	make('later', { dueDay: '2026-12-04' });
	make('thrown away', { dueDay: '2026-11-25' });
	mana.write('throw away', (tx) =>
		tx.trash(tasks, mana.query(tasks, { where: ({ title }) => title === 'thrown away' }).rows[0]!.id),
	);
	make('a step', { parent: mana.query(tasks, { where: ({ title }) => title === 'slipped' }).rows[0]!.id, dueDay: '2026-11-25' });
	const held = (stage: Stage) =>
		mana
			.query(
				tasks,
				questionOf(stage, today, (moment) => dayAt(moment, 'UTC')),
			)
			.rows.map(({ title }) => title);
	expect(Object.fromEntries(STAGES.map((stage) => [stage, held(stage)]))).toEqual({
		done: ['done today', 'done lately'],
		slipped: ['slipped long ago', 'slipped'],
		free: ['free'],
		coming: ['soon'],
	});
});

test('whoever goes on through a walk meets each task that still waits, once, in order, and is through then', () => {
	fc.assert(
		fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (waiting) => {
			const ids = waiting.map((_, place) => `t${place}` as RecordId);
			const waits = (id: RecordId) => waiting[ids.indexOf(id)]!;
			const met: RecordId[] = [];
			let walk = walked({ ...begin(ids.map((id) => ({ id }))), at: -1 }, 1, waits);
			while (walk.at < ids.length) {
				met.push(ids[walk.at]!);
				walk = walked(walk, 1, waits);
			}
			expect(met).toEqual(ids.filter(waits));
			// And the same way back.
			const back: RecordId[] = [];
			for (let before = walked(walk, -1, waits); before.at !== walk.at; before = walked(walk, -1, waits)) {
				walk = before;
				back.unshift(ids[walk.at]!);
			}
			expect(back).toEqual(met);
		}),
	);
});

test('what was decided about meanwhile is passed over, and what came does not join', () => {
	const ids = ['a', 'b', 'c'] as RecordId[];
	const walk = begin(ids.map((id) => ({ id })));
	expect(walked(walk, 1, (id) => id !== 'b')).toEqual({ ids, at: 2 });
	expect(walked({ ids, at: 2 }, 1, () => true)).toEqual({ ids, at: 3 });
	expect(walked(walk, -1, () => true)).toEqual(walk);
});
