import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { seeded, TestBrowser, World } from '@mana/sync/client/test-world';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import type { Mana } from '@mana/sync/client/api';
import { packsFor, quickAdd, toUtc } from '@mana/time';
import { instances, parseRule, readableRule } from '@mana/time/recur/index';
import fc from 'fast-check';
import { taskActions } from './actions.ts';
import { completed, isOpen, stepsOf, trashed } from './lists.ts';
import { tagId } from '@mana/shared/model';
import { type Task, tasks } from './model.ts';
import { comingBy, comingDays, daysWithin, nextOf, type Repeating } from './repeat.ts';

const zone = 'Europe/Berlin';
/** Monday, 23 November 2026, 10:00 in Berlin. */
const monday = Date.UTC(2026, 10, 23, 9);
const DAY_MS = 86_400_000;

function actionsOf(mana: Mana, clock: () => number) {
	return taskActions(mana, clock, Math.random, (task, now) => nextOf(task, { now, zone }));
}

function open(start = monday) {
	const mana = openMemoryMana();
	const clock = { now: start };
	const actions = actionsOf(mana, () => clock.now);
	const add = (line: string, parent: RecordId | null = null) =>
		actions.add('add', quickAdd(line, { today: '2026-11-23', time: '10:00', packs: packsFor('en') }), { parent }).id;
	const all = () => mana.query(tasks, { where: isOpen, order: (a, b) => (a.dueDay! < b.dueDay! ? -1 : 1) }).rows;
	return { mana, clock, actions, add, all, days: () => all().map(({ dueDay }) => dueDay) };
}

function repeating(rule: string, more: Partial<Repeating> = {}): Repeating {
	return { repeat: rule, repeatFrom: 'due', occurrence: null, dueDay: '2026-11-23', dueTime: null, ...more };
}

const next = (task: Repeating, now = monday) => nextOf(task, { now, zone });

test('completing makes the next one with all that belongs to it, its steps unticked', () => {
	const { mana, actions, add, all } = open();
	const id = add('Water plants every monday at 11:00 #home !high @Garden');
	const file = { hash: 'a'.repeat(64), size: 3, type: 'image/png', name: 'plan.png' };
	mana.write('attach', (tx) => tx.update(tasks, id, { notes: 'Not too much', files: { [tx.newId()]: { file, by: 'ada' } } }));
	const [can, cactus] = [add('Fill the can', id), add('Not the cactus 2026-11-24', id)];
	actions.complete('complete', [can]);
	actions.complete('complete', [id]);
	const [again] = all();
	const done = mana.get(tasks, id)!;
	expect(all()).toHaveLength(1);
	expect(again).toMatchObject({ title: 'Water plants', notes: 'Not too much', dueDay: '2026-11-30', dueTime: '11:00' });
	expect(again).toMatchObject({
		priority: 'high',
		project: done.project,
		position: done.position,
		repeat: 'FREQ=WEEKLY;BYDAY=MO',
	});
	expect([...again!.tags]).toEqual([tagId('home')]);
	expect(again!.files).toEqual(done.files);
	const steps = mana.query(tasks, stepsOf(again!.id)).rows;
	expect(steps.map(({ title, completedAt, dueDay }) => [title, completedAt, dueDay])).toEqual([
		['Fill the can', null, null],
		['Not the cactus', null, '2026-12-01'],
	]);
	expect(mana.get(tasks, cactus)!.completedAt).not.toBeNull();
	expect(mana.query(tasks, completed()).rows.map(({ id }) => id)).toEqual([id]);
});

test('undo takes the next one back, redo brings it again, and completing after an undo makes one that is seen', () => {
	const { mana, actions, add, all, days } = open();
	const id = add('Water every monday');
	add('Fill the can', id);
	actions.complete('complete', [id]);
	for (const round of [1, 2]) {
		expect(mana.history.undo()).toBe(true);
		expect(all().map((task) => task.id)).toEqual([id]);
		expect(mana.query(tasks).rows).toHaveLength(2);
		if (round === 1) mana.history.redo();
		else actions.complete('complete', [id]);
		expect(days()).toEqual(['2026-11-30']);
		expect(mana.query(tasks, stepsOf(all()[0]!.id)).rows).toHaveLength(1);
	}
});

