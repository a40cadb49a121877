import { describe, expect, test } from 'bun:test';
import { topicNames, topics } from '@mana/schema';
import fc from 'fast-check';
import { wallAt } from '@mana/time/zone';
import { afterQuiet, type OwnWay, waysFor, type Wishes } from './ways.ts';

const hour = 3_600_000;
const none: Wishes = { zone: 'Europe/Berlin', quiet: null, notices: new Map() };
const night = { from: '22:00', until: '07:00' };
const phone: OwnWay = { kind: 'push', id: 'phone' };
const hook: OwnWay = { kind: 'webhook', id: 'hook' };
/** 2026-03-10 23:30 in Berlin. */
const lateEvening = Date.UTC(2026, 2, 10, 22, 30);
const chosen = (about: string, more: object): Wishes['notices'] =>
	new Map([
		[
			about,
			{ email: 'default', push: 'default', webhook: 'default', matrix: 'default', ntfy: 'default', apprise: 'default', ...more },
		],
	]);
const told = (wishes: Wishes, now = lateEvening, topic: 'task-due' | 'alarm' | 'new-device' | 'reset-password' = 'task-due') =>
	waysFor(topic, wishes, [phone, hook], now).map(({ channel, at }) => [channel, (at - now) / hour] as const);

describe('how somebody is told', () => {
	test('who chose nothing hears at once in the inbox and by what they added, and by no mail', () => {
		expect(told(none)).toEqual([
			['inbox', 0],
			['push', 0],
			['webhook', 0],
		]);
	});

	test('what rings waits for the end of the quiet hours on the person’s clock; inbox and programs do not', () => {
		expect(told({ ...none, quiet: night })).toEqual([
			['inbox', 0],
			['push', 7.5],
			['webhook', 0],
		]);
		expect(told({ ...none, quiet: night, zone: 'America/New_York' })[1]).toEqual(['push', 0]);
	});

	test('what somebody planned for themselves rings in quiet hours, too, unless they switched it off', () => {
		expect(told({ ...none, quiet: night }, lateEvening, 'alarm')[1]).toEqual(['push', 0]);
		const off = told({ ...none, quiet: night, notices: chosen('clock', { push: 'off' }) }, lateEvening, 'alarm');
		expect(off.map(([channel]) => channel)).not.toContain('push');
	});

	test('what is about safety goes by every way at once, whatever was chosen, and a secret link to the mailbox alone', () => {
		const strict: Wishes = { ...none, quiet: night, notices: chosen('hub', { push: 'off', email: 'off' }) };
		expect(told(strict, lateEvening, 'new-device').map(([channel, late]) => [channel, late])).toEqual([
			['inbox', 0],
			['email', 0],
			['push', 0],
			['webhook', 0],
		]);
		expect(told(strict, lateEvening, 'reset-password')).toEqual([['email', 0]]);
	});

	test('the choice for a topic counts before that for its app', () => {
		const both = new Map([...chosen('todo', { push: 'off', email: 'now' }), ...chosen('task-due', { push: 'hourly' })]);
		expect(told({ ...none, notices: both })).toEqual([
			['inbox', 0],
			['email', 0],
			['push', 0.5],
			['webhook', 0],
		]);
	});

	test('a daily digest comes at eight in the morning, and all of a day find the same one', () => {
		const daily: Wishes = { ...none, notices: chosen('task-due', { email: 'daily' }) };
		const mail = (now: number) => waysFor('task-due', daily, [], now).find(({ channel }) => channel === 'email')!;
		expect(mail(lateEvening)).toMatchObject({ at: Date.UTC(2026, 2, 11, 7), slot: `email  ${Date.UTC(2026, 2, 11, 7)}` });
		expect(mail(lateEvening + hour)).toEqual(mail(lateEvening));
		expect(mail(Date.UTC(2026, 2, 11, 7)).at).toBe(Date.UTC(2026, 2, 12, 7));
		// The night in which Berlin puts its clocks forward has an hour less.
		expect(mail(Date.UTC(2026, 2, 28, 8)).at).toBe(Date.UTC(2026, 2, 29, 6));
	});

	test('quiet hours only ever put off, to a moment at which they are over, within a day', () => {
		const time = fc
			.tuple(fc.nat(23), fc.nat(59))
			.map(([hours, minutes]) => `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);
		const zone = fc.constantFrom(
			'Europe/Berlin',
			'America/New_York',
			'Asia/Kolkata',
			'Pacific/Apia',
			'Australia/Lord_Howe',
			'UTC',
		);
		const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 0, 1) });
		fc.assert(
			fc.property(moment, zone, time, time, (at, inZone, from, until) => {
				const quiet = { from, until };
				const then = afterQuiet(at, { zone: inZone, quiet });
				expect(then).toBeGreaterThanOrEqual(at);
				expect(then - at).toBeLessThanOrEqual(25 * hour);
				expect(afterQuiet(then, { zone: inZone, quiet })).toBe(then);
				const clock = new Date(wallAt(inZone, then)).toISOString().slice(11, 16);
				if (then !== at && from !== until) expect(clock >= until || clock < from || until < from).toBe(true);
			}),
			{
				numRuns: 2_000,
				examples: [
					[Date.UTC(2026, 9, 2, 16), 'Australia/Lord_Howe', '02:30', '02:00'],
					[Date.UTC(2026, 9, 2, 16), 'Australia/Lord_Howe', '02:30', '02:15'],
				],
			},
		);
	});

	test('nothing about safety can ever be put off, gathered or switched off', () => {
		const hearing = fc.constantFrom('default', 'now', 'hourly', 'daily', 'off');
		fc.assert(
			fc.property(
				fc.constantFrom(...topicNames.filter((name) => topics[name].security)),
				hearing,
				hearing,
				(topic, push, email) => {
					const wishes: Wishes = {
						...none,
						quiet: night,
						notices: new Map([...chosen(topic, { push, email }), ...chosen('hub', { push, email })]),
					};
					const ways = waysFor(topic, wishes, [phone], lateEvening);
					expect(ways.some(({ channel }) => channel === 'email')).toBe(true);
					expect(ways.every(({ at, slot }) => at === lateEvening && slot === null)).toBe(true);
				},
			),
		);
	});
});
