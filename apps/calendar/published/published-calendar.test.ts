import { readRow, writeDraft } from '@mana/model';
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { changedOccurrenceId, type Event, events, type Guest, guestId, guests } from '../model.ts';
import type { ObjectState } from '../ical/event-object.ts';
import { eventRow } from '../rows.fixture.ts';
import { publishedCalendar } from './published-calendar.ts';
import type { Detail } from './told-events.ts';

const ZONE = 'Europe/Berlin';
type Said = Parameters<typeof eventRow>[0];

function stateOf(said: Said, changed: Readonly<Record<string, Said>> = {}, invited: readonly string[] = []): ObjectState {
	const event = eventRow(said);
	const guestsOf: Guest[] = invited.map((address) => {
		const id = guestId(event.id, address);
		return readRow(guests, id, writeDraft(guests, { event: event.id, address }))!;
	});
	const own = { uid: event.uid || event.id, guests: guestsOf, tags: null, changedAt: Date.UTC(2026, 0, 1) };
	const occurrences = Object.entries(changed).map(([occurrence, one]) => {
		const id = changedOccurrenceId(event.id, occurrence);
		const draft = { title: 'Event', ...said, start: occurrence, repeat: null, ...one, series: event.id, occurrence };
		const row: Event = readRow(events, id, writeDraft(events, draft))!;
		return { ...own, event: row, series: event };
	});
	return { ...own, event, occurrences };
}

const published = (states: readonly ObjectState[], detail: Detail = 'all') =>
	publishedCalendar(states, 'Work', { detail, busy: 'Busy', blind: (text) => `blind${Bun.hash(text)}`, zone: ZONE });

/** What ical.js finds in it: `2026-03-30T07:00:00Z Title`, in order. */
function read(text: string): string[] {
	const calendar = new ICAL.Component(ICAL.parse(text));
	ICAL.TimezoneService.reset();
	for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
	const all = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
	const found: string[] = [];
	const say = (start: ICAL.Time, { summary }: ICAL.Event) =>
		found.push(`${start.isDate ? start.toString() : start.toJSDate().toISOString().replace('.000', '')} ${summary}`);
	for (const event of all) {
		const series = all.find((one) => one.uid === event.uid && !one.isRecurrenceException());
		if (event.isRecurrenceException() && series) continue;
		if (!event.isRecurring()) {
			say(event.startDate, event);
			continue;
		}
		const times = event.iterator();
		for (let at = times.next(); at && found.length < 100; at = times.next()) {
			const { startDate, item } = event.getOccurrenceDetails(at);
			say(startDate, item);
		}
	}
	return found.toSorted();
}

const weekly = { title: 'Talk', start: '2026-03-23T09:00', zone: ZONE, length: 3_600, repeat: 'FREQ=WEEKLY;COUNT=4' };

