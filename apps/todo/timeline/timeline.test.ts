import { describe, expect, test } from 'bun:test';
import type { Draft, RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { addDays, daysBetween } from '@mana/time';
import fc from 'fast-check';
import { projects, type Task, tasks } from '../model.ts';
import { type Bar, barOf, DAY_MINUTES, draftFor, held, type Hold, timelineOf } from './bars.ts';

const today = '2026-11-26';
const mana = openMemoryMana();

function make(draft: Draft<typeof tasks>): Task {
	let id!: RecordId;
	mana.write('make', (tx) => (id = tx.create(tasks, { title: 'x', ...draft })));
	return mana.get(tasks, id)!;
}

const anyDay = fc.integer({ min: -400, max: 400 }).map((away) => addDays(today, away));
const anyTimed = fc.record({
	dueDay: fc.option(anyDay),
	startDay: fc.option(anyDay),
	estimate: fc.option(fc.integer({ min: 1, max: 60_000 })),
});
const anyHold = fc.constantFrom<Hold>('whole', 'first', 'last');

describe('the bar of a task', () => {
	test('reaches from its start to the day it is due', () => {
		expect(barOf({ startDay: '2026-11-24', dueDay: '2026-11-27', estimate: 15 })).toEqual({
			first: '2026-11-24',
			last: '2026-11-27',
		});
	});

	test('is as long as the task is estimated where a day is missing: a working day each', () => {
		expect(barOf({ startDay: null, dueDay: today, estimate: null })).toEqual({ first: today, last: today });
		expect(barOf({ startDay: null, dueDay: today, estimate: DAY_MINUTES })).toEqual({ first: today, last: today });
		expect(barOf({ startDay: null, dueDay: today, estimate: 2 * DAY_MINUTES + 1 })).toEqual({ first: '2026-11-24', last: today });
		expect(barOf({ startDay: today, dueDay: null, estimate: 2 * DAY_MINUTES })).toEqual({ first: today, last: '2026-11-27' });
	});

	test('is none without any day, and passes over a start that comes after the end', () => {
		expect(barOf({ startDay: null, dueDay: null, estimate: 60 })).toBeNull();
		expect(barOf({ startDay: '2026-12-24', dueDay: today, estimate: null })).toEqual({ first: today, last: today });
	});
});

test('a bar that is carried keeps its length, and an end that is drawn leaves the other where it is and never passes it', () => {
	fc.assert(
		fc.property(anyDay, fc.nat(60), anyHold, fc.integer({ min: -90, max: 90 }), (first, more, hold, days) => {
			const bar: Bar = { first, last: addDays(first, more) };
			const to = held(bar, hold, days);
			expect(to.first <= to.last).toBe(true);
			if (hold === 'whole') {
				expect(daysBetween(to.first, to.last)).toBe(more);
				expect(held(to, 'whole', -days)).toEqual(bar);
			} else expect(hold === 'first' ? to.last : to.first).toBe(hold === 'first' ? bar.last : bar.first);
		}),
	);
});

test('what is written lets the task lie where it was put, whatever days and estimate it had', () => {
	fc.assert(
		fc.property(anyTimed, anyDay, anyHold, fc.integer({ min: -90, max: 90 }), (task, somewhere, hold, days) => {
			const to = held(barOf(task) ?? { first: somewhere, last: somewhere }, hold, days);
			expect(barOf({ ...task, ...draftFor(task, to) })).toEqual(to);
		}),
	);
});

test('a task that only has the day it is due gets no start by being carried', () => {
	const task = { startDay: null, dueDay: today, estimate: 3 * DAY_MINUTES };
	expect(draftFor(task, held(barOf(task)!, 'whole', 7))).toEqual({ dueDay: '2026-12-03' });
	expect(draftFor(task, held(barOf(task)!, 'first', -1))).toEqual({ dueDay: today, startDay: '2026-11-23' });
});

describe('a timeline', () => {
	let [garden, house, gone] = ['', '', ''] as unknown as [RecordId, RecordId, RecordId];
	mana.write('projects', (tx) => {
		garden = tx.create(projects, { name: 'Garden' });
		house = tx.create(projects, { name: 'House' });
		gone = tx.create(projects, { name: 'Gone' });
	});
	const known = [{ id: house }, { id: garden }];
	const sight = { first: '2026-11-23', last: '2026-12-06' };
	const shown = (all: readonly Task[], at = sight) => {
		const { lines, before, after } = timelineOf(all, { today, sight: at, projects: known });
		const words = lines.map((line) =>
			line.kind === 'head' ? [line.of, line.count] : `${line.late ? '! ' : ''}${line.task.title}`,
		);
		return { words, before, after };
	};

	test('has tasks under their projects in the order of these, the inbox first and unknown ones last, by the day they begin', () => {
		const all = [
			make({ title: 'rake', project: garden, dueDay: '2026-11-30' }),
			make({ title: 'dig', project: garden, dueDay: '2026-12-01', estimate: 5 * DAY_MINUTES }),
			make({ title: 'old', project: gone, dueDay: today }),
			make({ title: 'paint', project: house, dueDay: today }),
			make({ title: 'call', dueDay: today }),
		];
		expect(shown(all).words).toEqual([[null, 1], 'call', [house, 1], 'paint', [garden, 2], 'dig', 'rake', [gone, 1], 'old']); // prettier-ignore
	});

	test('keeps in sight what was to be done before, as long as today is, and says where the nearest is that is not in sight', () => {
		const all = [
			make({ title: 'late', dueDay: '2026-10-01' }),
			make({ title: 'later late', dueDay: '2026-11-02' }),
			make({ title: 'soon', dueDay: '2026-12-20' }),
			make({ title: 'some time', dueDay: '2027-02-01' }),
			make({ title: 'over all', startDay: '2026-01-01', dueDay: '2027-12-31' }),
		];
		expect(shown(all)).toEqual({ words: [[null, 3], 'over all', '! late', '! later late'], before: null, after: '2026-12-20' }); // prettier-ignore
		expect(shown(all, { first: '2027-01-04', last: '2027-01-17' })).toEqual({
			words: [[null, 1], 'over all'],
			before: '2026-12-20',
			after: '2027-02-01',
		});
	});

	test('ends with what has no day, and leaves out what is done', () => {
		const all = [
			make({ title: 'free' }),
			make({ title: 'done', dueDay: today, completedAt: 1 }),
			make({ title: 'now', dueDay: today }),
		];
		expect(shown(all).words).toEqual([[null, 1], 'now', ['free', 1], 'free']);
	});
});
