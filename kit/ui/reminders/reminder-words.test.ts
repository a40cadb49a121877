import { expect, test } from 'bun:test';
import { reminderWords, usualReminders } from './reminder-words.ts';

const plain = (text: string) => text.replaceAll(/\s/gu, ' ');

test('a reminder is told by how long before the start it comes', () => {
	expect(plain(reminderWords(0, false, 'en'))).toBe('At the start');
	expect(plain(reminderWords(90, false, 'en'))).toBe('1 hr 30 min before');
	expect(plain(reminderWords(-10, false, 'en'))).toBe('10 min after the start');
});

test('of whole days it is told by the clock of the day on which it comes', () => {
	expect(plain(reminderWords(-540, true, 'en-GB'))).toBe('On the day at 9:00');
	expect(plain(reminderWords(360, true, 'en-GB'))).toBe('1 day before at 18:00');
	expect(plain(reminderWords(7 * 1_440 - 540, true, 'en-GB'))).toBe('7 days before at 9:00');
	expect(plain(reminderWords(-540 - 1_440, true, 'en-GB'))).toBe('1 day after at 9:00');
});

test('no two of the usual ones say the same', () => {
	for (const [kind, all] of Object.entries(usualReminders))
		expect(new Set(all.map((minutes) => reminderWords(minutes, kind === 'wholeDay', 'en'))).size).toBe(all.length);
});
