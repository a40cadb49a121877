import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { dated } from './dated.ts';
import { calendars, defaultCalendarId, events, settings, settingsId } from './model.ts';

const berlin = 'Europe/Berlin';

test('other apps see what takes place on each of its days, on the clocks of whoever looks, and when it changes', () => {
	const mana = openMemoryMana();
	let talk!: RecordId;
	mana.write('add', (tx) => {
		talk = tx.create(events, { title: 'Talk', start: '2026-11-24T20:00', zone: 'UTC', length: 3_600 });
		tx.create(events, { title: 'Fair', start: '2026-11-22', length: 3 * 86_400 });
		tx.create(events, { title: 'Sport', start: '2026-11-23T18:00', zone: berlin, length: 3_600, repeat: 'FREQ=DAILY;COUNT=2' });
		tx.create(events, { title: 'Night train', start: '2026-11-23T23:30', zone: berlin, length: 7_200 });
		tx.create(events, { title: 'Next week', start: '2026-11-30T10:00', zone: berlin });
	});
	const shown = dated(mana, '2026-11-23', '2026-11-25', berlin);
	const stop = shown.subscribe(() => undefined);
	const seen = () => shown.rows.map(({ title, day, time }) => `${day.slice(8)} ${time ?? '–'} ${title}`).toSorted();
	expect(seen()).toEqual([
		'23 18:00 Sport',
		'23 23:30 Night train',
		'23 – Fair',
		'24 18:00 Sport',
		'24 21:00 Talk',
		'24 – Fair',
		'24 – Night train',
	]);
	expect(new Set(shown.rows.map(({ id }) => id)).size).toBe(7);
	mana.write('move', (tx) => tx.update(events, talk, { start: '2026-11-24T23:00' }));
	expect(seen()).toContain('25 00:00 Talk');
	stop();
});

test('what somebody does not look at in the calendar stands in no list of others', () => {
	const mana = openMemoryMana();
	let work!: RecordId;
	mana.write('add', (tx) => {
		work = tx.create(calendars, { name: 'Work' });
		tx.create(events, { title: 'Meeting', start: '2026-11-23T10:00', zone: berlin, calendar: work });
		tx.create(events, { title: 'Dinner', start: '2026-11-23T19:00', zone: berlin });
	});
	const shown = dated(mana, '2026-11-23', '2026-11-23', berlin);
	const stop = shown.subscribe(() => undefined);
	const hide = (id: string) => mana.write('hide', (tx) => void tx.create(settings, { hidden: [id] }, settingsId));
	expect(shown.rows.map(({ title }) => title)).toEqual(['Meeting', 'Dinner']);
	hide(work);
	expect(shown.rows.map(({ title }) => title)).toEqual(['Dinner']);
	mana.write('hide', (tx) => tx.update(settings, settingsId, { hidden: { add: [defaultCalendarId] } }));
	expect(shown.rows).toEqual([]);
	stop();
});
