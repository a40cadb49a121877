import { expect, test } from 'bun:test';
import { addDays, dayAt, timeAt, toUtc } from '@mana/time';
import fc from 'fast-check';
import { freeSlots, type SlotRules, type Span, stepOf } from './slots.ts';

const MINUTE = 60_000;
const now = Date.UTC(2026, 2, 20, 9, 7);
const rules: SlotRules = {
	hours: [{ day: 1, from: '09:00', to: '10:30' }],
	zone: 'Europe/Berlin',
	before: 0,
	after: 0,
	notice: 0,
	horizon: 30,
	perDay: 0,
};
const question = { from: now, to: now + 20 * 86_400_000, length: 30, now, busy: [], booked: [] };
const shown = (slots: readonly number[], zone = 'Europe/Berlin') => slots.map((at) => `${dayAt(at, zone)} ${timeAt(at, zone)}`);

test('times lie in the hours of the page, on its own clocks, also across a change of the clocks', () => {
	expect(shown(freeSlots(rules, { ...question, to: Date.UTC(2026, 3, 1) }))).toEqual([
		'2026-03-23 09:00',
		'2026-03-23 09:30',
		'2026-03-23 10:00',
		'2026-03-30 09:00',
		'2026-03-30 09:30',
		'2026-03-30 10:00',
	]);
	// Nobody can be booked in an hour that the clocks leap over, or is booked twice in one that comes twice.
	const night: SlotRules = { ...rules, hours: [{ day: 7, from: '01:00', to: '04:00' }] };
	const spring = freeSlots(night, { ...question, length: 60 });
	expect(new Set(spring).size).toBe(spring.length);
	expect(spring.every((at, i) => i === 0 || at > spring[i - 1]!)).toBe(true);
});

test('what is in the way, with what is kept free around it, leaves the rest', () => {
	const at = (time: string) => Date.parse(`2026-03-23T${time}:00+01:00`);
	const busy = [{ from: at('09:30'), to: at('10:00') }];
	expect(shown(freeSlots(rules, { ...question, to: at('23:00'), busy }))).toEqual(['2026-03-23 09:00', '2026-03-23 10:00']);
	expect(shown(freeSlots({ ...rules, after: 10 }, { ...question, to: at('23:00'), busy }))).toEqual(['2026-03-23 10:00']);
	expect(shown(freeSlots({ ...rules, before: 10 }, { ...question, to: at('23:00'), busy }))).toEqual(['2026-03-23 09:00']);
});

const hours = fc
	.record({ day: fc.integer({ min: 1, max: 7 }), a: fc.integer({ min: 0, max: 47 }), b: fc.integer({ min: 1, max: 48 }) })
	.filter(({ a, b }) => a < b)
	.map(({ day, a, b }) => {
		const time = (half: number) => `${String(half >> 1).padStart(2, '0')}:${half % 2 ? '30' : '00'}`;
		return { day, from: time(a), to: time(b) };
	});
const arbitrary = fc.record({
	rules: fc.record({
		hours: fc.array(hours, { minLength: 1, maxLength: 6 }),
		zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'UTC'),
		before: fc.constantFrom(0, 5, 30),
		after: fc.constantFrom(0, 10, 45),
		notice: fc.constantFrom(0, 90, 2_880),
		horizon: fc.integer({ min: 1, max: 14 }),
		perDay: fc.integer({ min: 0, max: 3 }),
	}),
	length: fc.constantFrom(15, 30, 45, 90),
	busy: fc.array(fc.record({ start: fc.integer({ min: -600, max: 20_000 }), minutes: fc.integer({ min: 1, max: 3_000 }) }), {
		maxLength: 12,
	}),
});

test('whoever books what is offered is never in the way of anything, nor of who booked before, and no day has more than it may', () => {
	fc.assert(
		fc.property(arbitrary, fc.infiniteStream(fc.nat()), ({ rules, length, busy: said }, picks) => {
			const busy: Span[] = said.map(({ start, minutes }) => ({
				from: now + start * MINUTE,
				to: now + (start + minutes) * MINUTE,
			}));
			const [taken, booked]: [Span[], number[]] = [[...busy], []];
			for (const pick of picks) {
				const slots = freeSlots(rules, { ...question, length, busy: taken, booked });
				if (slots.length === 0 || booked.length > 6) break;
				const at = slots[pick % slots.length]!;
				const stop = at + length * MINUTE;
				for (const one of taken)
					expect(one.to <= at - rules.before * MINUTE || one.from >= stop + rules.after * MINUTE).toBe(true);
				expect(at).toBeGreaterThanOrEqual(now + rules.notice * MINUTE);
				expect(dayAt(at, rules.zone) <= addDays(dayAt(now, rules.zone), rules.horizon - 1)).toBe(true);
				const day = dayAt(at, rules.zone);
				const weekday = new Date(toUtc(day)).getUTCDay() || 7;
				expect(rules.hours.some((one) => one.day === weekday && one.from <= timeAt(at, rules.zone))).toBe(true);
				taken.push({ from: at, to: stop });
				booked.push(at);
				if (rules.perDay > 0)
					expect(booked.filter((one) => dayAt(one, rules.zone) === day).length).toBeLessThanOrEqual(rules.perDay);
			}
		}),
		{ numRuns: 150 },
	);
});

test('nothing that could be booked is kept back: a time of the grid that is not offered breaks a rule', () => {
	fc.assert(
		fc.property(arbitrary, ({ rules, length, busy: said }) => {
			const busy = said.map(({ start, minutes }) => ({ from: now + start * MINUTE, to: now + (start + minutes) * MINUTE }));
			const calm = { ...rules, zone: 'UTC', perDay: 0 };
			const offered = new Set(freeSlots(calm, { ...question, length, busy }));
			for (let day = dayAt(now, 'UTC'); day < addDays(dayAt(now, 'UTC'), rules.horizon); day = addDays(day, 1))
				for (const { day: weekday, from, to } of rules.hours) {
					if (weekday !== (new Date(toUtc(day)).getUTCDay() || 7)) continue;
					const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
					for (let minute = minutes(from); minute + length <= minutes(to); minute += stepOf(length)) {
						const at = toUtc(day) + minute * MINUTE;
						const stop = at + length * MINUTE;
						const blocked = busy.some((one) => one.to > at - rules.before * MINUTE && one.from < stop + rules.after * MINUTE);
						expect(offered.has(at)).toBe(!blocked && at >= now + rules.notice * MINUTE);
					}
				}
		}),
		{ numRuns: 150 },
	);
});
