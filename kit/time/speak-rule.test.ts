import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { addDays } from './day.ts';
import { anyRule } from './recur/arbitrary.ts';
import { firstDay, monthlyOn, presetsFor } from './recur/presets.ts';
import { instances } from './recur/instances.ts';
import { formatRule, parseRule } from './recur/rule.ts';
import { speakRepeat, speakRule } from './speak-rule.ts';

const said: readonly [rule: string, english: string | null, german: string | null][] = [
	['FREQ=DAILY', 'every day', 'jeden Tag'],
	['FREQ=DAILY;INTERVAL=3', 'every 3 days', 'alle 3 Tage'],
	['FREQ=WEEKLY', 'every week', 'jede Woche'],
	['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekday', 'von Montag bis Freitag'],
	['FREQ=WEEKLY;BYDAY=MO,TH', 'every Monday and Thursday', 'jeden Montag und Donnerstag'],
	['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', 'every 2 weeks on Tuesday', 'alle 2 Wochen am Dienstag'],
	['FREQ=MONTHLY', 'every month', 'jeden Monat'],
	['FREQ=MONTHLY;BYMONTHDAY=1,22', 'every month on the 1st and the 22nd', 'jeden Monat am 1. und 22.'],
	['FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1', 'every 2 months on the last day', 'alle 2 Monate am letzten Tag'],
	[
		'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1',
		'every month on the 30th or the last day',
		'jeden Monat am 30. oder am letzten Tag',
	],
	['FREQ=MONTHLY;BYDAY=2TU', 'every month on the second Tuesday', 'jeden Monat am zweiten Dienstag'],
	['FREQ=MONTHLY;BYDAY=-1FR', 'every month on the last Friday', 'jeden Monat am letzten Freitag'],
	['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', 'every year on 24 December', 'jedes Jahr am 24. Dezember'],
	['FREQ=YEARLY;BYMONTH=5;BYDAY=2SU', 'every year on the second Sunday in May', 'jedes Jahr am zweiten Sonntag im Mai'],
	['FREQ=DAILY;COUNT=5', 'every day, 5 times', 'jeden Tag, 5-mal'],
	['FREQ=DAILY;COUNT=1', 'every day, once', 'jeden Tag, einmal'],
	['FREQ=WEEKLY;UNTIL=20271203', 'every week, until 3 December 2027', 'jede Woche, bis 3. Dezember 2027'],
	['FREQ=YEARLY;BYWEEKNO=20', null, null],
	['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1', null, null],
	['FREQ=DAILY;BYHOUR=9,17', null, null],
	['FREQ=HOURLY', null, null],
];

test('rules are said in English and in German, and what has no words is not guessed', () => {
	for (const [rule, english, german] of said)
		expect([rule, speakRule(parseRule(rule), 'en-GB'), speakRule(parseRule(rule), 'de')]).toEqual([rule, english, german]);
});

test('it is said whether the days are counted from when it is done', () => {
	const cactus = { rule: 'FREQ=WEEKLY;INTERVAL=3', from: 'completion' } as const;
	expect(speakRepeat(cactus, 'en')).toBe('every 3 weeks, from when it is done');
	expect(speakRepeat(cactus, 'de')).toBe('alle 3 Wochen, ab dem Erledigen');
	expect(speakRepeat({ ...cactus, from: 'due' }, 'en')).toBe('every 3 weeks');
});

test('two rules of the same start that sound alike have the same days', () => {
	const days = (text: string) => {
		const all: number[] = [];
		for (const wall of instances(parseRule(text), { wall: Date.UTC(2026, 10, 23), form: 'day' }))
			if (all.push(wall) === 20) break;
		return all;
	};
	const heard = new Map<string, string>();
	fc.assert(
		fc.property(anyRule(), (rule) => {
			const bare = { ...rule, weekStart: 0, until: null };
			const words = speakRule(bare, 'en');
			if (words === null) return;
			const text = formatRule(bare);
			const other = heard.get(words);
			if (other === undefined) heard.set(words, text);
			else expect(days(text)).toEqual(days(other));
		}),
	);
});

test('the presets of a day repeat from that day, and all of them have words', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 3_000 }), (ahead) => {
			const day = addDays('2026-11-23', ahead);
			for (const [name, rule] of Object.entries(presetsFor(day))) {
				if (name !== 'workdays') expect([name, firstDay(rule, day)]).toEqual([name, day]);
				for (const locale of ['en', 'de']) expect(speakRule(rule, locale)).not.toBeNull();
			}
		}),
	);
});

test('monthly on the 29th, 30th and 31st misses no month', () => {
	for (const date of [28, 29, 30, 31]) {
		const days: string[] = [];
		for (const wall of instances(monthlyOn(date), { wall: Date.UTC(2027, 0, 1), form: 'day' }))
			if (days.push(new Date(wall).toISOString().slice(5, 10)) === 4) break;
		expect(days).toEqual([`01-${date}`, '02-28', `03-${date}`, `04-${Math.min(date, 30)}`]);
	}
});
