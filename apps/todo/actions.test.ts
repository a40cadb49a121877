import { expect, test } from 'bun:test';
import { trashActions } from '@mana/shared/trash';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { packsFor, quickAdd } from '@mana/time';
import { taskActions } from './actions.ts';
import {
	completed,
	dueBy,
	findable,
	inbox,
	inProject,
	stepsOf,
	trashed,
	unplanned,
	upcoming,
	withTag,
	taskFinder,
} from './lists.ts';
import { tagId, tags } from '@mana/shared/model';
import { projects, tasks } from './model.ts';
import { nextOf } from './repeat.ts';
import { trash, trashOf } from './trash.ts';

const today = '2026-11-23';

function open() {
	const mana = openMemoryMana();
	let now = Date.UTC(2026, 10, 23, 10);
	const actions = taskActions(
		mana,
		() => now++,
		Math.random,
		(task, at) => nextOf(task, { now: at, zone: 'UTC' }),
	);
	const capture = (line: string) =>
		quickAdd(line, { today, time: '10:30', packs: packsFor('en'), projects: mana.query(projects).rows.map(({ name }) => name) });
	const add = (line: string, place?: Parameters<typeof actions.add>[2]) => actions.add('add', capture(line), place).id;
	const titles = (question: Parameters<typeof mana.query<typeof tasks>>[1]) =>
		mana.query(tasks, question).rows.map(({ title }) => title);
	return { mana, actions, add, titles };
}

test('a captured line becomes a task with its day, time, priority, tags and project', () => {
	const { mana, add, titles } = open();
	const id = add('Call Ana tomorrow 9:00 #phone !high @Work');
	const task = mana.get(tasks, id)!;
	expect(task).toMatchObject({
		title: 'Call Ana',
		dueDay: '2026-11-24',
		dueTime: '09:00',
		priority: 'high',
		completedAt: null,
		deletedAt: null,
	});
	expect([...task.tags]).toEqual([tagId('phone')]);
	expect(mana.get(projects, task.project!)!.name).toBe('Work');
	expect(titles(inProject(task.project!))).toEqual(['Call Ana']);
	expect(titles(upcoming(today))).toEqual(['Call Ana']);
	expect(titles(inbox())).toEqual([]);
});

test('the same tag and project are found again, whatever the case', () => {
	const { mana, add } = open();
	add('One #Home @Garden');
	add('Two #home #HOME @garden');
	expect(mana.query(tags).rows.map(({ name }) => name)).toEqual(['Home']);
	expect(mana.query(projects).rows.map(({ name }) => name)).toEqual(['Garden']);
});

test('what waits for a day is what is under way, then what is urgent; not what waits for somebody or begins later', () => {
	const { actions, add, titles } = open();
	const [, late, doing, waiting] = ['Read', 'Later', 'Paint', 'Answer'].map((title) => add(title));
	add('Pay !urgent');
	add('Call today');
	actions.edit('edit', late!, { startDay: '2026-11-24' });
	actions.edit('edit', doing!, { status: 'doing' });
	actions.edit('edit', waiting!, { status: 'waiting' });
	expect(titles(unplanned(today))).toEqual(['Paint', 'Pay', 'Read']);
});

test('new tasks come last, and a task can be moved between any two', () => {
	const { actions, add, titles } = open();
	const [a, b, c] = ['a', 'b', 'c'].map((title) => add(title));
	expect(titles(inbox())).toEqual(['a', 'b', 'c']);
	actions.move('move', c!, { before: a!, after: b! });
	expect(titles(inbox())).toEqual(['a', 'c', 'b']);
	actions.move('move', b!, { before: null, after: a! });
	expect(titles(inbox())).toEqual(['b', 'a', 'c']);
	actions.move('move', b!, { before: c!, after: null });
	expect(titles(inbox())).toEqual(['a', 'c', 'b']);
});

