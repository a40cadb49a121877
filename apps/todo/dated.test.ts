import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { dated } from './dated.ts';
import { tasks } from './model.ts';

test('other apps see the tasks of some days, and when they change', () => {
	const mana = openMemoryMana();
	mana.write('add', (tx) => {
		tx.create(tasks, { title: 'Before', dueDay: '2026-11-22' });
		tx.create(tasks, { title: 'Rent', dueDay: '2026-11-23', completedAt: 5 });
		tx.create(tasks, { title: 'Call', dueDay: '2026-11-29', dueTime: '09:00' });
		tx.create(tasks, { title: 'Some day' });
	});
	const shown = dated(mana, '2026-11-23', '2026-11-29', 'UTC');
	let told = 0;
	const stop = shown.subscribe(() => told++);
	expect(shown.rows.map(({ title, day, time, done }) => [title, day, time, done])).toEqual([
		['Rent', '2026-11-23', null, true],
		['Call', '2026-11-29', '09:00', false],
	]);
	expect(shown.rows).toBe(shown.rows);
	mana.write('trash', (tx) => tx.trash(tasks, shown.rows[1]!.id as never));
	expect(told).toBeGreaterThan(0);
	expect(shown.rows.map(({ title }) => title)).toEqual(['Rent']);
	stop();
});
