import { expect, test } from 'bun:test';
import type { Mana } from '@mana/sync/client/api';
import { trashActions } from '@mana/shared/trash';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { TestBrowser, World } from '@mana/sync/client/test-world';
import { calendarActions, calendarOf, type EventDraft, type Scope } from './actions.ts';
import type { RecordId } from '@mana/model';
import {
	calendars,
	changedOccurrenceId,
	defaultCalendarId,
	events,
	guestId,
	guests,
	reminding,
	settings,
	settingsId,
} from './model.ts';
import { occurrencesOf } from './occurrences.ts';
import { trash } from './trash.ts';

const zone = 'Europe/Berlin';

function open(mana: Mana = openMemoryMana()) {
	const actions = calendarActions(mana, () => 1_000, Math.random);
	const seen = (from = '2026-11-01', to = '2026-12-01') =>
		occurrencesOf(mana.query(events, { where: () => true }).rows, Date.parse(from), Date.parse(to), zone);
	const list = (from?: string, to?: string) => seen(from, to).map(({ event, start }) => `${start} ${event.title}`);
	const on = (start: string, from?: string, to?: string) => seen(from, to).find((one) => one.start.startsWith(start))!;
	const weekly = (draft: EventDraft = {}) =>
		actions.add('add', { title: 'Yoga', start: '2026-11-02T18:00', zone, repeat: 'FREQ=WEEKLY;BYDAY=MO', ...draft }).id;
	const change = (start: string, draft: EventDraft, scope: Scope) => actions.edit('edit', on(start), draft, scope);
	return { mana, actions, seen, list, on, weekly, change };
}

const YOGA = [
	'2026-11-02T18:00 Yoga',
	'2026-11-09T18:00 Yoga',
	'2026-11-16T18:00 Yoga',
	'2026-11-23T18:00 Yoga',
	'2026-11-30T18:00 Yoga',
];

test('a calendar goes to the trash with its events; of a subscription those are the server’s to put there', () => {
	const { actions, mana, list } = open();
	for (const kind of ['own', 'subscription'] as const) {
		const { id } = actions.addCalendar('add', {
			name: kind,
			kind,
			...(kind === 'subscription' && { source: 'https://a.example/b.ics' }),
		});
		actions.add('add', { title: kind, start: '2026-11-26T12:30', zone, calendar: id });
		actions.removeCalendar('remove', id);
		expect(mana.get(calendars, id)!.deletedAt).not.toBeNull();
	}
	expect(list()).toEqual(['2026-11-26T12:30 subscription']);
});

test('an event that takes place once is changed and put in the trash, and both can be taken back', () => {
	const { actions, list, on, mana } = open();
	actions.add('add', { title: 'Lunch', start: '2026-11-26T12:30', zone });
	actions.edit('edit', on('2026-11-26'), { start: '2026-11-27T13:00' }, 'this');
	expect(list()).toEqual(['2026-11-27T13:00 Lunch']);
	actions.remove('remove', on('2026-11-27'), 'this');
	expect(list()).toEqual([]);
	mana.history.undo();
	mana.history.undo();
	expect(list()).toEqual(['2026-11-26T12:30 Lunch']);
});

test('one occurrence of a series is moved by itself, again and again, and undo brings each step back', () => {
	const { weekly, change, list, mana } = open();
	weekly();
	change('2026-11-16', { start: '2026-11-17T10:00' }, 'this');
	const moved = [
		'2026-11-02T18:00 Yoga',
		'2026-11-09T18:00 Yoga',
		'2026-11-17T10:00 Yoga',
		'2026-11-23T18:00 Yoga',
		'2026-11-30T18:00 Yoga',
	];
	expect(list()).toEqual(moved);
	change('2026-11-17', { title: 'Yoga outside' }, 'this');
	expect(list()[2]).toBe('2026-11-17T10:00 Yoga outside');
	mana.history.undo();
	expect(list()).toEqual(moved);
	mana.history.undo();
	expect(list()).toEqual(YOGA);
	mana.history.redo();
	expect(list()).toEqual(moved);
	mana.history.undo();
	change('2026-11-16', { title: 'Again' }, 'this');
	expect(list()[2]).toBe('2026-11-16T18:00 Again');
});

test('this and the following ones go a way of their own, with what was changed of them', () => {
	const { weekly, change, list, seen } = open();
	const id = weekly();
	change('2026-11-23', { title: 'Yoga outside' }, 'this');
	change('2026-11-16', { start: '2026-11-17T19:00' }, 'following');
	expect(list()).toEqual([
		'2026-11-02T18:00 Yoga',
		'2026-11-09T18:00 Yoga',
		'2026-11-17T19:00 Yoga',
		'2026-11-24T19:00 Yoga outside',
	]);
	expect(list('2026-12-01', '2026-12-10')).toEqual(['2026-12-01T19:00 Yoga', '2026-12-08T19:00 Yoga']);
	expect(new Set(seen().map(({ series }) => series!.id)).size).toBe(2);
	expect(seen()[0]!.series!.id).toBe(id);
});

