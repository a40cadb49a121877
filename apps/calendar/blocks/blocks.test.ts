import { expect, test } from 'bun:test';
import { namedRecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { links } from '@mana/shared/model';
import { addDays, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import fc from 'fast-check';
import { events, settings, settingsId } from '../model.ts';
import { eventRow } from '../rows.fixture.ts';
import { freeTimes, takenBy } from './free.ts';
import { keepsTime } from './offer.ts';

const berlin = 'Europe/Berlin';
const at = (text: string) => instantOf(berlin, Date.parse(`${text}Z`));
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });
const HOUR = 3_600_000;
const task = namedRecordId('a task');

test('never proposes a time over what is there, outside of the hours, before now or of another length', () => {
	const zones = fc.constantFrom(berlin, 'America/New_York', 'Asia/Kolkata', 'UTC');
	const event = fc.record({
		start: fc.integer({ min: 0, max: 14 * 96 }),
		length: fc.integer({ min: 1, max: 40 }),
		travel: fc.constantFrom(0, 20),
		buffer: fc.constantFrom(0, 10),
		zone: fc.option(zones, { nil: null }),
		repeat: fc.constantFrom(null, 'FREQ=DAILY;COUNT=3'),
		shows: fc.constantFrom('busy' as const, 'free' as const),
	});
	fc.assert(
		fc.property(
			fc.array(event, { maxLength: 12 }),
			zones,
			fc.constantFrom(5, 15, 30, 45, 90, 240),
			fc.integer({ min: 0, max: 13 * 96 }),
			(made, zone, minutes, quarter) => {
				// Clocks are put forward in Berlin on the 29th.
				const first = '2026-03-23';
				const rows = made.map(({ start, length, ...more }) =>
					eventRow({ ...more, start: new Date(toUtc(first) + start * 900_000).toISOString().slice(0, 16), length: length * 900 }),
				);
				const [from, to] = [instantOf(zone, toUtc(first)), instantOf(zone, toUtc(addDays(first, 14)))];
				const now = from + quarter * 900_000;
				const taken = takenBy(rows, from, to, zone);
				const found = freeTimes({ minutes, first, last: addDays(first, 13), now, zone, taken });
				for (const one of found) {
					expect(one.to - one.from).toBe(minutes * 60_000);
					expect(one.from).toBeGreaterThanOrEqual(now);
					expect(taken.some((other) => other.from < one.to && other.to > one.from)).toBe(false);
					const day = toUtc(new Date(wallAt(zone, one.from)).toISOString().slice(0, 10));
					expect([wallAt(zone, one.from) >= day + 8 * HOUR, wallAt(zone, one.to) <= day + 22 * HOUR]).toEqual([true, true]);
				}
				expect(found.map((one) => one.from)).toEqual(found.map((one) => one.from).toSorted((a, b) => a - b));
			},
		),
		{ numRuns: 80 },
	);
});

test('goes around what is busy, its way and its buffer, and not around what is free, cancelled or takes days', () => {
	const rows = [
		eventRow({ start: '2026-11-26T08:00', zone: berlin, length: 3_600, buffer: 30 }),
		eventRow({ start: '2026-11-26T11:00', zone: berlin, length: 3_600, travel: 30 }),
		eventRow({ start: '2026-11-26T14:00', zone: berlin, length: 3_600, shows: 'free' }),
		eventRow({ start: '2026-11-26T15:00', zone: berlin, length: 3_600, status: 'cancelled' }),
		eventRow({ start: '2026-11-26', length: 86_400 }),
	];
	const taken = takenBy(rows, at('2026-11-26T00:00'), at('2026-11-27T00:00'), berlin);
	const found = freeTimes({
		minutes: 60,
		first: '2026-11-26',
		last: '2026-11-26',
		now: at('2026-11-26T07:00'),
		zone: berlin,
		taken,
	});
	expect(found.slice(0, 3)).toEqual([span('2026-11-26T09:30', '2026-11-26T10:30'), span('2026-11-26T12:00', '2026-11-26T13:00'), span('2026-11-26T12:30', '2026-11-26T13:30')]); // prettier-ignore
	expect(found).toContainEqual(span('2026-11-26T14:00', '2026-11-26T15:00'));
});

function world() {
	const [mana, home] = [openMemoryMana(), openMemoryMana()];
	const places = { mana, home };
	const keep = (from: string, to: string, record = task) =>
		keepsTime.keep(
			'keep',
			{ ...places, person: 'ada' },
			[{ end: { collection: 513, record }, title: 'Write', ...span(from, to) }],
			berlin,
		);
	const whiles = () => keepsTime.whiles(mana, berlin).rows;
	return { mana, home, places, keep, whiles };
}