test('tasks without a place are given one when a neighbour moves, and keep their order', () => {
	const { mana, actions } = open();
	for (const title of ['a', 'b', 'c', 'd']) mana.write('import', (tx) => tx.create(tasks, { title }));
	const [w, x, y, z] = mana.query(tasks, inbox()).rows.map(({ id }) => id);
	actions.move('move', z!, { before: w!, after: x! });
	expect(mana.query(tasks, inbox()).rows.map(({ id }) => id)).toEqual([w!, z!, x!, y!]);
});

test('completing a task completes its steps, and one undo takes all of it back', () => {
	const { mana, actions, add, titles } = open();
	const paint = add('Paint');
	const step = add('Buy brushes', { parent: paint });
	expect(titles(stepsOf(paint))).toEqual(['Buy brushes']);
	expect(titles(inbox())).toEqual(['Paint']);
	const { undo } = actions.complete('complete', [paint]);
	expect(titles(inbox())).toEqual([]);
	expect(mana.get(tasks, step)!.completedAt).not.toBeNull();
	expect(titles(completed())).toEqual(['Paint']);
	expect(undo()).toBe(true);
	expect(mana.get(tasks, step)!.completedAt).toBeNull();
	expect(titles(inbox())).toEqual(['Paint']);
});

test('moving to a project takes the steps along and puts the tasks at its end in their order', () => {
	const { mana, actions, add, titles } = open();
	const { id: project } = actions.addProject('add', 'House');
	add('old', { project });
	const [a, b] = [add('a'), add('b')];
	const step = add('step of a', { parent: a });
	actions.file('move', [a, b], project);
	expect(titles(inProject(project))).toEqual(['old', 'a', 'b']);
	expect(mana.get(tasks, step)!.project).toBe(project);
	expect(titles(inbox())).toEqual([]);
});

test('the trash takes a task with its steps and gives both back; purging is for good', () => {
	const { mana, actions, add, titles } = open();
	const task = add('Task');
	const step = add('Step', { parent: task });
	actions.trash('trash', [task]);
	expect(titles(trashed()).toSorted()).toEqual(['Step', 'Task']);
	const away = trashActions(mana, trash);
	away.restore('restore', away.all()[0]!);
	expect(titles(inbox())).toEqual(['Task']);
	expect(titles(stepsOf(task))).toEqual(['Step']);
	actions.trash('trash', [task]);
	away.purge('purge', away.all());
	expect(titles(trashed())).toEqual([]);
	expect(mana.get(tasks, step)).toBeUndefined();
});

test('what is kept for a task and its steps comes back with them out of the trash, by when they had been thrown away', () => {
	const { mana, actions, add } = open();
	const task = add('Task');
	const step = add('Step', { parent: task });
	actions.trash('trash', [task]);
	const thrownAt = mana.get(tasks, task)!.deletedAt!;
	const told: string[] = [];
	const away = trashActions(mana, trashOf({ putBack: (_, id, at) => told.push(`${id} ${at}`) }));
	away.restore('restore', away.all()[0]!);
	expect(told.toSorted()).toEqual([`${task} ${thrownAt}`, `${step} ${thrownAt}`].toSorted());
});

test('a project comes back from the trash with its tasks; a task that comes back alone is in the inbox', () => {
	const { mana, actions, add, titles } = open();
	const { id: project } = actions.addProject('add', 'Garden');
	const { id: under } = actions.addProject('add', 'Beds', project);
	add('dig @Garden');
	const sow = add('sow @Beds');
	actions.trash('trash', [sow]);
	const away = trashActions(mana, trash);
	const [alone] = away.all();
	actions.trashProject('trash', project);
	expect(away.all().map(({ title, along }) => [title, along.length])).toEqual([['Garden', 3]]);
	away.restore('restore', alone!);
	expect(titles(inbox())).toEqual(['sow']);
	away.restore('restore', away.all()[0]!);
	expect(titles(inProject(project))).toEqual(['dig']);
	expect(mana.get(projects, under)?.deletedAt).toBeNull();
});

