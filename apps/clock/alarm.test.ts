import { describe, expect, test } from 'bun:test';
import { addDays, dayAt, timeAt, weekdayOf } from '@mana/time';
import { offsetAt, wallAt } from '@mana/time/zone';
import fc from 'fast-check';
import { type AlarmFacts, isOn, lastRing, nextDay, nextRing, occurrences, snoozedTo } from './alarm.ts';

const berlin = 'Europe/Berlin';
const hour = 3_600_000;
const utc = (text: string) => Date.parse(`${text}Z`);
const off: AlarmFacts = {
	time: '06:30',
	weekdays: new Set(),
	day: null,
	zone: '',
	onSince: utc('2026-03-01T12:00'),
	skipDay: null,
	answeredUntil: null,
	snoozedUntil: null,
};
const on = (facts: Partial<AlarmFacts>): AlarmFacts => ({ ...off, ...facts });
const workdays = new Set(['0', '1', '2', '3', '4']);
const everyDay = new Set(['0', '1', '2', '3', '4', '5', '6']);
const few = (alarm: AlarmFacts, here: string, after: number, count: number) =>
	first(occurrences(alarm, here, after), count).map((at) => `${dayAt(at, here)} ${timeAt(at, here)}`);

function first(moments: Iterable<number>, count: number): number[] {
	const taken: number[] = [];
	for (const at of moments) if (taken.push(at) === count) break;
	return taken;
}

describe('an alarm', () => {
	test('without weekdays rings once, the next time that clocks show its time, and is off afterwards', () => {
		const once = on({});
		expect(few(once, berlin, once.onSince!, 5)).toEqual(['2026-03-02 06:30']);
		const rang = utc('2026-03-02T05:30');
		expect(nextRing(once, berlin, rang - 1)).toBe(rang);
		expect([isOn(once, berlin, rang - 1), isOn(once, berlin, rang)]).toEqual([true, false]);
		expect(isOn(on({ onSince: null }), berlin, rang - 1)).toBe(false);
	});

	test('on one day rings on that day alone', () => {
		expect(few(on({ day: '2026-04-01' }), berlin, 0, 5)).toEqual(['2026-04-01 06:30']);
		expect(few(on({ day: '2026-02-01' }), berlin, 0, 5)).toEqual([]);
	});

	test('on weekdays rings on each of them, but not on the day that is passed over', () => {
		const alarm = on({ weekdays: workdays });
		const friday = utc('2026-03-06T12:00');
		expect(few(alarm, berlin, friday, 2)).toEqual(['2026-03-09 06:30', '2026-03-10 06:30']);
		expect(nextDay(alarm, berlin, friday)).toBe('2026-03-09');
		expect(few(on({ weekdays: workdays, skipDay: '2026-03-09' }), berlin, friday, 1)).toEqual(['2026-03-10 06:30']);
	});

	test('at 2:30 rings once in the night in which clocks are put forward, an hour later, and once in that in which they are put back', () => {
		const alarm = on({ time: '02:30', weekdays: everyDay });
		expect(few(alarm, berlin, utc('2026-03-28T12:00'), 2)).toEqual(['2026-03-29 03:30', '2026-03-30 02:30']);
		const back = first(occurrences(alarm, berlin, utc('2026-10-24T12:00')), 2);
		expect(back).toEqual([utc('2026-10-25T00:30'), utc('2026-10-26T01:30')]);
	});

	test('rings on the clocks of where the person is by then, or always on those of its own zone', () => {
		const [here, fixed] = [on({ weekdays: everyDay }), on({ weekdays: everyDay, zone: 'America/New_York' })];
		const after = utc('2026-03-02T00:00');
		expect(nextRing(here, berlin, after)).toBe(utc('2026-03-02T05:30'));
		expect(nextRing(here, 'Asia/Tokyo', after)).toBe(utc('2026-03-02T21:30'));
		expect(nextRing(fixed, berlin, after)).toBe(utc('2026-03-02T11:30'));
		expect(nextRing(fixed, 'Asia/Tokyo', after)).toBe(utc('2026-03-02T11:30'));
		expect(nextRing(on({ zone: 'Mars/Base' }), berlin, after)).toBe(utc('2026-03-02T05:30'));
	});

	test('that was put off rings again at that time, unless that is answered', () => {
		const rang = utc('2026-03-02T05:30');
		const snoozed = on({ answeredUntil: rang, snoozedUntil: rang + 9 * 60_000 });
		expect(nextRing(snoozed, berlin, rang)).toBe(rang + 9 * 60_000);
		expect(isOn(snoozed, berlin, rang)).toBe(true);
		expect(lastRing(snoozed, berlin, rang, rang + 10 * 60_000)).toBe(rang + 9 * 60_000);
		expect(snoozedTo({ ...snoozed, answeredUntil: rang + 9 * 60_000 })).toBeNull();
		expect(snoozedTo({ ...snoozed, onSince: null })).toBeNull();
	});
});

