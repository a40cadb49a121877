import { expect, test } from 'bun:test';
import { type RecordId, spread } from '@mana/model';
import { tagId } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { byProjectPosition } from '../actions.ts';
import { byPosition } from '../lists.ts';
import { projects, tasks, templateItems, templates } from '../model.ts';
import { linesOf } from '../project-tree.ts';
import { itemsOf, templateActions } from './actions.ts';

/** A move that takes some days, with steps, a project under it, and what is done already. */
function move() {
	const mana = openMemoryMana();
	const actions = templateActions(mana, Math.random);
	const [a = null, b = null, c = null] = spread(3);
	let [home, boxes, flat]: RecordId[] = [];
	mana.write('begin', (tx) => {
		home = tx.create(projects, { name: 'Move', hue: 140, position: b });
		tx.create(projects, { name: 'Work', position: c });
		flat = tx.create(projects, { name: 'New flat', hue: 25, parent: home, position: a });
		boxes = tx.create(tasks, {
			title: 'Get boxes',
			notes: 'Twenty',
			dueDay: '2026-11-10',
			dueTime: '09:00',
			priority: 'high',
			tags: ['tag'],
			estimate: 30,
			reminders: ['15'],
			project: home,
			position: a,
		});
		tx.create(tasks, { title: 'Tape', parent: boxes, project: home, position: a, completedAt: 1 });
		tx.create(tasks, { title: 'Drive', dueDay: '2026-11-12', startDay: '2026-11-11', project: home, position: b });
		tx.create(tasks, { title: 'Rent paid', project: home, position: c, completedAt: 1 });
		tx.create(tasks, { title: 'Water', dueDay: '2026-11-15', repeat: 'FREQ=WEEKLY', occurrence: '2026-11-15', project: flat });
	});
	const drawn = () =>
		linesOf(mana.query(projects, { order: byProjectPosition }).rows).map(({ row, depth }) => '·'.repeat(depth) + row.name);
	const inside = (project: RecordId | null) =>
		mana.query(tasks, { order: byPosition }).rows.filter((task) => task.project === project && task.parent === null);
	return { mana, actions, home: home!, flat: flat!, boxes: boxes!, drawn, inside };
}

test('a project is kept with its open tasks, steps and what stands under it, and begun again on another day', () => {
	const { mana, actions, home, drawn, inside } = move();
	const { id: template } = actions.saveProject('save', home);
	expect(itemsOf(mana, template).map(({ title, day, startDay }) => [title, day, startDay])).toEqual(
		expect.arrayContaining([['Get boxes', 0, null], ['Drive', 2, 1], ['Water', 5, null], ['New flat', null, null], ['Tape', null, null]]),
	); // prettier-ignore
	expect(itemsOf(mana, template)).toHaveLength(5);

	const made = actions.begin('begin', template, { name: 'Move in spring', first: '2027-03-01', project: null });
	expect(drawn()).toEqual(['Move', '·New flat', 'Work', 'Move in spring', '·New flat']);
	expect(mana.get(projects, made.id!)).toMatchObject({ hue: 140 });
	expect(inside(made.id)).toMatchObject([
		{
			title: 'Get boxes',
			notes: 'Twenty',
			dueDay: '2027-03-01',
			dueTime: '09:00',
			priority: 'high',
			estimate: 30,
			completedAt: null,
		},
		{ title: 'Drive', dueDay: '2027-03-03', startDay: '2027-03-02' },
	]);
	expect([...inside(made.id)[0]!.tags, ...inside(made.id)[0]!.reminders]).toEqual(['tag', '15']);
	expect(mana.query(tasks).rows.filter(({ parent }) => parent === inside(made.id)[0]!.id)).toMatchObject([
		{ title: 'Tape', completedAt: null, project: made.id },
	]);
	const under = mana.query(projects).rows.find(({ parent }) => parent === made.id)!;
	expect(inside(under.id)).toMatchObject([
		{ title: 'Water', dueDay: '2027-03-06', repeat: 'FREQ=WEEKLY', occurrence: '2027-03-06' },
	]);

	made.written.undo();
	expect(drawn()).toEqual(['Move', '·New flat', 'Work']);
	expect(mana.query(tasks).rows).toHaveLength(5);
});

