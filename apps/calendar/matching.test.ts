import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { byNearness, matching } from './matching.ts';
import { events } from './model.ts';
import { eventRow } from './rows.fixture.ts';
import { search } from './search.ts';

test('events are found by words of their title, place and notes, whatever the accents; those of the trash are not', () => {
	const row = eventRow({ title: 'Zahnärztin', place: 'Große Straße 3', notes: 'bring the card', start: '2026-11-26' });
	for (const words of ['zahnarztin', 'grosse CARD', 'straße'] as const) expect(matching(words)(row)).toBe(true);
	for (const words of ['', 'dentist', 'card dentist']) expect(matching(words)(row)).toBe(false);
	expect(matching('card')({ ...row, deletedAt: 1 })).toBe(false);
	expect(matching('event')(eventRow({}))).toBe(false);
});

test('what comes stands before what was, each with the nearest first', () => {
	const rows = ['2026-11-20', '2026-11-30T09:00', '2026-11-27', '2025-01-01'].map((start) => eventRow({ start }));
	const weekly = eventRow({ start: '2020-01-01', repeat: 'FREQ=WEEKLY' });
	expect([...rows, weekly].toSorted((a, b) => byNearness(a, b, '2026-11-26T10:00')).map(({ start }) => start)).toEqual([
		'2020-01-01',
		'2026-11-27',
		'2026-11-30T09:00',
		'2026-11-20',
		'2025-01-01',
	]);
});

test('the palette leads to an event', () => {
	const mana = openMemoryMana();
	mana.write('add', (tx) => tx.create(events, { title: 'Lunch with Ana', start: '2026-11-26T12:00' }));
	mana.write('add', (tx) => tx.create(events, { title: 'Call', notes: 'about the lunch', start: '2026-11-26T13:00' }));
	const hits = search(mana, 'lunch', 5);
	expect(hits.map(({ title }) => title)).toEqual(['Lunch with Ana', 'Call']);
	expect(hits[0]!.href).toStartWith('/calendar?event=');
});
