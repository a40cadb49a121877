import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { occurrences } from './alarm.ts';
import { type BedtimeFacts, bedtimes, lastBedtime } from './bedtime.ts';

const berlin = 'Europe/Berlin';
const utc = (text: string) => Date.parse(`${text}Z`);
const MINUTE = 60_000;
const alarm: BedtimeFacts = {
	time: '06:30',
	weekdays: new Set(['0', '1', '2', '3', '4']),
	day: null,
	zone: '',
	onSince: utc('2026-11-22T20:00'),
	skipDay: null,
	answeredUntil: null,
	snoozedUntil: null,
	sleepMinutes: 480,
	windDownMinutes: 30,
};
const told = (facts: BedtimeFacts, after: number, count: number) => {
	const found: string[] = [];
	for (const { at, bedAt, wakeAt } of bedtimes(facts, berlin, after)) {
		found.push([at, bedAt, wakeAt].map((moment) => new Date(moment).toISOString().slice(5, 16)).join(' '));
		if (found.length === count) break;
	}
	return found;
};

test('who wants to sleep eight hours before half past six is told at ten, half an hour before, and not on evenings before a free day', () => {
	expect(told(alarm, utc('2026-11-26T12:00'), 2)).toEqual([
		'11-26T21:00 11-26T21:30 11-27T05:30',
		'11-29T21:00 11-29T21:30 11-30T05:30',
	]);
});

test('nobody is told who wants no sleep counted, whose alarm is off, who set it after that hour, or of a time that is passed over', () => {
	expect(told({ ...alarm, sleepMinutes: null }, 0, 1)).toEqual([]);
	expect(told({ ...alarm, onSince: null }, 0, 1)).toEqual([]);
	expect(told({ ...alarm, onSince: utc('2026-11-22T21:15') }, 0, 1)).toEqual(['11-23T21:00 11-23T21:30 11-24T05:30']);
	expect(told({ ...alarm, skipDay: '2026-11-23' }, 0, 1)).toEqual(['11-23T21:00 11-23T21:30 11-24T05:30']);
});

test('the last one that was told is found until the next one comes', () => {
	const [since, now] = [utc('2026-11-24T00:00'), utc('2026-11-26T20:59')];
	expect(lastBedtime(alarm, berlin, since, now)?.at).toBe(utc('2026-11-25T21:00'));
	expect(lastBedtime(alarm, berlin, since, now + MINUTE)?.at).toBe(utc('2026-11-26T21:00'));
	expect(lastBedtime(alarm, berlin, utc('2026-11-26T21:00'), now + MINUTE)).toBeNull();
});

test('in every zone, night and length, each evening is before its own time to get up, in order, and after it was asked for', () => {
	fc.assert(
		fc.property(
			fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC'),
			fc.integer({ min: 60, max: 900 }),
			fc.integer({ min: 0, max: 180 }),
			fc.integer({ min: 0, max: 400 }),
			(zone, sleepMinutes, windDownMinutes, days) => {
				const onSince = utc('2026-01-01T00:00') + days * 24 * 60 * MINUTE;
				const facts = { ...alarm, onSince, sleepMinutes, windDownMinutes };
				const wakes = new Set<number>();
				for (const wakeAt of occurrences(facts, zone, onSince)) if (wakes.add(wakeAt).size === 9) break;
				let last = onSince;
				let count = 0;
				for (const { at, bedAt, wakeAt } of bedtimes(facts, zone, onSince)) {
					expect(at).toBeGreaterThan(last);
					expect([bedAt - at, wakeAt - bedAt]).toEqual([windDownMinutes * MINUTE, sleepMinutes * MINUTE]);
					expect(wakes.has(wakeAt)).toBe(true);
					last = at;
					if (++count === 5) break;
				}
			},
		),
	);
});
