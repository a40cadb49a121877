import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { byDistance, type CountdownFacts, distanceTo } from './countdown.ts';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(`${text}:00+01:00`);
const until = (day: string | null, more: Partial<CountdownFacts> = {}): CountdownFacts => ({
	day,
	time: null,
	zone: '',
	yearly: false,
	...more,
});

test('days are counted as calendars do, on the clocks of where the person is or of a zone', () => {
	const now = at('2026-11-26T23:30');
	expect(distanceTo(until('2026-12-24'), berlin, now)).toMatchObject({ days: 28, over: false });
	expect(distanceTo(until('2026-11-27'), berlin, now)).toMatchObject({ days: 1, over: false, at: at('2026-11-27T00:00') });
	expect(distanceTo(until('2026-11-26'), berlin, now)).toMatchObject({ days: 0, over: true });
	expect(distanceTo(until('2026-11-26', { time: '23:45' }), berlin, now)).toMatchObject({ days: 0, over: false });
	expect(distanceTo(until('2026-11-25'), berlin, now)).toMatchObject({ days: -1, over: true });
	// In Tokyo it is the next day already.
	expect(distanceTo(until('2026-11-28', { zone: 'Asia/Tokyo' }), berlin, now)).toMatchObject({ days: 1 });
	expect(distanceTo(until(null), berlin, now)).toBeNull();
});

test('what comes every year is the next one, and stays today for its whole day', () => {
	const birthday = until('1990-05-04', { yearly: true });
	expect(distanceTo(birthday, berlin, at('2026-05-03T10:00'))).toMatchObject({ day: '2026-05-04', days: 1 });
	expect(distanceTo(birthday, berlin, at('2026-05-04T21:00'))).toMatchObject({ day: '2026-05-04', days: 0, over: true });
	expect(distanceTo(birthday, berlin, at('2026-05-05T10:00'))).toMatchObject({ day: '2027-05-04' });
	expect(distanceTo(until('2024-02-29', { yearly: true }), berlin, at('2026-02-01T10:00'))).toMatchObject({ day: '2026-02-28' });
	expect(distanceTo(until('2030-01-01', { yearly: true }), berlin, at('2026-02-01T10:00'))).toMatchObject({ day: '2030-01-01' });
});

test('what comes every year is never over a year away, and never past', () => {
	const anyDay = fc.integer({ min: 0, max: 20_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
	fc.assert(
		fc.property(anyDay, fc.integer({ min: Date.UTC(2024, 9, 5), max: Date.UTC(2060, 0, 1) }), (day, now) => {
			const { days } = distanceTo(until(day, { yearly: true }), 'UTC', now)!;
			expect(days).toBeGreaterThanOrEqual(0);
			if (day < '2024-10-05') expect(days).toBeLessThanOrEqual(366);
		}),
	);
});

test('the nearest comes first, what is over last', () => {
	const now = at('2026-11-26T12:00');
	const sorted = [
		until('2026-11-20'),
		until('2027-01-01'),
		until('2026-11-26'),
		until('2026-11-25'),
		until('2026-12-01'),
	].toSorted(byDistance(berlin, now));
	expect(sorted.map(({ day }) => day)).toEqual(['2026-11-26', '2026-12-01', '2027-01-01', '2026-11-25', '2026-11-20']);
});