test('opening a done one again puts the next one in the trash, and done again there is one next one', () => {
	const { mana, actions, add, all, days } = open();
	const id = add('Water every monday');
	add('Fill the can', id);
	actions.complete('complete', [id]);
	actions.reopen('reopen', [id]);
	expect(all().map((task) => task.id)).toEqual([id]);
	expect(mana.query(tasks, trashed()).rows).toHaveLength(2);
	actions.complete('complete', [id]);
	expect(days()).toEqual(['2026-11-30']);
});

test('what was done and followed by a done one has no second next one when it is opened and done again', () => {
	const { actions, add, all, days } = open();
	const first = add('Water every monday');
	actions.complete('complete', [first]);
	actions.complete('complete', [all()[0]!.id]);
	actions.reopen('reopen', [first]);
	actions.complete('complete', [first]);
	expect(days()).toEqual(['2026-12-07']);
});

test('a repeating step comes again alone when it is done alone, and with its task when that is done', () => {
	const { mana, actions, add, all } = open();
	const id = add('House every monday');
	const step = add('Bins every day', id);
	actions.complete('complete', [step]);
	const stepRows = (parent: RecordId) =>
		mana.query(tasks, stepsOf(parent)).rows.filter(({ completedAt }) => completedAt === null);
	expect(stepRows(id).map(({ dueDay }) => dueDay)).toEqual(['2026-11-24']);
	actions.complete('complete', [id]);
	expect(stepRows(all()[0]!.id).map(({ title }) => title)).toEqual(['Bins']);
	expect(mana.query(tasks, stepsOf(all()[0]!.id)).rows).toHaveLength(1);
});

test('skipping goes on to the next time without a done one, and its steps begin anew', () => {
	const { mana, actions, add, all } = open();
	const id = add('Water every monday');
	const step = add('Fill the can', id);
	actions.complete('complete', [step]);
	const { undo } = actions.skip('skip', [id, add('No repeat')]);
	expect(mana.get(tasks, id)).toMatchObject({ dueDay: '2026-11-30', occurrence: '2026-11-30', completedAt: null });
	expect(mana.get(tasks, step)!.completedAt).toBeNull();
	expect(all()).toHaveLength(2);
	undo();
	expect(mana.get(tasks, id)).toMatchObject({ dueDay: '2026-11-23' });
});

test('without a rule any more, completing ends it', () => {
	const { actions, add, all } = open();
	const id = add('Water every monday');
	actions.repeat('end', id, null);
	actions.complete('complete', [id]);
	expect(all()).toEqual([]);
});

test('a rule of a newer program that cannot be read repeats nothing and breaks nothing', () => {
	const { mana, actions, add, all } = open();
	const id = add('Water');
	mana.write('import', (tx) => tx.update(tasks, id, { repeat: 'FREQ=LUNAR' }));
	expect(readableRule(mana.get(tasks, id)!.repeat)).toBeNull();
	actions.complete('complete', [id]);
	expect(all()).toEqual([]);
});

test('completed late it comes next today or later, and nothing piles up', () => {
	const late = monday + 10 * DAY_MS; // Thursday, 3 December, 10:00
	expect(next(repeating('FREQ=DAILY'), late)).toMatchObject({ day: '2026-12-03' });
	expect(next(repeating('FREQ=DAILY', { dueTime: '09:00' }), late)).toMatchObject({ day: '2026-12-04', time: '09:00' });
	expect(next(repeating('FREQ=DAILY', { dueTime: '11:00' }), late)).toMatchObject({ day: '2026-12-03' });
	expect(next(repeating('FREQ=WEEKLY;BYDAY=MO'), late)).toMatchObject({ day: '2026-12-07' });
	expect(next(repeating('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO'), monday + 15 * DAY_MS)).toMatchObject({ day: '2026-12-21' });
});

