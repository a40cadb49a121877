import { expect, test } from 'bun:test';
import { addDays } from '@mana/time';
import { formatRule } from '@mana/time/recur/index';
import { anyRule } from '@mana/time/recur/arbitrary';
import fc from 'fast-check';
import { EventIndex, repeats } from './event-index.ts';
import { changedOccurrenceId, type Event } from './model.ts';
import { nextOf, occurrenceCalled, occurrencesOf } from './occurrences.ts';
import { eventRow } from './rows.fixture.ts';

const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(`${text}Z`);
const shown = (rows: readonly Event[], from: string, to: string, viewer = berlin) =>
	occurrencesOf(rows, at(from), at(to), viewer).map(({ event, start, from: begins, to: ends }) => [
		event.title,
		start,
		new Date(begins).toISOString().slice(0, 16),
		(ends - begins) / 60_000,
	]);

test('an event stands on the clocks of its zone, wherever one looks from', () => {
	const row = eventRow({ title: 'Call', start: '2026-11-26T09:00', zone: 'America/New_York', length: 1_800 });
	expect(shown([row], '2026-11-26T00:00', '2026-11-27T00:00')).toEqual([['Call', '2026-11-26T09:00', '2026-11-26T14:00', 30]]);
});

test('an event without a zone, and a whole day, are where the viewer is', () => {
	const rows = [
		eventRow({ title: 'Tea', start: '2026-11-26T16:00' }),
		eventRow({ title: 'Holiday', start: '2026-11-26', length: 0 }),
	];
	expect(shown(rows, '2026-11-25T00:00', '2026-11-28T00:00', 'Asia/Tokyo')).toEqual([
		['Holiday', '2026-11-26', '2026-11-25T15:00', 1_440],
		['Tea', '2026-11-26T16:00', '2026-11-26T07:00', 60],
	]);
});

test('a series keeps its time of day when clocks change, and every hour that it takes', () => {
	const row = eventRow({ title: 'Run', start: '2026-03-28T08:00', zone: berlin, repeat: 'FREQ=DAILY', length: 3_600 });
	expect(shown([row], '2026-03-28T00:00', '2026-03-30T00:00').map(([, , begins]) => begins)).toEqual([
		'2026-03-28T07:00',
		'2026-03-29T06:00',
	]);
});

test('what falls out, what comes besides and what was changed', () => {
	const row = eventRow({
		title: 'Yoga',
		start: '2026-11-02T18:00',
		zone: berlin,
		repeat: 'FREQ=WEEKLY',
		except: ['2026-11-09T18:00'],
		extra: ['2026-11-12T18:00'],
	});
	const changed = {
		...eventRow({
			title: 'Yoga outside',
			start: '2026-11-17T10:00',
			zone: berlin,
			series: row.id,
			occurrence: '2026-11-16T18:00',
		}),
		id: changedOccurrenceId(row.id, '2026-11-16T18:00'),
	};
	const rows = [changed, row];
	expect(shown(rows, '2026-11-01T00:00', '2026-11-24T00:00').map(([title, start]) => [title, start])).toEqual([
		['Yoga', '2026-11-02T18:00'],
		['Yoga', '2026-11-12T18:00'],
		['Yoga outside', '2026-11-17T10:00'],
		['Yoga', '2026-11-23T18:00'],
	]);
	const keys = occurrencesOf(rows, at('2026-11-16T00:00'), at('2026-11-18T00:00'), berlin).map(({ key }) => key);
	expect(keys).toEqual([`${row.id} 2026-11-16T18:00`]);
});

test('a series in the trash takes its changed occurrences along; one that came without its series is shown', () => {
	const row = eventRow({ start: '2026-11-02', repeat: 'FREQ=DAILY' });
	const changed = eventRow({ title: 'Guest', start: '2026-11-03', series: row.id, occurrence: '2026-11-03' });
	expect(shown([{ ...row, deletedAt: 1 }, changed], '2026-11-01T00:00', '2026-11-10T00:00')).toEqual([]);
	expect(shown([changed], '2026-11-01T00:00', '2026-11-10T00:00')).toHaveLength(1);
});

test('a rule, a zone or a start that cannot be read takes nothing else away', () => {
	const rows = [
		eventRow({ title: 'Moon', start: '2026-11-02T10:00', repeat: 'FREQ=LUNAR', zone: 'Mars/Olympus' }),
		eventRow({ title: 'Nowhere' }),
		eventRow({ title: 'There', start: '2026-11-02T12:00', zone: berlin }),
	];
	expect(shown(rows, '2026-11-01T00:00', '2026-11-10T00:00').map(([title]) => title)).toEqual(['Moon', 'There']);
});

test('what began before the window is in it as long as it lasts', () => {
	const row = eventRow({ start: '2026-11-26T22:00', zone: berlin, length: 8 * 3_600 });
	expect(shown([row], '2026-11-27T00:00', '2026-11-27T05:00')).toHaveLength(1);
	expect(shown([row], '2026-11-27T05:00', '2026-11-28T00:00')).toHaveLength(0);
	const days = eventRow({ start: '2026-11-20', length: 10 * 86_400 });
	expect(shown([days], '2026-11-29T12:00', '2026-11-29T13:00')).toHaveLength(1);
	expect(shown([days], '2026-11-30T00:00', '2026-12-01T00:00')).toHaveLength(0);
});

