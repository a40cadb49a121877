import { expect, test } from 'bun:test';
import { collection, type Draft, systemFields } from './collection.ts';
import { fromJson, toCsv, toJson } from './export.ts';
import * as field from './fields/index.ts';
import { command, fieldNumber, lww } from './laws/index.ts';
import { namedRecordId } from './record-id.ts';
import { type Entry, InvalidValue, readRow, writeDraft } from './records.ts';
import { validateOp } from './validate.ts';

const plants = collection(
	'garden/plants',
	{ app: 200, number: 1 },
	{
		name: field.text(1, { fallback: '', max: 20 }),
		height: field.integer(2, { from: 0 }),
		seen: field.instant(3),
		tags: field.set(4),
	},
);
const id = namedRecordId('fern');

test('a row that nobody wrote does not exist, one with a single register reads its fallbacks', () => {
	expect(readRow(plants, id, [])).toBeUndefined();
	expect(readRow(plants, id, writeDraft(plants, { height: 3 }))).toEqual({
		id,
		createdAt: null,
		deletedAt: null,
		name: '',
		height: 3,
		seen: null,
		tags: new Set(),
	});
});

test('what a draft writes is what the row reads', () => {
	const draft = { name: 'Fern', height: 30, seen: 5, tags: ['green', 'old'] } satisfies Draft<typeof plants>;
	const system: Entry[] = [
		{ field: systemFields.createdAt.number, key: '', value: 7 },
		{ field: systemFields.deletedAt.number, key: '', value: 9 },
	];
	expect(readRow(plants, id, [...writeDraft(plants, draft), ...system])).toEqual({
		id,
		...draft,
		tags: new Set(draft.tags),
		createdAt: 7,
		deletedAt: 9,
	});
});

test('fields of a newer app are passed over and a purged record is gone', () => {
	const newer = { field: fieldNumber(99, lww), key: '', value: 'x' };
	expect(readRow(plants, id, [newer])).toMatchObject({ id, name: '' });
	expect(readRow(plants, id, [newer, { field: systemFields.purged.number, key: '', value: true }])).toBeUndefined();
});

test('a set writes only what changes', () => {
	const row = readRow(plants, id, writeDraft(plants, { tags: ['a', 'b'] }))!;
	const keys = (draft: Draft<typeof plants>) => writeDraft(plants, draft, () => row).map(({ key, value }) => `${key}:${value}`);
	expect(keys({ tags: ['b', 'c'] })).toEqual(['a:null', 'c:true']);
	expect(keys({ tags: { add: ['a', 'd'], remove: ['b', 'z'] } })).toEqual(['b:null', 'd:true']);
	expect(keys({ tags: { add: ['b'], remove: ['b'] } })).toEqual([]);
});

test('a value that breaks a rule names the field and the rule', () => {
	expect(() => writeDraft(plants, { height: -1 })).toThrow(InvalidValue);
	expect(() => writeDraft(plants, { height: -1 })).toThrow('garden/plants.height: Expected a number from 0');
	expect(() => writeDraft(plants, { tags: [''] })).toThrow('garden/plants.tags');
	for (const name of ['colour', 'toString', '__proto__'])
		expect(() => writeDraft(plants, JSON.parse(`{"${name}":1}`) as Draft<typeof plants>)).toThrow('no such field');
});

test('field numbers are checked when a collection is declared', () => {
	expect(() => collection('x/y', { app: 1, number: 1 }, { a: field.flag(1), b: field.text(1) })).toThrow('taken');
	expect(() => collection('x/y', { app: 1, number: 1 }, { a: field.flag(1001) })).toThrow('1 to 1000');
	expect(() => collection('x/y', { app: 0, number: 1 }, {})).toThrow('1 to 255');
	expect(() => collection('x/y', { app: 1, number: 1 }, { id: field.flag(1) })).toThrow('its own');
});

test('a server checks what it knows and lets through what it can merge', () => {
	const registry = (number: number) => (number === plants.number ? plants : undefined);
	const write = { collection: plants.number, record: id, field: plants.fields.height.number, key: '', value: 3 };
	expect(validateOp(write, registry)).toBeNull();
	expect(validateOp({ ...write, value: -3 }, registry)).toBe(
		'garden/plants.height: Expected a number from 0 to 9007199254740991.',
	);
	expect(validateOp({ ...write, value: -3, collection: 999 }, registry)).toBeNull();
	expect(validateOp({ ...write, value: -3, field: fieldNumber(500, lww) }, registry)).toBeNull();
	expect(validateOp({ ...write, field: fieldNumber(500, command), value: '=unique x' }, registry)).toContain('Only the server');
	expect(validateOp({ ...write, field: fieldNumber(500, command), value: '?unique x' }, registry)).toBeNull();
	expect(validateOp({ ...write, collection: 999, value: 'x'.repeat(70_000) }, registry)).toContain('too big');
	expect(validateOp({ ...write, collection: 999, value: '\ud800' }, registry)).not.toBeNull();
	expect(validateOp({ ...write, collection: 999, value: Number.NaN }, registry)).not.toBeNull();
	expect(validateOp({ ...write, collection: 999, key: 'a\0b' }, registry)).toContain('NUL');
	expect(validateOp({ ...write, field: systemFields.deletedAt.number, value: 'x' }, registry)).toContain('deletedAt');
});

test('an export reads back as drafts that make the same rows', () => {
	const row = readRow(plants, id, writeDraft(plants, { name: 'Fern', height: 30, tags: ['b', 'a'] }))!;
	const [imported] = fromJson(plants, toJson(plants, [row]));
	expect(imported?.id).toBe(id);
	expect(readRow(plants, id, writeDraft(plants, imported!.draft))).toEqual(row);
	expect(() => fromJson(plants, '{"collection":"todo/tasks","rows":[]}')).toThrow(InvalidValue);
	expect(() => fromJson(plants, `{"collection":"garden/plants","rows":[{"id":"${id}","height":"tall"}]}`)).toThrow('height');
	expect(() => fromJson(plants, `{"collection":"garden/plants","rows":[{"id":"${id}","tags":"tall"}]}`)).toThrow('tags');
});

test('CSV quotes what needs it, joins sets, and does not run formulas', () => {
	const row = readRow(plants, id, writeDraft(plants, { name: '=1+"2",', seen: 0, height: -0, tags: ['b', 'a'] }))!;
	expect(toCsv(plants, [row])).toBe(
		`id,createdAt,deletedAt,name,height,seen,tags\r\n${id},,,"'=1+""2"",",0,1970-01-01T00:00:00.000Z,a b\r\n`,
	);
});
