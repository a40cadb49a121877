import { expect, test } from 'bun:test';
import { namedRecordId, type RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import fc from 'fast-check';
import { byProjectPosition, taskActions } from './actions.ts';
import { filterOf } from './filter/filter.ts';
import { projects, tasks } from './model.ts';
import { lastUnder, linesOf, type Spot, spotBehind, spotBeside, spotOut, spotUnder, subtreeOf } from './project-tree.ts';

function open() {
	const mana = openMemoryMana();
	const actions = taskActions(mana, Date.now, Math.random, () => null);
	const lines = () => linesOf(mana.query(projects, { order: byProjectPosition }).rows);
	const drawn = () => lines().map(({ row, depth }) => '·'.repeat(depth) + row.name);
	const add = (name: string, parent?: RecordId) => actions.addProject('add', name, parent).id;
	const put = (id: RecordId, to: Spot | null) => to && actions.moveProject('move', id, to);
	return { mana, actions, lines, drawn, add, put };
}

function house() {
	const world = open();
	const { add } = world;
	const home = add('Home');
	const garden = add('Garden', home);
	const shed = add('Shed', garden);
	const roof = add('Roof', home);
	const work = add('Work');
	return { ...world, home, garden, shed, roof, work };
}

test('projects stand under one another, those of one in the order made by hand', () => {
	const { drawn, put, lines, roof, garden } = house();
	expect(drawn()).toEqual(['Home', '·Garden', '··Shed', '·Roof', 'Work']);
	put(roof, spotBeside(lines(), roof, -1));
	expect(drawn()).toEqual(['Home', '·Roof', '·Garden', '··Shed', 'Work']);
	put(garden, spotOut(lines(), garden));
	expect(drawn()).toEqual(['Home', '·Roof', 'Garden', '·Shed', 'Work']);
	put(garden, spotUnder(lines(), garden));
	expect(drawn()).toEqual(['Home', '·Roof', '·Garden', '··Shed', 'Work']);
	expect(spotUnder(lines(), roof)).toBeNull();
});

test('a line that is drawn to the side goes as deep as its new neighbours allow, and takes along what stands under it', () => {
	const { drawn, put, lines, home, garden, shed, roof, work } = house();
	put(work, spotBehind(lines(), work, roof, 1));
	expect(drawn()).toEqual(['Home', '·Garden', '··Shed', '·Roof', '·Work']);
	put(work, spotBehind(lines(), work, shed, 9));
	expect(drawn()).toEqual(['Home', '·Garden', '··Shed', '···Work', '·Roof']);
	put(garden, spotBehind(lines(), garden, null, 0));
	expect(drawn()).toEqual(['Garden', '·Shed', '··Work', 'Home', '·Roof']);
	// Above what stands deeper nothing can come to stand at the top: it would take the others along.
	put(home, spotBehind(lines(), home, garden, -3));
	expect(drawn()).toEqual(['Garden', '·Home', '··Roof', '·Shed', '··Work']);
	expect(spotBehind(lines(), home, roof, 0)).toBeNull();
});

test('no project comes to stand under itself', () => {
	const { mana, actions, drawn, home, shed } = house();
	const before = drawn();
	expect(() => actions.moveProject('move', home, { parent: shed, before: null, after: null })).toThrow('under itself');
	expect(drawn()).toEqual(before);
	expect(mana.get(projects, home)!.parent).toBeNull();
});

test('whatever is moved wherever, each project stands once, and what stood under it still does', () => {
	const ids = Array.from({ length: 7 }, (_, i) => namedRecordId(`project ${i}`));
	const move = fc.record({ which: fc.nat(6), behind: fc.option(fc.nat(6)), levels: fc.integer({ min: -4, max: 4 }) });
	fc.assert(
		fc.property(
			fc.array(fc.option(fc.nat(6)), { minLength: 7, maxLength: 7 }),
			fc.array(move, { maxLength: 8 }),
			(parents, moves) => {
				const { mana, lines, put } = open();
				mana.write('begin', (tx) => {
					// What comes later stands under what came before: no circle.
					for (const [i, id] of ids.entries()) {
						const parent = parents[i] ?? null;
						tx.create(projects, { name: String(i), parent: parent === null || parent >= i ? null : ids[parent]! }, id);
					}
				});
				for (const { which, behind, levels } of moves) {
					const id = ids[which]!;
					const under = subtreeOf(lines(), id).map(({ row }) => row.id);
					const spot = spotBehind(lines(), id, behind === null ? null : ids[behind]!, levels);
					put(id, spot);
					expect(lines().map(({ row }) => row.id).toSorted()).toEqual(ids.toSorted()); // prettier-ignore
					expect(subtreeOf(lines(), id).map(({ row }) => row.id)).toEqual(under);
					const stands = lines().find(({ row }) => row.id === id)!;
					if (spot) expect(stands.parent).toBe(spot.parent);
				}
			},
		),
		{ numRuns: 60 },
	);
});

test('a project that is deleted takes along what stands under it, with all tasks, and undo brings all back', () => {
	const { mana, actions, drawn, home, shed, work } = house();
	const add = (project: RecordId) => mana.write('add', (tx) => void tx.create(tasks, { title: 'Sweep', project }));
	add(shed);
	add(work);
	const { undo } = actions.trashProject('delete', home);
	expect(drawn()).toEqual(['Work']);
	expect(mana.query(tasks).rows.map(({ project }) => project)).toEqual([work]);
	undo();
	expect(drawn()).toEqual(['Home', '·Garden', '··Shed', '·Roof', 'Work']);
	expect(mana.query(tasks).rows).toHaveLength(2);
});

test('a filter for a project means those under it, too', () => {
	const { mana, shed, work } = house();
	mana.write('add', (tx) => {
		tx.create(tasks, { title: 'Sweep', project: shed });
		tx.create(tasks, { title: 'Report', project: work });
	});
	const world = {
		today: '2026-11-26',
		time: '10:00',
		dayOf: () => '2026-11-26',
		tags: [],
		projects: mana.query(projects).rows,
		people: [],
		me: '',
		blocked: new Set<string>(),
		parents: new Set<string>(),
	};
	const found = (query: string) => mana.query(tasks, filterOf(query, world)).rows.map(({ title }) => title);
	expect(found('project:Home')).toEqual(['Sweep']);
	expect(found('project:Work')).toEqual(['Report']);
	expect(found('@Garden')).toEqual(['Sweep']);
});

test('what is put under a project comes last there', () => {
	const { lines, put, drawn, home, work } = house();
	put(work, lastUnder(lines(), home));
	expect(drawn()).toEqual(['Home', '·Garden', '··Shed', '·Roof', '·Work']);
});
