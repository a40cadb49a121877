import { type Entry, readRow, type RecordId, writeDraft } from '@mana/model';
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changedOccurrenceId, type Event, eventIdOf, events, type Guest, guestId, guests } from '../model.ts';
import { type ObjectState, objectOf } from './event-object.ts';
import { parseEvent, type SentEvent } from '../dav/sent-event.server.ts';
import type { SaidEvent, SaidGuest } from './read-event.ts';

const ZONE = 'Europe/Berlin';
const fixture = (name: string) => readFileSync(join(import.meta.dir, 'fixtures', `${name}.ics`));
const sentBy = (name: string) => parseEvent({ bytes: fixture(name), type: 'text/calendar' }, ZONE);
const sent = (text: string) => parseEvent({ bytes: new TextEncoder().encode(text), type: 'text/calendar' }, ZONE);

/** What records there are once a program has written an object. */
function stateOf(
	{ uid, text, said, occurrences }: SentEvent,
	more: Partial<Record<'title' | 'notes' | 'place' | 'meeting', string>> = {},
): ObjectState {
	const id = eventIdOf(uid);
	const record = (
		key: RecordId,
		one: SaidEvent,
		extra: object,
	): { event: Event; uid: string; guests: Guest[]; tags: readonly string[]; changedAt: number } => ({
		event: rowOf(key, { ...one.fields, ...extra }),
		uid,
		guests: one.guests.map((guest) => guestOf(key, guest)),
		tags: one.tags,
		changedAt: Date.UTC(2026, 0, 1),
	});
	const whole = record(id, said, { calendarObject: text, ...more });
	return {
		...whole,
		occurrences: [...occurrences].map(([occurrence, one]) => ({
			...record(changedOccurrenceId(id, occurrence), one, { series: id, occurrence }),
			series: whole.event,
		})),
	};
}

function rowOf(id: RecordId, draft: Parameters<typeof writeDraft<typeof events>>[1]): Event {
	const entries: Entry[] = writeDraft(events, draft);
	return readRow(events, id, entries)!;
}

function guestOf(event: RecordId, said: SaidGuest): Guest {
	return readRow(guests, guestId(event, said.address), writeDraft(guests, { ...said, event }))!;
}