describe('a published calendar', () => {
	test('is what ical.js reads to the hour: a series across a change of the clocks, without what falls out, with what was moved', () => {
		const text = published([
			stateOf(
				{ ...weekly, except: new Set(['2026-04-06T09:00']) },
				{ '2026-04-13T09:00': { title: 'Late', start: '2026-04-13T15:00' } },
			),
			stateOf({ title: 'Away', start: '2026-05-01', length: 2 * 86_400 }),
			stateOf({ title: 'Call', start: '1999-07-01T09:00', zone: 'America/New_York' }),
			stateOf({ title: 'Later call', start: '2026-07-01T09:00', zone: 'America/New_York' }),
		]);
		expect(read(text)).toEqual([
			'1999-07-01T13:00:00Z Call',
			'2026-03-23T08:00:00Z Talk',
			'2026-03-30T07:00:00Z Talk',
			'2026-04-13T13:00:00Z Late',
			'2026-05-01 Away',
			'2026-07-01T13:00:00Z Later call',
		]);
		expect(text.match(/TZID:America\/New_York/g)).toHaveLength(1);
		expect(text).toContain('X-WR-CALNAME:Work');
	});

	test('has notes and places, and neither guests nor reminders nor what programs keep beside', () => {
		const kept = [
			'BEGIN:VCALENDAR',
			'VERSION:2.0',
			'BEGIN:VEVENT',
			'UID:kept',
			'DTSTAMP:20260101T000000Z',
			'DTSTART:20260601T080000Z',
		];
		const beside = [
			'SUMMARY:Kept',
			'X-SECRET:beside',
			'ATTACH:https://files.example/x',
			'COMMENT:beside',
			'END:VEVENT',
			'END:VCALENDAR',
			'',
		];
		const object = [...kept, ...beside].join('\r\n');
		const text = published([
			stateOf(
				{
					title: 'Lunch',
					notes: 'Bring bread',
					place: 'Park',
					start: '2026-06-01T12:00',
					zone: ZONE,
					reminders: new Set(['15']),
					organizer: 'ada@mana.example',
				},
				{},
				['bob@elsewhere.example'],
			),
			stateOf({ title: 'Kept', uid: 'kept', start: '2026-06-01T08:00', zone: 'UTC', length: 0, calendarObject: object }),
		]);
		for (const told of ['Lunch', 'Bring bread', 'Park', 'SUMMARY:Kept']) expect(text).toContain(told);
		for (const own of ['bob@', 'ada@', 'VALARM', 'beside', 'files.example']) expect(text).not.toContain(own);
	});

	test('leaves out what is private, and says of what is confidential only when it is', () => {
		const states = [
			stateOf({ title: 'Open', start: '2026-06-01T08:00', zone: 'UTC' }),
			stateOf({ title: 'Hidden', notes: 'Hidden notes', start: '2026-06-02T08:00', zone: 'UTC', privacy: 'private' }),
			stateOf({
				title: 'Veiled',
				place: 'Veiled place',
				uid: 'veiled-uid',
				start: '2026-06-03T08:00',
				zone: 'UTC',
				privacy: 'confidential',
			}),
		];
		expect(read(published(states))).toEqual(['2026-06-01T08:00:00Z Open', '2026-06-03T08:00:00Z Busy']);
		expect(published(states)).not.toMatch(/Hidden|veiled/i);
		expect(read(published(states, 'busy'))).toEqual(['2026-06-01T08:00:00Z Busy', '2026-06-03T08:00:00Z Busy']);
		const word =
			'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260601T080000Z\r\nCLASS:X-FAMILY\r\nSUMMARY:Odd\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
		const odd = stateOf({ title: 'Odd', uid: 'x', start: '2026-06-01T08:00', zone: 'UTC', length: 0, calendarObject: word });
		expect(read(published([odd]))).toEqual([]);
	});

	test('takes a private occurrence out of its series, and is at no occurrence opener than at the series', () => {
		const hidden = stateOf(weekly, {
			'2026-03-30T09:00': { title: 'Hidden', privacy: 'private' },
			'2026-04-06T09:00': { title: 'Veiled', privacy: 'confidential' },
		});
		const wanted = ['2026-03-23T08:00:00Z Talk', '2026-04-06T07:00:00Z Busy', '2026-04-13T07:00:00Z Talk'];
		expect(read(published([hidden]))).toEqual(wanted);
		expect(published([hidden])).not.toMatch(/Hidden|Veiled/);
		const closed = stateOf({ ...weekly, privacy: 'private' }, { '2026-03-30T09:00': { title: 'Open', privacy: 'public' } });
		expect(read(published([closed]))).toEqual([]);
		const veiled = stateOf({ ...weekly, privacy: 'confidential' }, { '2026-03-30T09:00': { title: 'Open', privacy: 'public' } });
		expect(new Set(read(published([veiled])).map((one) => one.split(' ')[1]))).toEqual(new Set(['Busy']));
	});

	test('of busy times has neither titles nor names of anything, and nothing that takes no time', () => {
		const text = published(
			[
				stateOf(
					{ ...weekly, notes: 'Notes', place: 'Place', uid: 'talk-with-bob@example' },
					{ '2026-03-30T09:00': { shows: 'free' }, '2026-04-06T09:00': { status: 'cancelled' } },
				),
				stateOf({ title: 'Holiday', start: '2026-05-01', length: 86_400, shows: 'free' }),
				stateOf(
					{ ...weekly, title: 'Maybe', shows: 'free', start: '2026-03-23T12:00' },
					{ '2026-03-30T12:00': { title: 'Sure', shows: 'busy', start: '2026-03-30T12:30' } },
				),
			],
			'busy',
		);
		expect(read(text)).toEqual(['2026-03-23T08:00:00Z Busy', '2026-03-30T10:30:00Z Busy', '2026-04-13T07:00:00Z Busy']);
		expect(text).not.toMatch(/Talk|Notes|Place|bob|Holiday|Maybe|Sure/);
	});

	test('keeps zones apart that programs call the same and nobody knows', () => {
		const object = (uid: string, offset: string) =>
			['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VTIMEZONE', 'TZID:Mine', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', `TZOFFSETFROM:${offset}`, `TZOFFSETTO:${offset}`, 'END:STANDARD', 'END:VTIMEZONE', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTART;TZID=Mine:20260601T080000', 'SUMMARY:Event', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'); // prettier-ignore
		const states = ['+0017', '-0123'].map((offset, i) =>
			stateOf({ uid: `${i}`, start: '2026-06-01T08:00', zone: ZONE, length: 0, calendarObject: object(`${i}`, offset) }),
		);
		expect(read(published(states))).toEqual(['2026-06-01T07:43:00Z Event', '2026-06-01T09:23:00Z Event']);
	});

	test('never says a word of what is private, however events are made', () => {
		const privacy = fc.constantFrom('public', 'private', 'confidential');
		const said = fc.record({ privacy, shows: fc.constantFrom('busy', 'free'), status: fc.constantFrom('confirmed', 'tentative', 'cancelled') }); // prettier-ignore
		const days = fc.subarray(['2026-03-23T09:00', '2026-03-30T09:00', '2026-04-06T09:00', '2026-04-13T09:00']);
		fc.assert(
			fc.property(
				said,
				days,
				fc.array(said, { minLength: 4, maxLength: 4 }),
				fc.constantFrom('all', 'busy'),
				(series, at, changes, detail) => {
					const titled = (one: typeof series, open: string) => ({ ...one, title: `${open} ${one.privacy}` });
					const changed = Object.fromEntries(at.map((day, i) => [day, titled(changes[i]!, 'One')]));
					const text = published([stateOf({ ...weekly, ...titled(series, 'All') }, changed)], detail);
					expect(text).not.toMatch(/private|confidential/i);
					if (detail === 'busy') expect(text).not.toContain('public');
					const found = read(text);
					// Each week is told once at most, and not at all where it is private.
					const weeks = ['2026-03-23T08', '2026-03-30T07', '2026-04-06T07', '2026-04-13T07'];
					for (const [week, start] of weeks.entries()) {
						const own = changes[at.indexOf(`${['2026-03-23', '2026-03-30', '2026-04-06', '2026-04-13'][week]}T09:00`)];
						const one = own ?? series;
						const secret = [series, one].some(({ privacy: open }) => open === 'private');
						const full = detail === 'all' && [series, one].every(({ privacy: open }) => open === 'public');
						const takes = one.shows === 'busy' && one.status !== 'cancelled';
						expect(found.filter((line) => line.startsWith(start))).toHaveLength(!secret && (full || takes) ? 1 : 0);
					}
				},
			),
			{ numRuns: 60 },
		);
	});
});
