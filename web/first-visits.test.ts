import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { firstVisits } from './first-visits.ts';

/** A graph of files by what each imports. */
const graphOf = (imports: Readonly<Record<string, readonly string[]>>) => ({
	getModuleInfo: (id: string) => (imports[id] ? { importedIds: imports[id] } : null),
});

const house = graphOf({
	layout: ['button', 'store'],
	todo: ['list', 'button', 'models'],
	calendar: ['list', 'grid'],
	models: ['task', 'chunks'],
	list: ['icon'],
});
const visits = { house: ['layout'], todo: ['layout', 'todo'], calendar: ['layout', 'calendar'] };

test('a file is needed by every visit that reaches it by imports, however long the way', () => {
	const needs = firstVisits(visits, () => false);
	expect(needs('button', house)).toEqual(['house', 'todo', 'calendar']);
	expect(needs('icon', house)).toEqual(['todo', 'calendar']);
	expect(needs('task', house)).toEqual(['todo']);
	expect(needs('dialog', house)).toEqual([]);
});

test('what is for later is needed by nobody, and neither is what only that imports', () => {
	const needs = firstVisits(visits, (id) => id === 'models');
	expect(needs('models', house)).toEqual([]);
	expect(needs('task', house)).toEqual([]);
	expect(needs('icon', house)).toEqual(['todo', 'calendar']);
});

test('a circle of imports ends, and whoever imports a file never is needed by a visit that the file is not', () => {
	const file = fc.constantFrom(...'abcdefgh');
	const imports = fc.dictionary(file, fc.array(file, { maxLength: 4 }));
	fc.assert(
		fc.property(imports, fc.array(file, { minLength: 1 }), fc.array(file, { minLength: 1 }), (graph, one, other) => {
			const needs = firstVisits({ one, other }, () => false);
			for (const [id, imported] of Object.entries(graph))
				for (const next of imported)
					expect(needs(next, graphOf(graph))).toEqual(expect.arrayContaining([...needs(id, graphOf(graph))]));
		}),
	);
});
