import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { collection, type Details } from './collection.ts';
import { routed } from './field.ts';
import * as field from './fields/index.ts';
import { anywhere, between, equals, isInside, isRouteKey, LAST_ROUTE, routeKey, since } from './route.ts';
import type { Value } from './value.ts';

const done = routed(field.instant(1));
const day = routed(field.day(2));
const visits = collection('test/visits', { app: 200, number: 1 }, { done, day }, { keeps: { field: 'done', days: 90 } });

const number = fc.oneof(
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
	fc.maxSafeInteger(),
);
const short = fc.string({ unit: 'grapheme', maxLength: 6 });
const any: fc.Arbitrary<Value> = fc.oneof(
	fc.constantFrom(null, true, false),
	number,
	fc.string({ unit: 'grapheme', maxLength: 60 }),
);

test('keys of numbers compare as the numbers do', () => {
	fc.assert(
		fc.property(number, number, (a, b) => {
			expect(Math.sign(a - b) || 0).toBe(compare(routeKey(a), routeKey(b)));
		}),
	);
});

test('keys of texts compare as their UTF-8 does, and two short texts never share one', () => {
	fc.assert(
		fc.property(short, short, (a, b) => {
			expect(compare(routeKey(a), routeKey(b))).toBe(
				Buffer.compare(Buffer.from(a).subarray(0, 32), Buffer.from(b).subarray(0, 32)),
			);
		}),
	);
});

test('every value has a key that can travel, and stands in exactly one place', () => {
	fc.assert(
		fc.property(any, any, (a, b) => {
			const key = routeKey(a);
			expect(isRouteKey(key)).toBe(true);
			expect(key < LAST_ROUTE).toBe(true);
			expect(isInside(equals(visits, done, a), key)).toBe(true);
			expect(isInside(equals(visits, done, a), routeKey(b))).toBe(routeKey(b) === key);
			expect(isInside(anywhere(visits.number, done.number), key)).toBe(true);
		}),
	);
});

test('a window from a value on holds what is as large or larger and of the same kind, never nothing', () => {
	fc.assert(
		fc.property(number, any, (from, value) => {
			expect(isInside(since(visits, done, from), routeKey(value))).toBe(typeof value === 'number' && value >= from);
		}),
	);
	expect(isInside(since(visits, day, '2026-09-01'), routeKey('2026-11-26'))).toBe(true);
	expect(isInside(since(visits, day, '2026-09-01'), routeKey('2026-08-31'))).toBe(false);
	expect(isInside(between(visits, done, 1, 5), routeKey(5))).toBe(false);
	expect(isInside(between(visits, done, 1, 5), routeKey(1))).toBe(true);
});

test('only a field in one register routes, and only a routing field has windows or decides what is kept', () => {
	expect(() => routed(field.set(1))).toThrow('cannot route');
	expect(() => routed(field.unique(1))).toThrow('cannot route');
	expect(() => equals(visits, field.instant(1), 1)).toThrow('routed()');
	const plain = { done: field.instant(1) };
	expect(() => collection('test/a', { app: 200, number: 2 }, plain, { keeps: { field: 'done', days: 1 } })).toThrow('routes');
	expect(visits).toMatchObject({ routes: [done.number, day.number], keeps: { field: done.number, days: 90 } });
});

test('a reference is declared with what it leads to, and anything else is no reference', () => {
	const fields = { over: field.reference(1), kind: field.integer(2), words: field.text(3) };
	const made = (refers: Details['refers']) =>
		collection('test/b', { app: 200, number: 3 }, fields, refers ? { refers } : {}).refers;
	expect(made({ over: 'test/b' })).toEqual([{ field: fields.over.number, to: 'test/b' }]);
	expect(made({ over: { numberIn: 'kind' } })).toEqual([{ field: fields.over.number, to: fields.kind.number }]);
	expect(() => made({ words: 'test/b' })).toThrow('no field that refers');
	expect(() => made({ over: { numberIn: 'words' } })).toThrow('number of a collection');
	expect(() => made({ missing: 'test/b' })).toThrow('no field that refers');
});

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