test('a series comes next at the first time that is ahead, with what was changed of it; what is over is as it began', () => {
	const weekly = eventRow({ title: 'Yoga', start: '2026-11-02T18:00', zone: berlin, repeat: 'FREQ=WEEKLY;COUNT=4' });
	const moved = {
		...eventRow({
			title: 'Yoga outside',
			start: '2026-11-17T10:00',
			zone: berlin,
			series: weekly.id,
			occurrence: '2026-11-16T18:00',
		}),
		id: changedOccurrenceId(weekly.id, '2026-11-16T18:00'),
	};
	const single = eventRow({ title: 'Tea', start: '2026-01-01' });
	const index = new EventIndex([moved, single, weekly]);
	const next = (row: Event, from: string) => nextOf(row, index, at(from), berlin)?.start;
	expect([next(weekly, '2026-11-03T00:00'), next(weekly, '2026-11-10T00:00')]).toEqual(['2026-11-09T18:00', '2026-11-17T10:00']);
	expect([next(weekly, '2027-01-01T00:00'), next(single, '2027-01-01T00:00')]).toEqual(['2026-11-02T18:00', '2026-01-01']);
	expect(next(moved, '2027-01-01T00:00')).toBe('2026-11-17T10:00');
	expect(occurrenceCalled(moved.id, index, berlin)?.key).toBe(`${weekly.id} 2026-11-16T18:00`);
});

test('what takes no time is there at the first moment of a window, once or again and again', () => {
	const daily = eventRow({ start: '2026-01-01T00:00', zone: 'UTC', length: 0, repeat: 'FREQ=DAILY;BYMONTHDAY=17' });
	const single = eventRow({ start: '2026-09-17T00:00', zone: 'UTC', length: 0 });
	for (const row of [daily, single]) expect(shown([row], '2026-09-17T00:00', '2026-09-18T00:00')).toHaveLength(1);
});

const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kolkata', 'UTC');
const rows = fc.array(
	fc
		.record({
			day: fc.integer({ min: 0, max: 500 }).map((ahead) => addDays('2026-01-01', ahead)),
			time: fc.option(fc.constantFrom('00:00', '02:30', '12:15', '23:45'), { nil: null }),
			zone: fc.option(zones, { nil: null }),
			length: fc.constantFrom(0, 900, 3_600, 86_400, 3 * 86_400, 31 * 86_400, 45 * 86_400),
			repeat: fc.option(
				anyRule(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']).map((rule) =>
					formatRule({ ...rule, byHour: [], byMinute: [], bySecond: [], bySetPos: [] }),
				),
				{ nil: null },
			),
		})
		.map(({ day, time, ...rest }) => eventRow({ ...rest, start: time === null ? day : `${day}T${time}` })),
	{ maxLength: 6 },
);

test('a window shows exactly what a longer one shows of it, once each and in order', () => {
	fc.assert(
		fc.property(rows, zones, fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 40 }), (events, viewer, ahead, days) => {
			const from = at('2026-02-01T00:00') + ahead * 86_400_000;
			const to = from + days * 86_400_000;
			const all = occurrencesOf(events, from - 50 * 86_400_000, to + 50 * 86_400_000, viewer);
			const some = occurrencesOf(events, from, to, viewer);
			expect(some).toEqual(all.filter((one) => one.from < to && (one.to > from || (one.from === one.to && one.from >= from))));
			expect(new Set(some.map(({ key }) => key)).size).toBe(some.length);
			for (const one of some) expect(one.occurrence !== null).toBe(repeats(one.event));
		}),
		{ numRuns: 60 },
	);
});

test('windows looked at one after another, from anywhere, show what each shows alone', () => {
	const series = fc.record({
		day: fc.integer({ min: 0, max: 2 }).map((ahead) => addDays('2026-03-20', ahead)),
		time: fc.option(fc.constantFrom('00:00', '12:15', '23:45'), { nil: null }),
		zone: fc.option(zones, { nil: null }),
		length: fc.constantFrom(0, 900, 86_400, 3 * 86_400),
		repeat: fc.integer({ min: 1, max: 3 }).map((count) => `FREQ=DAILY;COUNT=${count}`),
	});
	const windows = fc.array(fc.record({ viewer: zones, hours: fc.integer({ min: 0, max: 160 }) }), { minLength: 2, maxLength: 8 });
	fc.assert(
		fc.property(series, windows, ({ day, time, ...rest }, looks) => {
			const events = [eventRow({ ...rest, start: time === null ? day : `${day}T${time}` })];
			for (const { viewer, hours } of looks) {
				const from = at('2026-03-20T00:00') + hours * 3_600_000;
				// Other objects, of which nothing is remembered.
				const alone = occurrencesOf(structuredClone(events), from, from + 86_400_000, viewer);
				expect(occurrencesOf(events, from, from + 86_400_000, viewer)).toEqual(alone);
			}
		}),
		{ numRuns: 1_000 },
	);
});