describe.each(['google', 'apple', 'outlook', 'thunderbird'])('an event as %s writes it', (name) => {
	test('comes back to the letter as long as nobody changes it', () => {
		expect(objectOf(stateOf(sentBy(name)), ZONE)).toBe(fixture(name).toString());
	});

	test('keeps every line that a change is not about', () => {
		const text = objectOf(stateOf(sentBy(name), { title: 'Renamed, by somebody' }), ZONE);
		const changed = new Set(['SUMMARY', 'DTSTAMP', 'LAST-MODIFIED']);
		const linesOf = (whole: string) =>
			whole
				.replaceAll('\r\n ', '')
				.split('\r\n')
				.filter((line) => !changed.has(/^[A-Z-]+/.exec(line)?.[0] ?? ''));
		expect(text).toContain('SUMMARY:Renamed\\, by somebody\r\n');
		// A zone that was called by a name of Windows has the name that everybody knows in what was written anew, and is described.
		const own = (lines: string[]) =>
			lines.map((line) => line.replaceAll(/;TZID="?[^:"]+"?/g, ';TZID=?').replaceAll('"', '')).toSorted();
		const before = own(linesOf(fixture(name).toString()));
		expect(own(linesOf(text))).toEqual(expect.arrayContaining(before));
	});
});

test('a series of Google is a series with one occurrence that was moved, and its guests', () => {
	const { said, occurrences } = sentBy('google');
	expect(said.fields).toMatchObject({
		title: 'Stand-up',
		start: '2026-01-05T10:00',
		zone: 'Europe/Berlin',
		length: 3_600,
		repeat: 'FREQ=WEEKLY;WKST=MO;UNTIL=20260330T215959Z;BYDAY=MO',
		except: ['2026-01-19T10:00'],
		reminders: ['10'],
		organizer: 'ada@example.org',
		privacy: 'private',
		place: 'Room 5; second floor',
		sequence: 2,
	});
	expect(said.guests.map(({ address, answer }) => [address, answer])).toEqual([
		['ada@example.org', 'accepted'],
		['grace@example.org', 'none'],
	]);
	expect([...occurrences].map(([id, { fields }]) => [id, fields.start, fields.status, fields.occurrence])).toEqual([
		['2026-01-12T10:00', '2026-01-13T14:00', 'tentative', '2026-01-12T10:00'],
	]);
});

test('a journey of Apple begins and ends on the clocks of two zones', () => {
	expect(sentBy('apple').said.fields).toMatchObject({
		start: '2026-04-02T09:00',
		zone: 'America/New_York',
		endZone: 'Europe/Berlin',
		length: 7.25 * 3_600,
		travel: 45,
		reminders: ['120'],
		url: 'https://example.org/flight?a=1',
		place: 'JFK\nQueens, NY',
	});
});

test('a zone that Outlook calls by a name of its own is the one that it means', () => {
	expect(sentBy('outlook').said.fields).toMatchObject({
		start: '2026-06-17T09:30',
		zone: 'Europe/Berlin',
		repeat: 'FREQ=MONTHLY;COUNT=6;BYDAY=3WE',
	});
	const own = fixture('outlook').toString().replaceAll('W. Europe Standard Time', 'Customized Time Zone');
	expect(sent(own).said.fields.zone).toBe('Europe/Berlin');
});

test('days of Thunderbird are whole days, free, with a reminder before midnight', () => {
	expect(sentBy('thunderbird').said.fields).toMatchObject({
		start: '2026-08-10',
		length: 15 * 86_400,
		zone: null,
		shows: 'free',
		reminders: ['1440'],
	});
});

test('whatever fields an event has, programs read the same of it', () => {
	const words = fc.string({ unit: 'binary', maxLength: 60 }).map((text) =>
		// What has no place in a file is left out of it.
		// oxlint-disable-next-line no-control-regex -- they are what is left out
		text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, ''),
	);
	const day = fc.integer({ min: 0, max: 20_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
	const time = fc.tuple(day, fc.integer({ min: 0, max: 86_399 })).map(([date, s]) => {
		const clock = new Date(s * 1_000).toISOString().slice(11, 19);
		return `${date}T${clock.endsWith(':00') ? clock.slice(0, 5) : clock}`;
	});
	const zone = fc.constantFrom(
		null,
		'UTC',
		'Europe/Berlin',
		'America/New_York',
		'Asia/Kathmandu',
		'Australia/Lord_Howe',
		'Pacific/Apia',
	);
	const timed = fc.record({ start: time, zone, length: fc.integer({ min: 0, max: 1_000_000 }), endZone: fc.constant(null) });
	const whole = fc.record({
		start: day,
		zone: fc.constant(null),
		length: fc.integer({ min: 1, max: 40 }).map((days) => days * 86_400),
		endZone: fc.constant(null),
	});
	fc.assert(
		fc.property(
			fc.oneof(timed, whole),
			fc.record({ title: words, notes: words, place: words }),
			fc.uniqueArray(fc.integer({ min: -600, max: 20_000 }).map(String), { maxLength: 4 }),
			fc.constantFrom('confirmed', 'tentative', 'cancelled'),
			fc.constantFrom('busy', 'free'),
			(when, said, reminders, status, shows) => {
				const id = eventIdOf('any');
				const event = rowOf(id, { ...when, ...said, reminders, status, shows, repeat: 'FREQ=DAILY;COUNT=3', sequence: 1 });
				// A time that clocks leap over is another one, and so is its end: it is read as what it is.
				const state = { event, uid: 'any', guests: [], tags: [], changedAt: 0, occurrences: [] };
				const read = sent(objectOf(state, ZONE)).said.fields;
				expect(read).toMatchObject({ ...when, ...said, reminders: reminders.toSorted(), status, shows });
				// Written by a program as it was read, nothing of it changes.
				const text = objectOf(state, ZONE);
				expect(objectOf(stateOf(sent(text)), ZONE)).toBe(text);
			},
		),
		{ numRuns: 60, seed: 4_791 },
	);
});

test('a meeting is read from what leads to a page, and written so that other ways in stay', () => {
	const dial = 'CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+49-30-1234';
	const withLines = (...lines: readonly string[]) =>
		sent(
			['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:m', 'DTSTART:20260101T100000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'), // prettier-ignore
		);
	const both = withLines(dial, 'CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Room:https://meet.example.org/a');
	expect(both.said.fields.meeting).toBe('https://meet.example.org/a');
	expect(objectOf(stateOf(both), ZONE)).toBe(both.text);
	const moved = objectOf(stateOf(both, { meeting: 'https://meet.example.org/b' }), ZONE).replaceAll('\r\n ', '');
	expect(moved).toContain(`CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://meet.example.org/b\r\n${dial}\r\n`);
	expect(moved).not.toContain('example.org/a');
	const none = objectOf(stateOf(both, { meeting: '' }), ZONE);
	expect([none.includes(dial), none.includes('https:')]).toEqual([true, false]);
	const google = withLines('X-GOOGLE-CONFERENCE:https://meet.google.example/xyz');
	expect(google.said.fields.meeting).toBe('https://meet.google.example/xyz');
	expect(objectOf(stateOf(google, { meeting: '' }), ZONE)).not.toContain('google.example');
	expect(withLines('CONFERENCE;VALUE=URI:javascript:alert(1)').said.fields.meeting).toBe('');
});

test.each([
	['without a start', 'UID:a\r\nSUMMARY:x', 'DTSTART'],
	['that ends before it begins', 'UID:a\r\nDTSTART:20260101T100000Z\r\nDTEND:20260101T090000Z', 'before'],
	['from a time to a day', 'UID:a\r\nDTSTART:20260101T100000Z\r\nDTEND;VALUE=DATE:20260102', 'both'],
	['with a rule that nobody can read', 'UID:a\r\nDTSTART:20260101T100000Z\r\nRRULE:FREQ=SOMETIMES', 'RRULE'],
	['with two starts', 'UID:a\r\nDTSTART:20260101T100000Z\r\nDTSTART:20260101T110000Z', 'once'],
])('an event %s is refused, and it is said why', (_, lines, why) => {
	const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
	expect(() => sent(text)).toThrow(why);
});
