import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { addDays, addMonths, dayAt, daysBetween, makeDay, nextWeekday, timeAt, weekdayOf } from './day.ts';
import { speakAgo, speakDay, speakTime, speakWeekday, spellDate, spellDay, spellDays } from './speak.ts';

const days = fc
	.integer({ min: -200_000, max: 200_000 })
	.map((count) => addDays('2026-11-23', count))
	.filter((day) => day >= '0001-01-01' && day.length === 10);

test('adding and counting days are inverse, over leap years and centuries', () => {
	fc.assert(
		fc.property(
			days,
			fc.integer({ min: -5_000, max: 5_000 }),
			(day, count) => fc.pre(addDays(day, count).length === 10) === undefined && daysBetween(day, addDays(day, count)) === count,
		),
	);
});

test('the next weekday is that weekday, one to seven days away', () => {
	fc.assert(
		fc.property(days, fc.integer({ min: 0, max: 6 }), (day, weekday) => {
			const next = nextWeekday(day, weekday);
			return weekdayOf(next) === weekday && daysBetween(day, next) >= 1 && daysBetween(day, next) <= 7;
		}),
	);
});

test('a month later is the same date, or the last one of a shorter month', () => {
	expect(addMonths('2027-01-31', 1)).toBe('2027-02-28');
	expect(addMonths('2028-01-31', 1)).toBe('2028-02-29');
	expect(addMonths('2026-11-30', -9)).toBe('2026-02-28');
	expect(addMonths('2026-11-23', 14)).toBe('2028-01-23');
});

test('there is no 31 April', () => {
	expect(makeDay(2026, 4, 31)).toBeNull();
	expect(makeDay(2027, 2, 29)).toBeNull();
	expect(makeDay(2028, 2, 29)).toBe('2028-02-29');
});

test('the day and the time depend on the zone', () => {
	const now = Date.UTC(2026, 10, 23, 23, 30);
	expect([dayAt(now, 'UTC'), timeAt(now, 'UTC')]).toEqual(['2026-11-23', '23:30']);
	expect([dayAt(now, 'Europe/Berlin'), timeAt(now, 'Europe/Berlin')]).toEqual(['2026-11-24', '00:30']);
});

test('days are spoken as people do', () => {
	const say = (day: string, locale = 'en'): string => speakDay(day, '2026-11-23', locale);
	expect([say('2026-11-22'), say('2026-11-23'), say('2026-11-24'), say('2026-11-27')]).toEqual([
		'yesterday',
		'today',
		'tomorrow',
		'Friday',
	]);
	expect([say('2026-12-03', 'en-GB'), say('2027-12-03', 'en-GB')]).toEqual(['3 Dec', '3 Dec 2027']);
	expect([say('2026-11-24', 'de'), say('2026-11-27', 'de')]).toEqual(['morgen', 'Freitag']);
	expect(spellDay('2026-11-23', 'de')).toBe('Montag, 23. November 2026');
	expect([spellDate('2026-11-25', 'en-GB'), speakWeekday('2026-11-25', 'de')]).toEqual(['25 November', 'Mittwoch']);
	const plain = (text: string): string => text.replaceAll(/\s/gu, ' ');
	expect(plain(spellDays('2026-11-23', '2026-11-29', 'en-GB'))).toBe('23 – 29 Nov 2026');
	expect(plain(spellDays('2026-12-28', '2027-01-03', 'en-GB'))).toBe('28 Dec 2026 – 3 Jan 2027');
	expect(speakTime('14:05', 'de')).toBe('14:05');
	expect(speakAgo(0, 180_000, 'en')).toBe('3 minutes ago');
});