test('completed early or put off, the rule goes on from its own day', () => {
	const fortnight = (dueDay: string) => repeating('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', { occurrence: '2026-11-23', dueDay });
	expect(next(fortnight('2026-11-25'))).toMatchObject({ day: '2026-12-07' });
	expect(next(fortnight('2026-11-20'), monday - 5 * DAY_MS)).toMatchObject({ day: '2026-12-07' });
	expect(next(fortnight('2026-12-08'))).toMatchObject({ day: '2026-12-21' });
});

test('from completion, the days are counted from the day it was done', () => {
	const cactus = repeating('FREQ=WEEKLY;INTERVAL=3', { repeatFrom: 'completion' });
	expect(next(cactus, monday + 2 * DAY_MS)).toMatchObject({ day: '2026-12-16' });
	expect(next(cactus, monday - 2 * DAY_MS)).toMatchObject({ day: '2026-12-12' });
	expect(next({ ...cactus, repeat: 'FREQ=DAILY;COUNT=2' })).toMatchObject({ repeat: 'FREQ=DAILY;COUNT=1' });
	expect(next({ ...cactus, repeat: 'FREQ=DAILY;COUNT=1' })).toBeNull();
	expect(daysWithin(cactus, '2026-11-24', '2026-12-31', { now: monday, zone })).toEqual([]);
});

test('it ends after its count and with its last day, whether it has a time or not', () => {
	const days = (rule: string, dueTime: string | null) => comingDays(repeating(rule, { dueTime }), { now: monday, zone }, 9);
	for (const time of [null, '18:00']) {
		expect(days('FREQ=DAILY;COUNT=3', time)).toEqual(['2026-11-24', '2026-11-25']);
		expect(days('FREQ=DAILY;UNTIL=20261125', time)).toEqual(['2026-11-24', '2026-11-25']);
	}
});

test('the time of day stays what clocks show when they are changed, and the day is that of the zone', () => {
	const due = repeating('FREQ=DAILY', { dueDay: '2026-10-24', dueTime: '02:30' });
	const before = Date.UTC(2026, 9, 24, 10);
	expect(next(due, before)).toMatchObject({ day: '2026-10-25', time: '02:30' });
	const spring = repeating('FREQ=DAILY', { dueDay: '2027-03-27', dueTime: '02:30' });
	expect(comingDays(spring, { now: Date.UTC(2027, 2, 27, 0), zone }, 2)).toEqual(['2027-03-28', '2027-03-29']);
	const lateEvening = Date.UTC(2026, 10, 23, 23, 30); // it is the 24th in Berlin
	expect(next(repeating('FREQ=DAILY', { repeatFrom: 'completion' }), lateEvening)).toMatchObject({ day: '2026-11-25' });
});

const rules = fc.constantFrom(
	'FREQ=DAILY',
	'FREQ=DAILY;INTERVAL=3',
	'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH',
	'FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO;WKST=SU',
	'FREQ=MONTHLY;BYMONTHDAY=-1',
	'FREQ=MONTHLY;BYDAY=2TU',
	'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1',
	'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
	'FREQ=DAILY;COUNT=5',
	'FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=4',
	'FREQ=DAILY;UNTIL=20261210',
);

test('done one after another in time, the tasks stand on exactly the days of the rule', () => {
	fc.assert(
		fc.property(
			rules,
			fc.integer({ min: 0, max: 800 }),
			fc.option(fc.constantFrom('00:00', '09:30', '23:59')),
			(text, ahead, dueTime) => {
				const rule = parseRule(text);
				const from = { wall: toUtc('2026-11-23') + ahead * DAY_MS, form: 'day' } as const;
				const wanted: string[] = [];
				for (const wall of instances(rule, from)) if (wanted.push(new Date(wall).toISOString().slice(0, 10)) === 7) break;
				fc.pre(wanted.length > 0);
				const now = toUtc(wanted[0]!) - DAY_MS;
				const days = comingDays(repeating(text, { dueDay: wanted[0]!, dueTime }), { now, zone }, wanted.length - 1);
				expect(days).toEqual(wanted.slice(1));
			},
		),
	);
});

