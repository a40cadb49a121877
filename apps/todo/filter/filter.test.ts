import { describe, expect, test } from 'bun:test';
import { readRow, type RecordId, writeDraft, type Draft } from '@mana/model';
import { tags, tagId } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import fc from 'fast-check';
import { projects, type Task, tasks } from '../model.ts';
import type { FilterWorld } from './conditions.ts';
import { dayTest } from '@mana/shared/days';
import { filterOf, suggestions } from './filter.ts';

const today = '2026-11-26';
const mana = openMemoryMana();
let garden!: RecordId;
mana.write('begin', (tx) => {
	tx.create(tags, { name: 'Work' }, tagId('work'));
	garden = tx.create(projects, { name: 'Big garden' });
});
const world: FilterWorld = {
	today,
	time: '10:00',
	dayOf: (at) => new Date(at).toISOString().slice(0, 10),
	tags: mana.query(tags).rows,
	projects: mana.query(projects).rows,
	people: [
		{ person: 'ana', name: 'Ana Lima' },
		{ person: 'ben', name: 'Ben' },
	],
	me: 'ben',
	blocked: new Set(),
	parents: new Set(),
};

function task(draft: Draft<typeof tasks>): Task {
	return readRow(tasks, garden, [...writeDraft(tasks, draft), ...writeDraft(tasks, { title: draft.title ?? 'x' })])!;
}

const finds = (query: string, draft: Draft<typeof tasks>): boolean => filterOf(query, world).where(task(draft));

describe('a filter', () => {
	test('finds by day, priority, tag, project, person, status and words', () => {
		const one = {
			title: 'Größe messen', dueDay: today, priority: 'high', tags: [tagId('work')], project: garden, assignees: ['ana'], status: 'doing',
		} as const; // prettier-ignore
		for (const query of [
			'due:today & !done & (#work | @Ana) sort:priority',
			'#WORK',
			'@"Big garden"',
			'@Ana',
			'person:"ana lima"',
			'grosse',
			'text:messen',
			'priority:high',
			'p:>=medium',
			'prio:hoch',
			'status:doing',
			'due:<=today',
			'due:-1..+1',
			'fällig:heute',
			'has:person',
			'!@me',
			'is:open',
		])
			// prettier-ignore
			expect([query, finds(query, one)]).toEqual([query, true]);
		for (const query of [
			'due:tomorrow',
			'#work !@Ana',
			'priority:>high',
			'status:todo',
			'overdue',
			'done',
			'@me',
			'project:inbox',
			'klein',
		])
			expect([query, finds(query, one)]).toEqual([query, false]);
	});

	test('means what is open, unless it speaks of what is done', () => {
		const done = { title: 'Done', completedAt: Date.parse(`${today}T08:00Z`) };
		expect([finds('', done), finds('done', done), finds('done:today', done), finds('!done', done)]).toEqual([
			false,
			true,
			true,
			false,
		]);
		expect(filterOf('', world, () => true).where(task(done))).toBe(true);
	});

	test('leaves steps to their tasks, unless it asks for them', () => {
		expect([finds('', { parent: garden }), finds('is:step', { parent: garden })]).toEqual([false, true]);
	});

	test.each([
		['colour:red', 'unknown-key', 'colour'],
		['due:someday', 'unknown-value', 'someday'],
		['a & #nobody', 'unknown-name', 'nobody'],
		['sort:colour', 'unknown-sort', 'colour'],
	] as const)('%p names what it does not know, and finds nothing', (query, code, text) => {
		const filter = filterOf(query, world);
		expect(filter.problem).toMatchObject({ code, text });
		expect(filter.where(task({ title: 'a' }))).toBe(false);
	});

	test('orders by what it says, then by when things are due', () => {
		const rows = [
			task({ title: 'b', priority: 'low' }),
			task({ title: 'a', priority: 'urgent', dueDay: '2026-12-01' }),
			task({ title: 'c', priority: 'urgent', dueDay: today }),
		];
		const sorted = (query: string) => rows.toSorted(filterOf(query, world).order).map(({ title }) => title);
		expect(sorted('sort:priority')).toEqual(['c', 'a', 'b']);
		expect(sorted('sort:-title')).toEqual(['c', 'b', 'a']);
	});

	test('finds exactly what its opposite does not', () => {
		const key = fc.constantFrom(
			'due:today',
			'#work',
			'priority:>low',
			'@me',
			'has:notes',
			'status:waiting',
			'due:none',
			'x',
			'is:later',
		);
		const draft = fc.record({
			title: fc.constantFrom('x', 'y'),
			dueDay: fc.constantFrom(null, today, '2026-11-20'),
			startDay: fc.constantFrom(null, '2027-01-01'),
			priority: fc.constantFrom('none' as const, 'low' as const, 'high' as const),
			status: fc.constantFrom('todo' as const, 'waiting' as const),
			tags: fc.constantFrom([], [tagId('work')]),
			assignees: fc.constantFrom([], ['ben']),
		});
		fc.assert(fc.property(key, draft, (query, one) => expect(finds(`!(${query})`, one)).toBe(!finds(query, one))));
	});
});

test('days are words, distances, dates, spans and the ends of them', () => {
	const meant = (value: string, day: string | null) => dayTest(value, today)?.(day);
	expect([meant('today..', '2026-11-26'), meant('..yesterday', '2026-11-26'), meant('week', '2026-12-02'), meant('week', '2026-12-03')]).toEqual([
		true, false, true, false,
	]); // prettier-ignore
	for (const wrong of ['', '..', '2026-02-30', 'someday', '<', '+x']) expect(dayTest(wrong, today)).toBeNull();
});

describe('while one types', () => {
	const offered = (text: string) => suggestions(text, text.length, world).map((one) => one.text);

	test('keys, values and names are offered as far as they fit', () => {
		expect(offered('a & pri')).toEqual(['priority:']);
		expect(offered('due:to')).toEqual(['due:today', 'due:tomorrow']);
		expect(offered('(#w')).toEqual(['#Work']);
		expect(offered('@big')).toEqual(['@"Big garden"']);
		expect(offered('@"An')).toEqual(['@"Ana Lima"']);
		expect(offered('sort:pri')).toEqual(['sort:priority']);
		expect(offered('')).toEqual([]);
	});

	test('whatever is taken reads without a problem', () => {
		for (const begun of [
			'd',
			'p',
			'o',
			'#w',
			'@',
			'due:',
			'priority:',
			'has:',
			'is:',
			'estimate:',
			'sort:',
			'status:',
			'person:',
			'project:',
			'@"A',
		])
			for (const { text, from, open } of suggestions(begun, begun.length, world, 50))
				if (!open) expect([text, filterOf(begun.slice(0, from) + text, world).problem]).toEqual([text, null]);
	});
});