test('from the first occurrence on, the following ones are all', () => {
	const { weekly, change, list, seen } = open();
	weekly();
	change('2026-11-02', { title: 'Pilates' }, 'following');
	expect(list()).toEqual(YOGA.map((one) => one.replace('Yoga', 'Pilates')));
	expect(new Set(seen().map(({ series }) => series!.id)).size).toBe(1);
});

test('a whole series moves to another weekday and time by one of its occurrences', () => {
	const { weekly, change, list, mana } = open();
	weekly({ except: ['2026-11-09T18:00'] });
	change('2026-11-23', { title: 'Yoga outside' }, 'this');
	change('2026-11-16', { start: '2026-11-18T07:30' }, 'all');
	expect(list()).toEqual(['2026-11-04T07:30 Yoga', '2026-11-18T07:30 Yoga', '2026-11-25T07:30 Yoga outside']);
	mana.history.undo();
	expect(list()).toEqual([YOGA[0]!, YOGA[2]!, '2026-11-23T18:00 Yoga outside', YOGA[4]!]);
});

test('what a changed occurrence has of its own stays when the series changes, and the rest follows', () => {
	const { weekly, change, on } = open();
	weekly({ place: 'Hall' });
	change('2026-11-16', { title: 'Yoga outside' }, 'this');
	change('2026-11-02', { title: 'Pilates', place: 'Park' }, 'all');
	expect(on('2026-11-16').event).toMatchObject({ title: 'Yoga outside', place: 'Park' });
});

test('one occurrence falls out, the following ones end, all go to the trash and come back', () => {
	const { weekly, actions, list, on, mana } = open();
	const id = weekly();
	actions.edit('edit', on('2026-11-09'), { title: 'Yoga outside' }, 'this');
	actions.remove('remove', on('2026-11-09'), 'this');
	expect(list()).toEqual([YOGA[0]!, YOGA[2]!, YOGA[3]!, YOGA[4]!]);
	mana.history.undo();
	expect(list()[1]).toBe('2026-11-09T18:00 Yoga outside');
	actions.remove('remove', on('2026-11-16'), 'following');
	expect(list()).toEqual([YOGA[0]!, '2026-11-09T18:00 Yoga outside']);
	actions.remove('remove', on('2026-11-02'), 'all');
	expect(list()).toEqual([]);
	const away = trashActions(mana, trash);
	expect(away.all().map(({ id: one }) => one)).toEqual([id]);
	away.restore('restore', away.all()[0]!);
	expect(list()).toEqual([YOGA[0]!, '2026-11-09T18:00 Yoga outside']);
});

test('a series becomes whole days, and whole days get a time', () => {
	const { weekly, change, list } = open();
	weekly({ except: ['2026-11-30T18:00'] });
	change('2026-11-09', { start: '2026-11-10', length: 86_400 }, 'all');
	expect(list()).toEqual(['2026-11-03 Yoga', '2026-11-10 Yoga', '2026-11-17 Yoga', '2026-11-24 Yoga']);
	change('2026-11-10', { start: '2026-11-10T09:00', length: 3_600 }, 'all');
	expect(list()[0]).toBe('2026-11-03T09:00 Yoga');
});