test('a deleted project takes its tasks with it, and undo brings all back', () => {
	const { mana, actions, add, titles } = open();
	const { id } = actions.addProject('add', 'House');
	add('Roof', { project: id });
	const { undo } = actions.trashProject('delete', id);
	expect(mana.query(projects).rows).toEqual([]);
	expect(titles(inProject(id))).toEqual([]);
	expect(undo()).toBe(true);
	expect(titles(inProject(id))).toEqual(['Roof']);
});

test('a tag that was deleted comes back when it is typed again', () => {
	const { mana, add, titles } = open();
	add('One #home');
	mana.write('delete tag', (tx) => tx.trash(tags, tagId('home')));
	add('Two #home');
	expect(mana.query(tags).rows.map(({ name }) => name)).toEqual(['home']);
	expect(titles(withTag(tagId('home')))).toEqual(['One', 'Two']);
});

test('a renamed tag keeps its tasks, and its old name makes a new tag', () => {
	const { mana, add, titles } = open();
	add('One #home');
	mana.write('rename', (tx) => tx.update(tags, tagId('home'), { name: 'house' }));
	add('Two #home');
	expect(
		mana
			.query(tags)
			.rows.map(({ name }) => name)
			.toSorted(),
	).toEqual(['home', 'house']);
	expect(titles(withTag(tagId('home')))).toEqual(['One']);
});

test('today holds what is due and overdue: by day, then time, then urgency', () => {
	const { mana, actions, add, titles } = open();
	add('do late 2026-11-23 18:00');
	add('do whenever 2026-11-23');
	add('do urgent 2026-11-23 !!!');
	add('do early 2026-11-23 11:00');
	add('later 2026-11-24');
	const old = add('old');
	actions.schedule('schedule', [old], '2026-11-01');
	expect(titles(dueBy(today))).toEqual(['old', 'do early', 'do late', 'do urgent', 'do whenever']);
	actions.schedule('unschedule', [old], null);
	expect(mana.get(tasks, old)).toMatchObject({ dueDay: null, dueTime: null });
});

test('moving to another day keeps the time', () => {
	const { mana, actions, add } = open();
	const id = add('Call 2026-11-23 18:00');
	actions.schedule('schedule', [id], '2026-11-25');
	expect(mana.get(tasks, id)).toMatchObject({ dueDay: '2026-11-25', dueTime: '18:00' });
});

test('search finds every word in title or notes, without accents and case, done tasks last', () => {
	const { mana, actions, add } = open();
	const found = (query: string) =>
		taskFinder()
			.find(mana.query(tasks, findable()).rows, query)
			.map(({ title }) => title);
	const done = add('Straße fegen');
	actions.complete('complete', [done]);
	const noted = add('Garten');
	mana.write('note', (tx) => tx.update(tasks, noted, { notes: 'Die STRASSE kehren, Änne fragen' }));
	expect(found('strasse')).toEqual(['Garten', 'Straße fegen']);
	expect(found('anne strasse')).toEqual(['Garten']);
	expect(found('  ')).toEqual([]);
});

test('what is kept for tasks elsewhere goes along with them in the same action, and is renamed with them', () => {
	const mana = openMemoryMana();
	const told: string[] = [];
	const along = {
		thrownAway: (_tx: unknown, ids: readonly string[]) => told.push(`gone ${ids.length}`),
		renamed: (_tx: unknown, _id: string, { before, after }: { before: string; after: string }) =>
			told.push(`${before} → ${after}`),
	};
	const actions = taskActions(mana, () => 0, Math.random, () => null, along as never); // prettier-ignore
	const line = (text: string) => quickAdd(text, { today, time: '10:30', packs: packsFor('en'), projects: [] });
	const { id } = actions.add('add', line('Write'));
	actions.add('add', line('First page'), { parent: id });
	actions.edit('edit', id, { notes: 'Long' });
	actions.edit('edit', id, { title: 'Write it' });
	actions.trash('trash', [id]);
	expect(told).toEqual(['Write → Write it', 'gone 2']);
});