test('a task is kept with its steps, and comes behind what is in a list already', () => {
	const { mana, actions, boxes, home, inside } = move();
	const { id: template } = actions.saveTasks('save', [boxes]);
	expect(mana.get(templates, template)).toMatchObject({ name: 'Get boxes', kind: 'tasks' });
	const made = actions.begin('begin', template, { name: '', first: '2027-01-31', project: home });
	expect(inside(home).map(({ title }) => title)).toEqual(['Get boxes', 'Drive', 'Rent paid', 'Get boxes']);
	expect(mana.get(tasks, made.id!)).toMatchObject({ dueDay: '2027-01-31', project: home });
	actions.begin('begin', template, { name: '', first: '2027-02-01', project: null });
	expect(inside(null)).toMatchObject([{ title: 'Get boxes', dueDay: '2027-02-01' }]);
});

test('a template is changed without what was made of it, and thrown away with all that is in it', () => {
	const { mana, actions, home, inside } = move();
	const { id: template } = actions.saveProject('save', home);
	actions.addItem('add', template, { title: 'Say goodbye', day: 4 }, ['friends']);
	const drive = itemsOf(mana, template).find(({ title }) => title === 'Drive')!;
	actions.editItem('edit', drive.id, { title: 'Drive the van', day: -1 });
	actions.trashItem(
		'remove',
		itemsOf(mana, template).find(({ title }) => title === 'Get boxes')!,
	);
	expect(itemsOf(mana, template).map(({ title }) => title)).not.toContain('Tape');
	const { id } = actions.begin('begin', template, { name: 'Again', first: '2027-03-01', project: null });
	expect(inside(id).map(({ title, dueDay }) => [title, dueDay])).toEqual([['Drive the van', '2027-02-28'], ['Say goodbye', '2027-03-05']]); // prettier-ignore
	expect([...inside(id)[1]!.tags]).toEqual([tagId('friends')]);
	expect(inside(home).map(({ title }) => title)).toContain('Drive');
	const { undo } = actions.trash('delete', template);
	expect([mana.query(templates).rows, mana.query(templateItems).rows]).toEqual([[], []]);
	undo();
	expect(itemsOf(mana, template).map(({ title }) => title)).toContain('Say goodbye');
});

test('a project is duplicated beside itself, with the same days and unticked steps, and nothing that is done', () => {
	const { mana, actions, home, drawn, inside } = move();
	const { id } = actions.duplicate('duplicate', home, 'Move (copy)');
	expect(drawn()).toEqual(['Move', '·New flat', 'Move (copy)', '·New flat', 'Work']);
	expect(inside(id).map(({ title, dueDay }) => [title, dueDay])).toEqual([['Get boxes', '2026-11-10'], ['Drive', '2026-11-12']]); // prettier-ignore
	const steps = mana.query(tasks).rows.filter(({ parent }) => parent === inside(id)[0]!.id);
	expect(steps).toMatchObject([{ title: 'Tape', completedAt: null, project: id }]);
});

test('what has no day needs none, and what comes again without one does not', () => {
	const mana = openMemoryMana();
	const actions = templateActions(mana, Math.random);
	let id!: RecordId;
	mana.write('begin', (tx) => void (id = tx.create(tasks, { title: 'Rest', repeat: 'FREQ=DAILY' })));
	const { id: template } = actions.saveTasks('save', [id]);
	const made = actions.begin('begin', template, { name: '', first: '2027-01-01', project: null });
	expect(mana.get(tasks, made.id!)).toMatchObject({ dueDay: null, repeat: null });
});
