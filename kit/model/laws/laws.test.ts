import { expect, test } from 'bun:test';
import fc, { type Arbitrary } from 'fast-check';
import type { Register, Value } from '../value.ts';
import { fieldNumber, laws, lawOf } from './index.ts';

const anyValue: Arbitrary<Value> = fc.oneof(
	fc.constantFrom<Value>(null, true, false, '', 'a'),
	fc.integer({ min: -2, max: 2 }),
	fc.string({ maxLength: 2 }),
	fc.uint8Array({ maxLength: 2 }),
);
// Small ranges, so that equal stamps, equal actors and equal values meet often.
const anyRegister: Arbitrary<Register> = fc.record({ value: anyValue, stamp: fc.nat(3), actor: fc.nat(2) });

for (const law of laws) {
	test(`I2: ${law.name} is commutative`, () => {
		fc.assert(
			fc.property(anyRegister, anyRegister, (a, b) => expect(law.merge(a, b)).toEqual(law.merge(b, a))),
			{ numRuns: 3000 },
		);
	});

	test(`I2: ${law.name} is associative`, () => {
		fc.assert(
			fc.property(anyRegister, anyRegister, anyRegister, (a, b, c) =>
				expect(law.merge(law.merge(a, b), c)).toEqual(law.merge(a, law.merge(b, c))),
			),
			{ numRuns: 3000 },
		);
	});

	test(`I2: ${law.name} is idempotent and answers with one of its arguments`, () => {
		fc.assert(
			fc.property(anyRegister, anyRegister, (a, b) => {
				expect(law.merge(a, { ...a })).toBe(a);
				expect([a, b]).toContain(law.merge(a, b));
			}),
		);
	});

	test(`${law.name} is found by its code inside a field number`, () => {
		expect(lawOf(fieldNumber(77, law))).toBe(law);
	});
}

test('lww takes the later write, then the higher actor', () => {
	const [lww] = laws;
	expect(lww!.merge({ value: 'old', stamp: 1, actor: 9 }, { value: 'new', stamp: 2, actor: 1 }).value).toBe('new');
	expect(lww!.merge({ value: 'low', stamp: 1, actor: 1 }, { value: 'high', stamp: 1, actor: 2 }).value).toBe('high');
});

test('max and min look at the value before the time', () => {
	const [, max, min] = laws;
	const early = { value: 9, stamp: 1, actor: 1 };
	const late = { value: 3, stamp: 2, actor: 1 };
	expect(max!.merge(early, late)).toBe(early);
	expect(min!.merge(early, late)).toBe(late);
});

test('a set: an add beats a remove of the same stamp, a later remove beats an earlier add', () => {
	const set = laws[4]!;
	const add = { value: true, stamp: 5, actor: 1 };
	expect(set.merge(add, { value: null, stamp: 5, actor: 9 })).toBe(add);
	expect(set.merge(add, { value: null, stamp: 6, actor: 0 }).value).toBeNull();
});

test('counters keep the greater total whoever tells of it', () => {
	const counter = laws[3]!;
	const early = { value: 9, stamp: 1, actor: 1 };
	expect(counter.merge({ value: 3, stamp: 2, actor: 1 }, early)).toBe(early);
});
