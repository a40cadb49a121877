import { expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import { grouped, timeOf, visibleAt } from './groups.ts';

const at = (day: number, hour: number) => Date.UTC(2026, 2, day, hour);
const row = (title: string, app: string, when: number, more: Partial<hub.Notification> = {}) =>
	({
		id: hub.notificationId(title),
		title,
		app,
		at: when,
		createdAt: when,
		readAt: null,
		snoozedUntil: null,
		...more,
	}) as hub.Notification;

test('the inbox shows what is not put off, the newest first, and what comes again at the time when it does', () => {
	const rows = [
		row('old', 'todo', at(1, 9)),
		row('later', 'todo', at(2, 9), { snoozedUntil: at(3, 9) }),
		row('again', 'todo', at(1, 8), { snoozedUntil: at(2, 11) }),
	];
	expect(visibleAt(rows, at(2, 12)).map(({ title }) => title)).toEqual(['again', 'old']);
	expect(visibleAt(rows, at(3, 9)).map(({ title }) => title)).toEqual(['later', 'again', 'old']);
	expect(timeOf(rows[2]!)).toBe(at(2, 11));
});

test('groups are days on the person’s clock, and within a day apps', () => {
	const rows = visibleAt(
		[row('a', 'todo', at(2, 8)), row('b', 'hub', at(2, 9)), row('c', 'todo', at(2, 10)), row('d', 'todo', at(1, 23))],
		at(9, 0),
	);
	const shown = (zone: string) =>
		grouped(rows, zone).map(({ day, app, rows: own }) => [day, app, own.map(({ title }) => title).join('')]);
	expect(shown('UTC')).toEqual([
		['2026-03-02', 'todo', 'ca'],
		['2026-03-02', 'hub', 'b'],
		['2026-03-01', 'todo', 'd'],
	]);
	expect(shown('Europe/Berlin').map(([day, , titles]) => [day, titles])).toEqual([
		['2026-03-02', 'cad'],
		['2026-03-02', 'b'],
	]);
});