test('time for a record is an event tied to it, as the person makes events, and taken from other times', () => {
	const { mana, home, places, keep, whiles } = world();
	home.write('ways', (tx) => void tx.create(settings, { reminders: ['10'] }, settingsId));
	const free = (now: string) =>
		keepsTime.free({ ...places, minutes: 60, first: '2031-11-26', last: '2031-11-26', now: at(now), zone: berlin })[0];
	expect(free('2031-11-26T08:50')).toEqual(span('2031-11-26T09:00', '2031-11-26T10:00'));
	const { undo } = keep('2031-11-26T09:00', '2031-11-26T10:00');
	const [event] = mana.query(events).rows;
	expect(event).toMatchObject({
		title: 'Write',
		start: '2031-11-26T09:00',
		length: 3_600,
		zone: berlin,
		shows: 'busy',
		createdBy: 'ada',
	});
	expect([...event!.reminders]).toEqual(['10']);
	expect(mana.query(links).rows).toMatchObject([{ kind: 'plans', fromCollection: 513, from: task, to: event!.id }]);
	expect(whiles()).toEqual([{ ...span('2031-11-26T09:00', '2031-11-26T10:00'), id: event!.id, record: task, href: `/calendar?event=${event!.id}` }]); // prettier-ignore
	expect(free('2031-11-26T08:50')).toEqual(span('2031-11-26T10:00', '2031-11-26T11:00'));
	// What is in one's own space takes time, too.
	home.write('own', (tx) => void tx.create(events, { title: 'Doctor', start: '2031-11-26T10:00', zone: berlin, length: 3_600 }));
	expect(free('2031-11-26T08:50')).toEqual(span('2031-11-26T11:00', '2031-11-26T12:00'));
	undo();
	expect(whiles()).toEqual([]);
});

test('moving the event moves the time and nothing else; thrown away, it is gone until that is undone', () => {
	const { mana, keep, whiles } = world();
	keep('2031-11-26T09:00', '2031-11-26T10:00');
	const { id } = mana.query(events).rows[0]!;
	mana.write('move', (tx) => tx.update(events, id, { start: '2031-11-27T15:00' }));
	expect(whiles()).toMatchObject([span('2031-11-27T15:00', '2031-11-27T16:00')]);
	const { undo } = keepsTime.drop('drop', mana, id);
	expect(whiles()).toEqual([]);
	undo();
	expect(whiles()).toHaveLength(1);
});

test('what is still to come goes along and is renamed along, what is over stays as it was', () => {
	const { mana, keep } = world();
	keep('2031-11-24T09:00', '2031-11-24T10:00');
	keep('2031-11-26T09:00', '2031-11-26T10:00');
	const other = namedRecordId('another task');
	keep('2031-11-26T12:00', '2031-11-26T13:00', other);
	const now = at('2031-11-26T09:30');
	mana.write('rename', (tx) => keepsTime.renameAlong(tx, mana, task, { before: 'Write', after: 'Write it' }, now));
	const titles = () => mana.query(events).rows.map(({ title, start }) => `${start?.slice(8, 13)} ${title}`).toSorted(); // prettier-ignore
	expect(titles()).toEqual(['24T09 Write', '26T09 Write it', '26T12 Write']);
	const gone = mana.write('trash', (tx) => keepsTime.dropAlong(tx, mana, [task], now));
	expect(titles()).toEqual(['24T09 Write', '26T12 Write']);
	gone.undo();
	expect(titles()).toEqual(['24T09 Write', '26T09 Write it', '26T12 Write']);
});

test('what went along with a record comes back with it, not what was taken away before', () => {
	const { mana, keep, whiles } = world();
	keep('2031-11-26T09:00', '2031-11-26T10:00');
	keep('2031-11-27T09:00', '2031-11-27T10:00');
	const [early, late] = whiles();
	mana.write('trash', (tx) => keepsTime.dropAlong(tx, mana, [task], at('2031-11-24T09:00')));
	expect(whiles()).toEqual([]);
	const thrownAt = mana.get(events, early!.id)!.deletedAt!;
	const back = (when: number) => mana.write('back', (tx) => keepsTime.backAlong(tx, mana, task, when));
	back(thrownAt + 3_600_000);
	expect(whiles()).toEqual([]);
	mana.write('other', (tx) => keepsTime.backAlong(tx, mana, namedRecordId('another task'), thrownAt));
	expect(whiles()).toEqual([]);
	const { undo } = back(thrownAt);
	expect(whiles().map(({ id }) => id)).toEqual([early!.id, late!.id]);
	undo();
	expect(whiles()).toEqual([]);
});