test('what a list shows ahead is what the tasks will be, cut to its days', () => {
	fc.assert(
		fc.property(rules, fc.nat(40), fc.nat(60), (text, begin, length) => {
			const task = repeating(text);
			const day = (ahead: number) => new Date(toUtc('2026-11-23') + ahead * DAY_MS).toISOString().slice(0, 10);
			const [from, to] = [day(begin), day(begin + length)];
			const all = comingDays(task, { now: monday, zone }, 110).filter((one) => one >= from && one <= to);
			expect(daysWithin(task, from, to, { now: monday, zone })).toEqual(all);
		}),
	);
});

test('the days ahead of a list hold what stands by itself, by time, and for no more than a year', () => {
	const { add, mana, actions } = open();
	const id = add('Noon every day at 12:00');
	add('Step every day', id);
	add('Morning every tuesday 8:00');
	add('Any time every tuesday');
	add('Cactus every! day');
	const ahead = (to: string) =>
		comingBy(mana.query(tasks, { where: ({ repeat }) => repeat !== null }).rows, '2026-11-24', to, { now: monday, zone });
	const titles = (to: string, day: string) =>
		ahead(to)
			.get(day)
			?.map(({ title }) => title);
	expect([...ahead('2026-11-25').keys()]).toEqual(['2026-11-24', '2026-11-25']);
	expect(titles('2026-12-01', '2026-12-01')).toEqual(['Morning', 'Noon', 'Any time']);
	expect(titles('2026-11-24', '2026-11-24')).toEqual(['Noon']); // the others are that day, stored
	expect([...ahead('2040-01-01').keys()].toSorted().at(-1)).toBe('2027-11-25');
	actions.complete('complete', [id]);
	expect(titles('2026-11-24', '2026-11-24')).toBeUndefined();
});

test('two devices that complete the same ones apart make one next one, whatever else they do and in whatever order they meet', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer(),
			fc.array(fc.tuple(fc.nat(1), fc.constantFrom('complete', 'undo', 'wait', 'meet')), { maxLength: 12 }),
			fc.constantFrom('Water every day', 'Water every! day', 'Water every monday at 9:00'),
			async (seed, deeds, line) => {
				const world = new World(seed);
				world.now = monday;
				const random = seeded(seed);
				const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
				const manas = [(await browsers[0].open()).mana, (await browsers[1].open()).mana] as const;
				const actions = manas.map((mana) =>
					taskActions(
						mana,
						() => world.now,
						random,
						(task, now) => nextOf(task, { now, zone }),
					),
				);
				const meet = async (online: boolean) => {
					for (const browser of browsers) {
						browser.online = online;
						if (!online) browser.cut();
					}
					if (online) await world.pass(40_000);
				};
				await world.pass(2_000);
				const captured = quickAdd(line, { today: '2026-11-23', time: '08:00', packs: packsFor('en') });
				const { id } = actions[0]!.add('add', captured);
				actions[0]!.add('add', quickAdd('Fill the can', { today: '2026-11-23', time: '08:00', packs: [] }), { parent: id });
				await world.pass(2_000);
				await meet(false);
				const openOn = (mana: Mana): readonly Task[] => mana.query(tasks, { where: isOpen }).rows;
				let undone = false;
				for (const [who, deed] of deeds) {
					const mana = manas[who]!;
					if (deed === 'wait') world.now += DAY_MS;
					else if (deed === 'undo' && !undone && mana.history.undoable === 'complete') undone = mana.history.undo();
					else if (deed === 'complete')
						actions[who]!.complete('complete', openOn(mana).map((task) => task.id)); // prettier-ignore
					else if (deed === 'meet') {
						await meet(true);
						await meet(false);
					}
				}
				await meet(true);
				const [one, other] = manas.map((mana) => mana.query(tasks, { where: () => true }).rows) as [Task[], Task[]];
				expect(one).toEqual(other);
				if (!undone) expect(openOn(manas[0])).toHaveLength(1);
				expect(openOn(manas[0]).length).toBeLessThanOrEqual(1 + Number(undone));
				for (const task of openOn(manas[0]))
					expect(manas[0].query(tasks, stepsOf(task.id)).rows.map(({ completedAt }) => completedAt)).toEqual([null]);
			},
		),
		{ numRuns: 40 },
	);
});
