import { expect, test } from 'bun:test';
import { addDays, toUtc, weekdayOf } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import fc from 'fast-check';
import { suggest, type Wanted } from './suggest.ts';

const HOUR = 3_600_000;
const berlin = 'Europe/Berlin';
const at = (text: string, zone = berlin) => instantOf(zone, Date.parse(`${text}Z`));
const wanted: Wanted = {
	guests: [],
	first: '2026-11-26',
	last: '2026-11-30',
	viewer: berlin,
	lengthMs: HOUR,
	hours: { from: 540, to: 1_020 },
	now: at('2026-11-26T08:00'),
	most: 20,
};
const guest = { address: 'ana@example.org', optional: false, busy: [], zone: null };
const starts = (more: Partial<Wanted>) =>
	suggest({ ...wanted, ...more }).map(({ from }) => new Date(wallAt(berlin, from)).toISOString().slice(0, 16));

test('is in the hours of work days, three a day, the soonest first', () => {
	expect(starts({})).toEqual(
		['26', '27', '30'].flatMap((day) => ['09:00', '09:30', '10:00'].map((time) => `2026-11-${day}T${time}`)),
	);
	expect(starts({ now: at('2026-11-27T15:40') })[0]).toBe('2026-11-27T16:00');
	expect(starts({ lengthMs: 9 * HOUR })).toEqual([]);
});

test('goes around what people have who must come, and without those who need not', () => {
	const busy = [{ from: at('2026-11-26T09:00'), to: at('2026-11-26T15:30') }];
	const must = { guests: [{ ...guest, busy }], last: '2026-11-26' };
	expect(starts(must)).toEqual(['2026-11-26T15:30', '2026-11-26T16:00']);
	const may = suggest({ ...wanted, last: '2026-11-26', guests: [{ ...guest, busy, optional: true }] });
	expect(may.map(({ without }) => without.length)).toEqual([0, 0, 1]);
	// Of whom nothing is known is nobody in the way.
	expect(starts({ guests: [{ ...guest, busy: null }] })[0]).toBe('2026-11-26T09:00');
});

test('comes first where it is day for everybody', () => {
	const [first, ...rest] = suggest({ ...wanted, last: '2026-11-26', guests: [{ ...guest, zone: 'America/New_York' }] });
	expect([first!.from, first!.late]).toEqual([at('2026-11-26T09:00', 'America/New_York'), []]);
	expect(rest.every(({ late }) => late.length <= 1)).toBe(true);
});

test('never meets what somebody has who must come, and never leaves the hours', () => {
	const span = fc
		.record({ start: fc.integer({ min: 0, max: 24 * 14 * 4 }), quarters: fc.integer({ min: 1, max: 40 }) })
		.map(({ start, quarters }) => ({ from: toUtc('2026-03-23') + start * 900_000, to: toUtc('2026-03-23') + (start + quarters) * 900_000 })); // prettier-ignore
	const zones = fc.constantFrom(berlin, 'America/New_York', 'Asia/Kolkata', 'UTC');
	fc.assert(
		fc.property(
			fc.array(fc.record({ busy: fc.array(span, { maxLength: 12 }), optional: fc.boolean(), zone: fc.option(zones, { nil: null }) }), { maxLength: 4 }),
			zones,
			fc.integer({ min: 1, max: 16 }),
			(people, viewer, quarters) => {
				const guests = people.map((one, i) => ({ ...one, address: String(i) }));
				const found = suggest({ ...wanted, guests, viewer, first: '2026-03-23', last: addDays('2026-03-23', 13), now: 0, lengthMs: quarters * 900_000 }); // prettier-ignore
				for (const { from, to } of found) {
					for (const { busy, optional } of guests)
						if (!optional) expect(busy.some((one) => one.from < to && one.to > from)).toBe(false);
					const [begins, ends] = [wallAt(viewer, from), wallAt(viewer, to)];
					const day = new Date(begins).toISOString().slice(0, 10);
					expect(weekdayOf(day)).toBeLessThan(5);
					expect([begins >= toUtc(day) + 540 * 60_000, ends <= toUtc(day) + 1_020 * 60_000]).toEqual([true, true]);
				}
				expect(new Set(found.map(({ from }) => from)).size).toBe(found.length);
			},
		),
		{ numRuns: 60 },
	);
}); // prettier-ignore
