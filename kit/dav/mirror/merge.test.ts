import { describe, expect, test } from 'bun:test';
import { calendarTexts } from './calendar-texts.ts';

const calendar = (...events: readonly (readonly string[])[]) =>
	[
		'BEGIN:VCALENDAR',
		'VERSION:2.0',
		...events.flatMap((lines) => ['BEGIN:VEVENT', 'UID:a', ...lines, 'END:VEVENT']),
		'END:VCALENDAR',
		'',
	].join('\r\n');
const { merge, same, uidOf } = calendarTexts;
const merged = (base: readonly string[] | null, here: readonly string[], there: readonly string[]) =>
	merge(base && calendar(base), calendar(here), calendar(there));

describe('what two changed of one event', () => {
	test('is both, where it is not the same line', () => {
		const text = merged(
			['SUMMARY:Lunch', 'LOCATION:Here', 'X-ODD:1'],
			['SUMMARY:Long lunch', 'LOCATION:Here', 'X-ODD:1'],
			['SUMMARY:Lunch', 'X-ODD:2', 'URL:https://lunch.example'],
		);
		expect(same(text, calendar(['SUMMARY:Long lunch', 'X-ODD:2', 'URL:https://lunch.example']))).toBe(true);
	});

	test('is the later one, where it is', () => {
		const at = (time: string, title: string) => [`LAST-MODIFIED:20261127T${time}Z`, `SUMMARY:${title}`];
		expect(merged(at('080000', 'Lunch'), at('090000', 'Ours'), at('100000', 'Theirs'))).toContain('SUMMARY:Theirs');
		expect(merged(at('080000', 'Lunch'), at('110000', 'Ours'), at('100000', 'Theirs'))).toContain('SUMMARY:Ours');
	});

	test('keeps a beginning with its own end', () => {
		const time = (start: string, end: string) => [`DTSTART:20261127T${start}Z`, `DTEND:20261127T${end}Z`];
		const text = merged(time('100000', '110000'), time('120000', '130000'), time('100000', '113000'));
		expect([/DTSTART:20261127T1(\d)/.exec(text)![1], /DTEND:20261127T1(\d)/.exec(text)![1]]).toEqual(['0', '1']);
	});

	test('has whoever either side invited, with the answer that is new, and not whom one of them took off', () => {
		const invited = (...people: readonly string[]) =>
			people.map((one) => `ATTENDEE;PARTSTAT=${one.split(' ')[1]}:mailto:${one.split(' ')[0]}`);
		const base = invited('ana@x.example NEEDS-ACTION', 'ben@x.example NEEDS-ACTION');
		const here = invited('ana@x.example ACCEPTED', 'ben@x.example NEEDS-ACTION', 'cy@x.example NEEDS-ACTION');
		const there = invited('ana@x.example NEEDS-ACTION', 'dee@x.example NEEDS-ACTION');
		const wanted = invited('ana@x.example ACCEPTED', 'cy@x.example NEEDS-ACTION', 'dee@x.example NEEDS-ACTION');
		expect(same(merged(base, here, there), calendar(wanted))).toBe(true);
	});

	test('has reminders of both sides', () => {
		const alarm = (minutes: number) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:-PT${minutes}M`, 'END:VALARM'];
		const text = merged(alarm(5), [...alarm(5), ...alarm(10)], alarm(15));
		expect(same(text, calendar([...alarm(10), ...alarm(15)]))).toBe(true);
	});

	test('has the occurrences that either side changed, and of one that was put back and changed the change', () => {
		const [main, occurrence] = [
			['RRULE:FREQ=DAILY'],
			(day: number, title: string) => [`RECURRENCE-ID:2026112${day}T100000Z`, `SUMMARY:${title}`],
		];
		const base = calendar(main, occurrence(1, 'One'), occurrence(2, 'Two'));
		const here = calendar(main, occurrence(2, 'Two'), occurrence(3, 'Three'));
		const there = calendar(main, occurrence(1, 'Other'), occurrence(2, 'Two'));
		expect(
			same(merge(base, here, there), calendar(main, occurrence(1, 'Other'), occurrence(2, 'Two'), occurrence(3, 'Three'))),
		).toBe(true);
		const untouched = calendar(main, occurrence(1, 'One'), occurrence(2, 'Two'));
		expect(same(merge(base, here, untouched), calendar(main, occurrence(2, 'Two'), occurrence(3, 'Three')))).toBe(true);
	});

	test('loses nothing that only one of them has, where nothing was common', () => {
		const text = merged(null, ['SUMMARY:Lunch', 'LOCATION:Here'], ['SUMMARY:Lunch', 'URL:https://lunch.example']);
		expect(same(text, calendar(['SUMMARY:Lunch', 'LOCATION:Here', 'URL:https://lunch.example']))).toBe(true);
	});
});

test('who wrote an event, when, in which order and with which zones described is nothing that it says', () => {
	const zone = ['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'END:VTIMEZONE'];
	const one = calendar(['DTSTAMP:20260101T000000Z', 'SUMMARY:Lunch', 'ATTENDEE;CN=Ana;ROLE=CHAIR:mailto:ana@x.example']);
	const lines = ['attendee;role=CHAIR;cn=Ana:mailto:ana@x.example', 'SUMMARY:Lunch', 'DTSTAMP:20270101T000000Z'];
	const other = calendar(lines).replace('VERSION:2.0', ['VERSION:2.0', 'PRODID:x', ...zone].join('\r\n'));
	expect([same(one, other), same(one, calendar(['SUMMARY:Dinner'])), uidOf(one), uidOf('nothing')]).toEqual([
		true,
		false,
		'a',
		null,
	]);
});