const anyZone = fc.constantFrom(
	berlin,
	'America/New_York',
	'Asia/Kolkata',
	'Australia/Lord_Howe',
	'Pacific/Apia',
	'America/Sao_Paulo',
	'Africa/Casablanca',
	'UTC',
);
const anyTime = fc
	.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
	.map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const anyMoment = fc.integer({ min: utc('2005-01-01T00:00'), max: utc('2037-01-01T00:00') });
const anyWeekdays = fc
	.uniqueArray(fc.constantFrom<string[]>('0', '1', '2', '3', '4', '5', '6'), { minLength: 1 })
	.map((all) => new Set(all));

/** Whether there is a moment at which clocks of a zone show a day: some zones have left one out. */
const hasDay = (zone: string, day: string): boolean =>
	Array.from({ length: 12 }, (_, at) => utc(`${day}T00:00`) + (at * 6 - 24) * hour).some((moment) => dayAt(moment, zone) === day);

test('whatever the zone does with its clocks, an alarm rings on each of its days once, at its time or as much later as clocks leapt', () => {
	fc.assert(
		fc.property(anyZone, anyTime, anyMoment, anyWeekdays, (zone, time, after, weekdays) => {
			const alarm = on({ time, weekdays, onSince: after });
			const rings = first(occurrences(alarm, zone, after), 15);
			expect(rings).toHaveLength(15);
			let last = after;
			const days: string[] = [];
			for (const at of rings) {
				expect(at).toBeGreaterThan(last);
				last = at;
				const isOnTime = timeAt(at, zone) === time && weekdays.has(String(weekdayOf(dayAt(at, zone))));
				// Otherwise its time, or its whole day, was leapt over: the day before, clocks stood elsewhere.
				const leapt = isOnTime ? 0 : offsetAt(zone, at) - offsetAt(zone, at - 24 * hour);
				const meant = new Date(wallAt(zone, at) - leapt).toISOString();
				if (!isOnTime) expect(leapt).toBeGreaterThan(0);
				expect(meant.slice(11, 16)).toBe(time);
				expect(weekdays.has(String(weekdayOf(meant.slice(0, 10))))).toBe(true);
				days.push(meant.slice(0, 10));
			}
			// None is left out: between two there is no other day of its weekdays that the zone has.
			for (let n = 1; n < days.length; n++)
				for (let day = addDays(days[n - 1]!, 1); day < days[n]!; day = addDays(day, 1))
					expect(weekdays.has(String(weekdayOf(day))) && hasDay(zone, day), day).toBe(false);
		}),
		{
			numRuns: 150,
			examples: [
				// The only ring of a week is leapt over.
				[berlin, '02:00', utc('2005-01-01T00:00'), new Set(['6'])],
				// A whole day is: Samoa had no 30 December 2011, a Friday.
				['Pacific/Apia', '00:00', utc('2011-11-07T10:00'), new Set(['4', '0'])],
				['Pacific/Apia', '08:00', utc('2011-12-25T00:00'), new Set(['0', '1', '2', '3', '4', '5', '6'])],
			],
		},
	);
});

test('what rings next is what rang last, once that moment has come, wherever one has travelled', () => {
	fc.assert(
		fc.property(anyZone, anyZone, anyTime, anyMoment, anyWeekdays, (here, there, time, after, weekdays) => {
			const alarm = on({ time, weekdays, onSince: after });
			for (const zone of [here, there]) {
				const next = nextRing(alarm, zone, after)!;
				expect(lastRing(alarm, zone, after, next - 1)).toBeNull();
				expect(lastRing(alarm, zone, after, next)).toBe(next);
				expect(next - after).toBeLessThanOrEqual(8 * 24 * hour);
			}
		}),
		{ numRuns: 150 },
	);
});
