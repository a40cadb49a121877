import { expect, test } from 'bun:test';
import { packsFor } from '@mana/time';
import { readClockLine } from './capture.ts';

const read = (line: string, language = 'en') =>
	readClockLine(line, { today: '2026-11-26', time: '10:30', packs: packsFor(language) });
const minute = 60_000;

test('a line with a length of time is a timer', () => {
	expect(read('timer 5 min tea')).toEqual({ kind: 'timer', lengthMs: 5 * minute, label: 'tea' });
	expect(read('Timer 12 Minuten für Nudeln', 'de')).toEqual({ kind: 'timer', lengthMs: 12 * minute, label: 'Nudeln' });
	expect(read('pizza 10 min')).toEqual({ kind: 'timer', lengthMs: 10 * minute, label: 'pizza' });
	expect(read('timer 7')).toEqual({ kind: 'timer', lengthMs: 7 * minute, label: '' });
	expect(read('timer 1:30')).toEqual({ kind: 'timer', lengthMs: 1.5 * minute, label: '' });
	expect([read('timer'), read('timer 999999 h'), read('timer tea')]).toEqual([null, null, null]);
});

test('a line with a time is an alarm, once, on a day or on weekdays', () => {
	expect(read('alarm 6:30 weekdays')).toEqual({
		kind: 'alarm',
		time: '06:30',
		weekdays: ['0', '1', '2', '3', '4'],
		day: null,
		label: '',
	});
	expect(read('alarm 7am')).toEqual({ kind: 'alarm', time: '07:00', weekdays: [], day: null, label: '' });
	expect(read('7:30')).toMatchObject({ kind: 'alarm', time: '07:30' });
	expect(read('Wecker morgen 7 Uhr Zug', 'de')).toEqual({
		kind: 'alarm',
		time: '07:00',
		weekdays: [],
		day: '2026-11-27',
		label: 'Zug',
	});
	expect(read('alarm 8:00 every Monday gym')).toMatchObject({ weekdays: ['0'], label: 'gym' });
	expect(read('Wecker 9:00 am Wochenende', 'de')).toMatchObject({ time: '09:00', weekdays: ['5', '6'] });
	expect(read('alarm täglich 6:00', 'de')).toMatchObject({ weekdays: ['0', '1', '2', '3', '4', '5', '6'] });
	expect([read('alarm'), read('alarm gym'), read('')]).toEqual([null, null, null]);
});
