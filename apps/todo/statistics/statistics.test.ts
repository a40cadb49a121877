import { expect, test } from 'bun:test';
import { namedRecordId, readRow, writeDraft, type Draft } from '@mana/model';
import { addDays } from '@mana/time';
import fc from 'fast-check';
import { type Task, tasks } from '../model.ts';
import { statisticsOf } from './statistics.ts';

const today = '2026-11-26'; // a Thursday
const garden = namedRecordId('garden');
const world = { today, dayOf: (at: number) => new Date(at).toISOString().slice(0, 10), weekStart: 0, days: 14, weeks: 3 };
const done = (day: string, draft: Draft<typeof tasks> = {}): Task =>
	readRow(tasks, namedRecordId('task'), writeDraft(tasks, { title: 'x', ...draft, completedAt: Date.parse(`${day}T12:00Z`) }))!;

test('what was completed is counted by day, by week and by project', () => {
	const found = statisticsOf(
		[done(today, { project: garden, estimate: 30 }), done(today), done('2026-11-23'), done('2026-11-22', { project: garden })],
		world,
	);
	expect(found.days).toHaveLength(14);
	expect(found.days.at(-1)).toEqual({ day: today, count: 2 });
	expect(found.weeks).toEqual([
		{ day: '2026-11-09', count: 0 },
		{ day: '2026-11-16', count: 1 },
		{ day: '2026-11-23', count: 3 },
	]);
	expect(found.projects).toEqual([
		{ project: garden, count: 2 },
		{ project: null, count: 2 },
	]);
	expect([found.today, found.minutes]).toEqual([2, 30]);
});

test('days in a row are not broken by a today on which nothing is done yet, but by a day without anything', () => {
	const before = [1, 2, 3].map((away) => done(addDays(today, -away)));
	expect(statisticsOf(before, world)).toMatchObject({ streak: 3, best: 3 });
	expect(statisticsOf([done(today), ...before], world)).toMatchObject({ streak: 4, best: 4 });
	expect(statisticsOf([done(today), ...before.slice(1)], world)).toMatchObject({ streak: 1, best: 2 });
	expect(statisticsOf([], world)).toMatchObject({ streak: 0, best: 0 });
});

test('steps, and what is in the trash or open, count for nothing', () => {
	expect(
		statisticsOf(
			[done(today, { parent: garden }), { ...done(today), deletedAt: 1 }, { ...done(today), completedAt: null }],
			world,
		).today,
	).toBe(0);
});

test('days add up to weeks, projects to days, and no run is longer than the best', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (aways) => {
			const found = statisticsOf(
				aways.map((away) => done(addDays(today, -away))),
				{ ...world, days: 18, weeks: 3 },
			);
			const sum = (rows: readonly { readonly count: number }[]) => rows.reduce((all, { count }) => all + count, 0);
			// Three weeks that end on Thursday are eighteen days.
			expect(sum(found.weeks)).toBe(sum(found.days));
			expect(sum(found.projects)).toBe(sum(found.days));
			expect(found.streak).toBeLessThanOrEqual(found.best);
			expect(found.best).toBeLessThanOrEqual(new Set(aways).size);
		}),
	);
});
