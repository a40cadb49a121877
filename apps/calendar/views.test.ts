import { expect, test } from 'bun:test';
import { addDays, daysBetween } from '@mana/time';
import fc from 'fast-check';
import { app } from './app.ts';
import {
	daysFrom,
	daysViews,
	monthsOf,
	monthWeeks,
	quarterWeeks,
	reachOf,
	stepped,
	titleOfView,
	viewNames,
	weekDays,
	weekNumber,
} from './views.ts';

const ways = { weekStart: 0, workdaysOnly: false };
const days = fc.integer({ min: 0, max: 20_000 }).map((ahead) => addDays('1990-01-01', ahead));
const anyWays = fc.record({ weekStart: fc.constantFrom(0, 5, 6), workdaysOnly: fc.boolean() });

test('every view shows the day that it is at, unless that is left out on purpose', () => {
	fc.assert(
		fc.property(days, anyWays, fc.constantFrom(...viewNames), (day, some, view) => {
			const [first, last] = reachOf(view, day, { ...some, workdaysOnly: false });
			expect(first <= day && day <= last).toBe(true);
		}),
	);
});

test('stepping on and back comes to the same, and nothing is left out between', () => {
	fc.assert(
		fc.property(days, fc.constantFrom(...viewNames), (day, view) => {
			const reach = reachOf(view, day, ways);
			expect(reachOf(view, stepped(view, stepped(view, day, 1), -1), ways)).toEqual(reach);
			const [first] = reachOf(view, stepped(view, day, 1), ways);
			expect(daysBetween(reach[1], first)).toBeLessThanOrEqual(1);
		}),
	);
});

test('a month is shown in whole weeks that hold each of its days once', () => {
	fc.assert(
		fc.property(days, anyWays, (day, some) => {
			const shown = monthWeeks(day, { ...some, workdaysOnly: false }).flat();
			expect(shown.length % 7).toBe(0);
			expect(new Set(shown).size).toBe(shown.length);
			expect(shown.filter((one) => one.slice(0, 7) === day.slice(0, 7)).length).toBeGreaterThanOrEqual(28);
		}),
	);
	expect(monthWeeks('2026-11-26', ways).map((week) => week[0])).toEqual([
		'2026-10-26',
		'2026-11-02',
		'2026-11-09',
		'2026-11-16',
		'2026-11-23',
		'2026-11-30',
	]);
	expect(weekDays('2026-11-26', { weekStart: 6, workdaysOnly: true })).toEqual([
		'2026-11-23',
		'2026-11-24',
		'2026-11-25',
		'2026-11-26',
		'2026-11-27',
	]);
});

test('a quarter is shown in whole weeks that hold each day of its three months once, and some days from the one on', () => {
	fc.assert(
		fc.property(days, anyWays, (day, some) => {
			const shown = quarterWeeks(day, { ...some, workdaysOnly: false }).flat();
			expect(new Set(shown).size).toBe(shown.length);
			const months = monthsOf('quarter', day).map((one) => one.slice(0, 7));
			expect(months).toContain(day.slice(0, 7));
			for (const month of months) expect(shown.filter((one) => one.startsWith(month)).length).toBeGreaterThanOrEqual(28);
			expect(shown.length).toBeLessThanOrEqual(105);
		}),
	);
	expect(monthsOf('quarter', '2026-11-26')).toEqual(['2026-10-01', '2026-11-01', '2026-12-01']);
	const named = app.commands?.map(({ id }) => id);
	expect(named).toEqual(expect.arrayContaining([...daysViews, 'quarter']));
	expect(daysFrom('2026-11-30', '3-days')).toEqual(['2026-11-30', '2026-12-01', '2026-12-02']);
	expect(stepped('3-days', '2026-11-30', 1)).toBe('2026-12-03');
	expect(stepped('quarter', '2026-11-26', 1)).toBe('2027-01-01');
});

test('weeks are counted as ISO 8601 has it', () => {
	expect(['2026-11-26', '2026-12-31', '2027-01-03', '2027-01-04', '2024-12-30'].map(weekNumber)).toEqual([48, 53, 53, 1, 1]);
});

test('a view says what it shows', () => {
	const plain = (text: string) => text.replaceAll(/\s/gu, ' ');
	expect(plain(titleOfView('week', '2026-11-26', ways, 'en-GB'))).toBe('23 – 29 Nov 2026');
	expect(plain(titleOfView('agenda', '2026-11-27', ways, 'en-GB'))).toBe('27 Nov 2026 – 25 Jan 2027');
	expect(titleOfView('month', '2026-11-26', ways, 'de')).toBe('November 2026');
	expect(titleOfView('year', '2026-11-26', ways, 'en')).toBe('2026');
	expect(plain(titleOfView('4-days', '2026-11-28', ways, 'en-GB'))).toBe('28 Nov – 1 Dec 2026');
	expect(plain(titleOfView('quarter', '2026-11-26', ways, 'de'))).toMatch(/^Oktober ?– ?Dezember 2026$/);
});