test('a monthly series by weekday keeps counting it, one by date goes to the new date', () => {
	const { actions, change, list } = open();
	actions.add('add', { title: 'Board', start: '2026-11-10', repeat: 'FREQ=MONTHLY;BYDAY=2TU' });
	change('2026-11-10', { start: '2026-11-18' }, 'all');
	expect(list('2026-11-01', '2027-01-01')).toEqual(['2026-11-18 Board', '2026-12-16 Board']);
	actions.add('add', { title: 'Rent', start: '2026-11-30', repeat: 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1' });
	change('2026-11-30', { start: '2026-11-05' }, 'all');
	expect(list('2026-12-01', '2026-12-10')).toEqual(['2026-12-05 Rent']);
});

test('another rule begins with a clean slate, and none leaves one event', () => {
	const { weekly, actions, change, list, on } = open();
	weekly();
	change('2026-11-09', { title: 'Changed' }, 'this');
	actions.repeat('repeat', on('2026-11-02').series!, 'FREQ=DAILY;COUNT=2', '2026-11-02T18:00');
	expect(list()).toEqual([YOGA[0]!, '2026-11-03T18:00 Yoga']);
	actions.repeat('repeat', on('2026-11-02').series!, null, '2026-11-02T18:00');
	expect(list()).toEqual([YOGA[0]!]);
});

test('a copy stands by itself', () => {
	const { weekly, actions, on, list } = open();
	weekly({ reminders: ['15'] });
	const { id } = actions.duplicate('copy', on('2026-11-16'));
	expect(list()).toHaveLength(6);
	expect(on('2026-11-16').event.reminders).toEqual(new Set(['15']));
	expect(id).not.toBe(on('2026-11-02').event.id);
});

test('the calendar that every space has gets a name without being made first, and another one goes with its events', () => {
	const { actions, list, mana } = open();
	actions.editCalendar('rename', defaultCalendarId, { name: 'Ours' });
	expect(mana.get(calendars, defaultCalendarId)).toMatchObject({ name: 'Ours', hue: 25 });
	mana.history.undo();
	expect(mana.get(calendars, defaultCalendarId)?.name).toBe('');
	const { id } = actions.addCalendar('new', { name: 'Work', hue: 200 });
	actions.add('add', { title: 'Stand-up', start: '2026-11-26T09:00', calendar: id });
	actions.add('add', { title: 'Lunch', start: '2026-11-26T12:00' });
	actions.removeCalendar('remove', id);
	expect(list()).toEqual(['2026-11-26T12:00 Lunch']);
	expect(calendarOf({ calendar: null })).toBe(defaultCalendarId);
	mana.history.undo();
	expect(list()).toHaveLength(2);
});

test('somebody is invited once by an address, answers, and guests of a changed event are told by its sequence', () => {
	const { actions, on, mana } = open();
	const { id } = actions.add('add', { title: 'Party', start: '2026-11-26T20:00', organizer: 'me@example.org' });
	actions.invite('invite', id, { address: 'Ana@Example.org', name: 'Ana' });
	actions.invite('invite', id, { address: 'ana@example.org ', name: 'Ana L.' });
	const rows = () => mana.query(guests).rows;
	expect(rows().map(({ address, name, answer }) => [address, name, answer])).toEqual([['ana@example.org', 'Ana L.', 'none']]);
	actions.editGuest('answer', rows()[0]!.id, { answer: 'accepted' });
	expect(rows()[0]).toMatchObject({ answer: 'accepted', answeredAt: 1_000 });
	actions.uninvite('uninvite', rows()[0]!.id);
	expect(rows()).toEqual([]);
	mana.history.undo();
	expect(rows()).toHaveLength(1);
	actions.edit('edit', on('2026-11-26'), { title: 'Big party' }, 'this');
	expect(on('2026-11-26').event.sequence).toBeNull();
	actions.edit('edit', on('2026-11-26'), { start: '2026-11-27T20:00' }, 'this');
	expect(on('2026-11-27').event.sequence).toBe(1);
});

test('a guest answers for one day of a series: that day has everybody’s answers of its own, and undo makes it as the others again', () => {
	const { actions, on, mana, weekly, list } = open();
	const series = weekly();
	for (const address of ['ana@example.org', 'ben@example.org']) actions.invite('invite', series, { address, name: '' });
	const of = (event: RecordId) =>
		mana
			.query(guests, { where: (one) => one.event === event && one.deletedAt === null })
			.rows.map(({ address, answer }) => `${address} ${answer}`)
			.toSorted();
	const ben = () => mana.get(guests, guestId(series, 'ben@example.org'))!;
	const before = list();
	const day = on('2026-11-16');
	actions.answerDay('answer', { series: day.series!, occurrence: day.occurrence! }, ben(), 'declined');
	const own = changedOccurrenceId(series, day.occurrence!);
	expect(on('2026-11-16').event.id).toBe(own);
	expect([of(own), of(series)]).toEqual([
		['ana@example.org none', 'ben@example.org declined'],
		['ana@example.org none', 'ben@example.org none'],
	]);
	actions.answerDay('answer', { series: day.series!, occurrence: day.occurrence! }, ben(), 'tentative');
	expect(of(own)).toEqual(['ana@example.org none', 'ben@example.org tentative']);
	expect(list()).toEqual(before);
	mana.history.undo();
	mana.history.undo();
	expect(on('2026-11-16').event.id).toBe(series);
	actions.answerDay('answer', { series: day.series!, occurrence: day.occurrence! }, ben(), 'accepted');
	expect(of(own)).toEqual(['ana@example.org none', 'ben@example.org accepted']);
	// Who is invited to all of it, or to nothing of it any more, is so on that day, too.
	actions.invite('invite', series, { address: 'cy@example.org', name: '' });
	actions.uninvite('uninvite', guestId(series, 'ana@example.org'));
	expect(of(own)).toEqual(['ben@example.org accepted', 'cy@example.org none']);
	mana.history.undo();
	mana.history.undo();
	expect(of(own)).toEqual(['ana@example.org none', 'ben@example.org accepted']);
});

test('a day that somebody who is invited takes out is a no to it, of that day alone, and undo takes both back', () => {
	const { actions, on, mana, weekly, list } = open();
	const series = weekly();
	for (const address of ['ana@example.org', 'ben@example.org']) actions.invite('invite', series, { address, name: '' });
	const before = list();
	const ben = mana.get(guests, guestId(series, 'ben@example.org'))!;
	const day = on('2026-11-16');
	const own = changedOccurrenceId(series, day.occurrence!);
	const answers = (event: RecordId) =>
		['ana@example.org', 'ben@example.org'].map((address) => mana.get(guests, guestId(event, address))?.answer);
	const takeOut = () => actions.remove('remove', day, 'this', ben);
	takeOut();
	expect(list()).toEqual(before.filter((one) => !one.startsWith('2026-11-16')));
	expect(mana.get(events, series)!.except).toEqual(new Set([day.occurrence!]));
	expect(mana.get(events, own)).toMatchObject({ start: day.occurrence, occurrence: day.occurrence, series });
	expect(mana.get(events, own)!.deletedAt).not.toBeNull();
	expect([answers(own), answers(series)]).toEqual([['none', 'declined'], ['none', 'none']]); // prettier-ignore
	mana.history.undo();
	expect([list(), answers(own)[1]]).toEqual([before, 'none']);
	takeOut();
	expect(answers(own)).toEqual(['none', 'declined']);
	mana.history.undo();
	// The rest of a series that is taken out, or all of it, says nothing of one day.
	actions.remove('remove', day, 'following', ben);
	expect(answers(own)[1]).not.toBe('declined');
});

test('how somebody looks at calendars is one record, also when it is chosen for the first time twice', () => {
	const { actions, mana } = open();
	actions.editSettings('hide', mana, { hidden: { add: ['tasks'] } });
	mana.history.undo();
	actions.editSettings('hide', mana, { hidden: { add: ['birthdays'] } });
	expect(mana.get(settings, settingsId)?.hidden).toEqual(new Set(['birthdays']));
});

test('of which events of a space somebody is reminded is one record for it, also when that is chosen anew after it was taken back', () => {
	const { actions, mana } = open();
	actions.remind('remind', mana, 'family', 'all');
	mana.history.undo();
	expect(mana.query(reminding).rows).toMatchObject([{ of: 'concerning' }]);
	actions.remind('remind', mana, 'family', 'none');
	actions.remind('remind', mana, 'club', 'all');
	expect(new Map(mana.query(reminding).rows.map((one) => [one.space, one.of]))).toEqual(new Map([['family', 'none'], ['club', 'all']])); // prettier-ignore
});

test('an event knows who made it, also where a series is cut; its copy, who made that', () => {
	const mana = openMemoryMana();
	let me = 'ada';
	const actions = calendarActions(mana, () => 1_000, Math.random, () => me); // prettier-ignore
	const { id } = actions.add('add', { title: 'Yoga', start: '2026-11-02T18:00', repeat: 'FREQ=WEEKLY' });
	me = 'ben';
	const series = mana.get(events, id)!;
	const day = { event: series, series, occurrence: '2026-11-16T18:00', start: '2026-11-16T18:00' };
	actions.edit('edit', day, { place: 'Outside' }, 'following');
	actions.edit('edit', { ...day, occurrence: '2026-11-09T18:00', start: '2026-11-09T18:00' }, { place: 'Hall' }, 'this');
	expect(mana.query(events).rows.map(({ createdBy }) => createdBy)).toEqual(['ada', 'ada', 'ada']);
	const copy = actions.duplicate('copy', { ...day, event: mana.get(events, id)! });
	expect(mana.get(events, copy.id)?.createdBy).toBe('ben');
});

test('two people who change the same occurrence while apart end up with the same one change, and nothing stands twice', async () => {
	const world = new World(7);
	const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
	const [a, b] = [open((await browsers[0].open()).mana), open((await browsers[1].open()).mana)];
	await world.pass(2_000);
	a.weekly();
	await world.pass(2_000);
	expect(b.list()).toEqual(YOGA);
	for (const browser of browsers) {
		browser.online = false;
		browser.cut();
	}
	a.change('2026-11-16', { start: '2026-11-17T10:00' }, 'this');
	await world.pass(1_000);
	b.change('2026-11-16', { title: 'Yoga outside' }, 'this');
	b.change('2026-11-09', { start: '2026-11-10T18:00' }, 'this');
	for (const browser of browsers) browser.online = true;
	await world.pass(40_000);
	expect(a.list()).toEqual(b.list());
	expect(a.list()).toHaveLength(5);
	expect(a.list()).toContain('2026-11-10T18:00 Yoga');
	expect(a.list()[2]).toContain('Yoga outside');
});
