import { expect, test } from 'bun:test';
import { namedRecordId, type RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { packsFor, quickAdd } from '@mana/time';
import fc from 'fast-check';
import { taskActions } from './actions.ts';
import { foundTasks } from './exchange/found-tasks.ts';
import { markdownExport } from './exchange/formats/written.ts';
import { byPosition } from './lists.ts';
import { type Task, tasks } from './model.ts';
import { linesOf, spotOut, spotUnder } from './project-tree.ts';
import { nextOf } from './repeat.ts';
import { progressOf, stepsUnder, stepsUnderStored } from './step-tree.ts';
import { templateActions } from './templates/actions.ts';

const zone = 'UTC';
const now = Date.UTC(2026, 10, 23, 10);

function open() {
	const mana = openMemoryMana();
	const actions = taskActions(mana, () => now, Math.random, (task, at) => nextOf(task, { now: at, zone })); // prettier-ignore
	const add = (line: string, parent: RecordId | null = null) =>
		actions.add('add', quickAdd(line, { today: '2026-11-23', time: '10:00', packs: packsFor('en') }), { parent }).id;
	const all = () => mana.query(tasks, { order: byPosition }).rows;
	const below = (id: RecordId) => linesOf(stepsUnder(id, (of) => all().filter(({ parent }) => parent === of)));
	/** What stands under a task, as deep as it stands, what is done with a tick. */
	const drawn = (id: RecordId) =>
		below(id).map(({ row, depth }) => '·'.repeat(depth) + row.title + (row.completedAt === null ? '' : ' ✓'));
	return { mana, actions, add, all, below, drawn };
}

/** Move house: boxes (big, small (tape)), van. */
function house(rule = '') {
	const world = open();
	const top = world.add(`Move house ${rule}`);
	const boxes = world.add('Boxes', top);
	const small = world.add('Small', boxes);
	const tape = world.add('Tape', small);
	const van = world.add('Van', top);
	return { ...world, top, boxes, small, tape, van };
}

test('steps stand under one another at any depth, are put further in and out, and never under themselves', () => {
	const { mana, actions, below, drawn, top, boxes, small, tape, van } = house();
	expect(drawn(top)).toEqual(['Boxes', '·Small', '··Tape', 'Van']);
	const nest = (id: RecordId, spot: ReturnType<typeof spotOut>) =>
		actions.nest('nest', id, { ...spot!, parent: spot!.parent ?? top });
	nest(van, spotUnder(below(top), van));
	expect(drawn(top)).toEqual(['Boxes', '·Small', '··Tape', '·Van']);
	const { undo } = nest(small, spotOut(below(top), small));
	expect(drawn(top)).toEqual(['Boxes', '·Van', 'Small', '·Tape']);
	undo();
	expect(drawn(top)).toEqual(['Boxes', '·Small', '··Tape', '·Van']);
	for (const parent of [boxes, small, tape]) actions.nest('nest', boxes, { parent, before: null, after: null });
	expect(mana.get(tasks, boxes)!.parent).toBe(top);
	expect(progressOf(mana.query(tasks).rows.filter(({ parent }) => parent !== null)).get(top)).toEqual({ done: 0, total: 4 });
});

test('what is done with a task is done with all that stands under it', () => {
	const { mana, actions, all, top, boxes, tape, drawn } = house();
	actions.complete('complete', [boxes]);
	expect(drawn(top)).toEqual(['Boxes ✓', '·Small ✓', '··Tape ✓', 'Van']);
	expect(progressOf(all().filter(({ parent }) => parent !== null)).get(top)).toEqual({ done: 3, total: 4 });
	const project = actions.addProject('project', 'House').id;
	actions.file('file', [top], project);
	expect(all().every((task) => task.project === project)).toBe(true);
	actions.nest('nest', boxes, { parent: null, before: null, after: null });
	expect(mana.get(tasks, tape)!.project).toBe(project);
	const gone = actions.trash('trash', [boxes]);
	expect(all().map(({ title }) => title)).toEqual(['Move house', 'Van']);
	gone.undo();
	expect(all()).toHaveLength(5);
});

test('the next time of a task has the whole tree again, unticked, and a template makes it anew', () => {
	const { mana, actions, all, top, tape, drawn } = house('every monday');
	actions.complete('complete', [tape]);
	actions.complete('complete', [top]);
	const again = all().find(({ title, completedAt }) => title === 'Move house' && completedAt === null)!;
	expect(drawn(again.id)).toEqual(['Boxes', '·Small', '··Tape', 'Van']);
	actions.complete('complete', all().flatMap(({ id, title, completedAt }) => (title === 'Small' && completedAt === null ? [id] : []))); // prettier-ignore
	actions.skip('skip', [again.id]);
	expect(drawn(again.id)).toEqual(['Boxes', '·Small', '··Tape', 'Van']);

	const templates = templateActions(mana, Math.random);
	const { id } = templates.saveTasks('save', [again.id]);
	const made = templates.begin('begin', id, { name: '', first: '2031-03-01', project: null });
	expect(drawn(made.id!)).toEqual(['Boxes', '·Small', '··Tape', 'Van']);
});

test('files keep how deep a step stands', async () => {
	const { all } = house();
	async function* each() {
		yield* foundTasks(all(), [], new Map());
	}
	let text = '';
	for await (const piece of markdownExport.write(each())) text += piece;
	expect(text).toBe('- [ ] Move house\n  - [ ] Boxes\n    - [ ] Small\n      - [ ] Tape\n  - [ ] Van\n');
});

test('moves of any kind lose no step and close no circle', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(6)), { maxLength: 25 }), (moves) => {
			const { actions, add, all, drawn } = open();
			const top = add('Top');
			const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => add(name, top));
			for (const [what, where] of moves)
				actions.nest('nest', ids[what]!, { parent: where === 6 ? top : ids[where]!, before: null, after: null });
			expect(drawn(top).map((line) => line.replaceAll('·', '')).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']); // prettier-ignore
			expect(all()).toHaveLength(7);
		}),
		{ numRuns: 100 },
	);
});

test('a circle that two moves made apart loses nobody his steps, and is walked through once', async () => {
	const [a, b, c] = ['a', 'b', 'c'].map((name) => namedRecordId(name)) as [RecordId, RecordId, RecordId];
	const row = (id: RecordId, parent: RecordId) => ({ id, parent, completedAt: null }) as Task;
	const rows = [row(a, b), row(b, a), row(c, b)];
	const stepsOf = (id: RecordId) => rows.filter(({ parent }) => parent === id);
	expect(stepsUnder(a, stepsOf).map(({ id }) => id)).toEqual([b, c]);
	expect((await stepsUnderStored(a, (id) => Promise.resolve(stepsOf(id)))).map(({ id }) => id)).toEqual([b, c]);
	expect(progressOf(rows).get(b)?.total).toBe(2);
});
