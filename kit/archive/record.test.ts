import { expect, test } from 'bun:test';
import { collection, field as type, newRecordId, type RecordId, type Value } from '@mana/model';
import { NOTHING_SUM, type Op, plus, sumOfCell } from '@mana/sync';
import fc from 'fast-check';
import { type HeldCell, isHeld, opsOf, recordOf } from './record.ts';
import { Tally } from './tally.ts';

const plants = collection(
	'garden/plants',
	{ app: 240, number: 1 },
	{ name: type.text(1), height: type.integer(2), tags: type.set(3) },
);
const numbered = (key: number) => (key === plants.number ? plants : undefined);
const named = (key: string) => (key === plants.name ? plants : undefined);
const id = newRecordId(0, (bytes) => bytes);
const place = { record: id, collection: plants.number, stamp: 7, actor: 1 };

test('a record has the names that its app has for it, and is read back as it was written', () => {
	const cells: HeldCell[] = [
		{ ...place, field: plants.fields.name.number, key: '', value: 'Fern' },
		{ ...place, field: plants.fields.tags.number, key: 'wet', value: true },
		{ ...place, field: 77, key: '', value: new Uint8Array([1, 2, 255]) },
	];
	const line = recordOf(cells, numbered);
	expect(line).toEqual({
		collection: 'garden/plants',
		id,
		fields: { name: 'Fern', '#77': { base64: 'AQL/' } },
		keyed: { tags: { wet: true } },
	});
	const ops = opsOf(JSON.parse(JSON.stringify(line)), named) ?? [];
	expect(ops.map((op) => ({ ...op, stamp: 7, actor: 1 }))).toEqual([cells[0]!, cells[2]!, cells[1]!]);
});

test('any record of any collection comes back from its line', () => {
	const value: fc.Arbitrary<Exclude<Value, null>> = fc.oneof(
		fc.boolean(),
		fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
		fc.string(),
		fc.uint8Array(),
	);
	const cell = fc.record({
		field: fc.oneof(fc.constantFrom(...Object.values(plants.fields).map(({ number: field }) => field)), fc.nat(60_000)),
		key: fc.constantFrom('', 'a', '__proto__', '#7', '0'),
		value,
	});
	const unique = { selector: ({ field, key }: { field: number; key: string }) => `${field} ${key}`, minLength: 1 };
	fc.assert(
		fc.property(fc.uniqueArray(cell, unique), fc.constantFrom(plants.number, 4_242), (cells, collection) => {
			const held = cells.map((one) => ({ ...place, ...one, collection })).filter(isHeld);
			if (held.length === 0) return;
			const ops = opsOf(JSON.parse(JSON.stringify(recordOf(held, numbered))), named) ?? [];
			const sum = (all: readonly Op[]) => all.map((op) => sumOfCell({ ...op, stamp: 0, actor: 0 })).reduce(plus, NOTHING_SUM);
			expect(ops).toHaveLength(held.length);
			expect(sum(ops)).toEqual(sum(held));
		}),
		{ numRuns: 100 },
	);
});

test.each([
	['nothing', null],
	['a text', 'x'],
	['no id', { collection: 'garden/plants', fields: {} }],
	['an id that is none', { collection: 'garden/plants', id: 'x', fields: {} }],
	['a collection that nobody knows by this name', { collection: 'garden/trees', id, fields: {} }],
	['a field that nobody knows by this name', { collection: 'garden/plants', id, fields: { leaves: 1 } }],
	['a name that every object has', { collection: 'garden/plants', id, fields: { constructor: 1 } }],
	['a list', { collection: 'garden/plants', id, fields: { name: ['a'] } }],
	['bytes that are none', { collection: 'garden/plants', id, fields: { name: { base64: '%' } } }],
	['keys that are none', { collection: 'garden/plants', id, fields: {}, keyed: { tags: 'wet' } }],
])('a line with %s is no record', (_, line) => {
	expect(opsOf(line, named)).toBeNull();
});

test('what counts in a space is its content, not who wrote it, when, and in which order', () => {
	const cells = [1, 2, 3].map((n) => ({ ...place, record: id satisfies RecordId, field: n, key: '', value: `v${n}` }));
	const of = (all: readonly (typeof cells)[number][]) => {
		const tally = new Tally();
		for (const cell of all) tally.cell(cell);
		return tally.counts.content;
	};
	expect(of(cells)).toBe(of(cells.toReversed().map((cell) => ({ ...cell, stamp: 99, actor: 5 }))));
	expect(of(cells)).not.toBe(of(cells.slice(1)));
	expect(of(cells)).toMatch(/^[0-9a-f]{16}$/);
	const ofSpaces = { ...cells[0]!, collection: 254 * 256 + 1 };
	expect(of([...cells, ofSpaces])).toBe(of(cells));
});
