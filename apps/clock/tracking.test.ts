import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { durationOf, type EntryFacts, idleGap, isWithin, reportOf, weekOf } from './tracking.ts';

const berlin = 'Europe/Berlin';
const hour = 3_600_000;
const at = (text: string) => Date.parse(`${text}+01:00`);
const entry = (from: string, until: string | null, label = '', billable = false): EntryFacts => ({
	label,
	billable,
	startedAt: at(from),
	endedAt: until === null ? null : at(until),
});

test('a report says how much on each day and under each label, and an entry over midnight counts on both days', () => {
	const entries = [
		entry('2026-11-23T09:00', '2026-11-23T12:00', 'Acme', true),
		entry('2026-11-23T23:00', '2026-11-24T01:30'),
		entry('2026-11-25T08:00', null, 'Acme'),
		entry('2026-11-30T08:00', '2026-11-30T09:00', 'next week'),
	];
	const week = weekOf('2026-11-25', 0);
	expect(week).toEqual({ from: '2026-11-23', until: '2026-11-29' });
	const report = reportOf(entries, week, berlin, at('2026-11-25T10:00'));
	expect(report.byDay.map(({ ms }) => ms / hour)).toEqual([4, 1.5, 2, 0, 0, 0, 0]);
	expect(report.byLabel).toEqual([
		{ label: 'Acme', ms: 5 * hour },
		{ label: '', ms: 2.5 * hour },
	]);
	expect([report.totalMs, report.billableMs]).toEqual([7.5 * hour, 3 * hour]);
	expect(entries.map((one) => isWithin(one, week, berlin))).toEqual([true, true, true, false]);
	expect(weekOf('2026-11-25', 6)).toEqual({ from: '2026-11-22', until: '2026-11-28' });
});

test('days add up to the whole and to what the labels say, also over nights in which clocks change', () => {
	const anyEntry = fc
		.tuple(fc.integer({ min: 0, max: 400 * hour }), fc.integer({ min: -hour, max: 40 * hour }), fc.constantFrom('', 'a', 'b'))
		.map(([start, length, label]): EntryFacts => {
			const startedAt = at('2026-03-20T00:00') + start;
			return { label, billable: label === 'a', startedAt, endedAt: startedAt + length };
		});
	fc.assert(
		fc.property(fc.array(anyEntry, { maxLength: 20 }), (entries) => {
			const report = reportOf(entries, { from: '2026-03-01', until: '2026-04-30' }, berlin, at('2026-05-01T00:00'));
			const sum = (all: readonly { ms: number }[]) => all.reduce((total, { ms }) => total + ms, 0);
			const whole = entries.reduce((total, one) => total + durationOf(one, 0), 0);
			expect([sum(report.byDay), sum(report.byLabel), report.totalMs]).toEqual([whole, whole, whole]);
		}),
	);
});

test('who was away while time was counted is asked, and nobody else', () => {
	const running = entry('2026-11-25T08:00', null);
	expect(idleGap(running, at('2026-11-25T09:00'), at('2026-11-25T09:40'))).toEqual({
		from: at('2026-11-25T09:00'),
		to: at('2026-11-25T09:40'),
	});
	expect(idleGap(running, at('2026-11-25T09:00'), at('2026-11-25T09:05'))).toBeNull();
	expect(idleGap(running, at('2026-11-25T07:00'), at('2026-11-25T08:05'))).toBeNull();
	expect(idleGap({ ...running, endedAt: 1 }, 0, at('2026-11-25T09:05'))).toBeNull();
});
