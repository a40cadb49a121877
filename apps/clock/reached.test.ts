import { expect, test } from 'bun:test';
import { addDays } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import fc from 'fast-check';
import { reached } from './reached.ts';

const TODAY = '2026-11-27';
const at = (time: string, zone = 'UTC') => ({ endedAt: instantOf(zone, Date.parse(`${time}Z`)) });
const onDay = (back: number) => at(`${addDays(TODAY, -back)}T12:00`);

test('rounds count to the day on which they ended where the person is', () => {
	const late = [at('2026-11-26T23:30'), at('2026-11-27T08:00')];
	expect(reached(late, 'UTC', TODAY)).toMatchObject({ rounds: 1, streak: 2 });
	expect(reached(late, 'Europe/Berlin', TODAY)).toMatchObject({ rounds: 2, streak: 1, lastAt: late[1]!.endedAt });
	expect(reached([{ endedAt: null }], 'UTC', TODAY)).toEqual({ rounds: 0, streak: 0, longest: 0, lastAt: null });
});

test('days in a row go on while today has no round yet, and end when yesterday had none', () => {
	expect(reached([onDay(1), onDay(2)], 'UTC', TODAY).streak).toBe(2);
	expect(reached([onDay(0), onDay(1), onDay(3)], 'UTC', TODAY).streak).toBe(2);
	expect(reached([onDay(2), onDay(3), onDay(4)], 'UTC', TODAY)).toMatchObject({ streak: 0, longest: 3 });
});

test('the most days in a row are never fewer than those of now, nor more than the days with a round', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (back) => {
			const { streak, longest, rounds } = reached(back.map(onDay), 'UTC', TODAY);
			expect(longest).toBeGreaterThanOrEqual(streak);
			expect(longest).toBeLessThanOrEqual(new Set(back).size);
			expect(longest > 0).toBe(back.length > 0);
			expect(rounds).toBe(back.filter((one) => one === 0).length);
		}),
	);
});
