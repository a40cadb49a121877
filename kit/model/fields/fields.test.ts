import { expect, test } from 'bun:test';
import type { Field } from '../field.ts';
import { namedRecordId } from '../record-id.ts';
import type { Value } from '../value.ts';
import * as field from './index.ts';

const id = namedRecordId('x');
const examples: Record<string, { field: Field<never>; fits: Value[]; breaks: Value[] }> = {
	text: { field: field.text(1, { max: 5 }) as never, fits: ['', 'hello', null], breaks: ['too long', 5, true] },
	integer: { field: field.integer(1, { from: 0, to: 9 }) as never, fits: [0, 9, null], breaks: [-1, 10, 1.5, '3'] },
	flag: { field: field.flag(1) as never, fits: [true, false, null], breaks: [1, 'true'] },
	instant: { field: field.instant(1) as never, fits: [0, -5, 1e12, null], breaks: [0.5, 'today'] },
	day: {
		field: field.day(1) as never,
		fits: ['2026-11-23', '2028-02-29', null],
		breaks: ['2027-02-29', '2026-13-01', '23.11.', 5],
	},
	clockTime: { field: field.clockTime(1) as never, fits: ['00:00', '23:59', null], breaks: ['24:00', '7:00', 700] },
	choice: { field: field.choice(1, ['a', 'b']) as never, fits: ['a', 'b', 'newer', null], breaks: [1, 'x'.repeat(41)] },
	reference: { field: field.reference(1) as never, fits: [id, null], breaks: ['nobody', 5] },
	position: { field: field.position(1) as never, fits: ['a0', 'a1V', null], breaks: ['', 'zzz', 4] },
};

for (const [name, { field, fits, breaks }] of Object.entries(examples)) {
	test(`${name} takes what fits and names the rule of what does not`, () => {
		for (const value of fits) expect(field.check(value, '')).toBeNull();
		for (const value of breaks) expect(field.check(value, '')).toMatch(/\w.*\.$/);
		expect(field.check(fits[0]!, 'key')).toMatch(/no keys/);
	});

	test(`${name} reads what it wrote, and its fallback when it was cleared`, () => {
		for (const value of fits)
			if (value !== null && value !== 'newer') expect<unknown>(field.read(field.write(value as never))).toEqual(value);
		expect(field.read(null)).toEqual(field.fallback);
	});
}

test('a choice of a newer app reads as the first option', () => {
	expect(field.choice(1, ['a', 'b']).read('newer')).toBe('a');
});

test('a text with half a character is mended before it is written', () => {
	expect(field.text(1).write('a\ud83d')).toBe('a\ufffd');
});

test('a set takes keys that are in or out', () => {
	const tags = field.set(1);
	expect(tags.check(true, 'home')).toBeNull();
	expect(tags.check(null, 'home')).toBeNull();
	for (const [value, key] of [
		[true, ''],
		[true, 'x'.repeat(65)],
		[false, 'home'],
		['yes', 'home'],
		[true, '\ud83d'],
	] as const)
		expect(tags.check(value, key)).not.toBeNull();
});
