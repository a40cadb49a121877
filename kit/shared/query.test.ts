import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseQuery, type Query, writeQuery } from './query.ts';

/** A query without the places at which it stands. */
function bare(query: Query | null): unknown {
	if (query === null) return null;
	if (query.kind === 'is') return `${query.key}=${query.value}`;
	return query.kind === 'not' ? { not: bare(query.part) } : { [query.kind]: query.parts.map(bare) };
}

test('blanks and & are and, | is or and binds less, ! binds most', () => {
	const { query, sort, problem } = parseQuery('due:today & !done (#work | @Ana) sort:priority');
	expect(problem).toBeNull();
	expect(bare(query)).toEqual({ and: ['due=today', { not: '=done' }, { or: ['#=work', '@=Ana'] }] });
	expect(sort).toMatchObject([{ key: 'priority', down: false }]);
	expect(bare(parseQuery('a b | c').query)).toEqual({ or: [{ and: ['=a', '=b'] }, '=c'] });
});

test('names with blanks and signs stand in quotes', () => {
	expect(bare(parseQuery('@"Ana Lima" project:"A (b) \\"c\\""').query)).toEqual({
		and: ['@=Ana Lima', 'project=A (b) "c"'],
	});
	expect(bare(parseQuery('"due:today"').query)).toBe('=due:today');
});

test('nothing but an order asks for everything', () => {
	expect(parseQuery(' sort:-due ')).toMatchObject({ query: null, sort: [{ key: 'due', down: true }], problem: null });
	expect(parseQuery('')).toEqual({ query: null, sort: [], problem: null });
});

test.each([
	['(a', 'open-parenthesis', 0],
	['a)', 'lone-parenthesis', 1],
	['a |', 'missing-operand', 2],
	['| a', 'missing-operand', 0],
	['& a', 'missing-operand', 0],
	['a & | b', 'missing-operand', 2],
	['a !', 'missing-operand', 2],
	['()', 'missing-operand', 0],
	['@"Ana', 'open-quote', 1],
	['!(sort:due)', 'sort-inside', 2],
	[`${'('.repeat(60)}a`, 'too-deep', 50],
] as const)('%p is wrong, and where', (text, code, from) => {
	expect(parseQuery(text)).toMatchObject({ query: null, problem: { code, from } });
});

const condition = fc
	.record({
		key: fc.constantFrom('', '#', '@', 'due', 'p-2'),
		value: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
	})
	.map((one) => ({ kind: 'is' as const, ...one, from: 0, to: 0 }));
const { query: anyQuery } = fc.letrec<{ query: Query }>((tie) => ({
	query: fc.oneof(
		{ maxDepth: 4 },
		condition,
		fc.record({ kind: fc.constant('not' as const), part: tie('query') }),
		fc.record({
			kind: fc.constantFrom('and' as const, 'or' as const),
			parts: fc.array(tie('query'), { minLength: 2, maxLength: 3 }),
		}),
	),
}));

test('what was written reads back the same', () => {
	fc.assert(
		fc.property(anyQuery, fc.array(fc.record({ key: fc.constantFrom('due', 'priority'), down: fc.boolean() })), (query, sort) => {
			const read = parseQuery(writeQuery(query, sort));
			expect(read.problem).toBeNull();
			expect(bare(read.query)).toEqual(bare(query));
			expect(read.sort.map(({ key, down }) => ({ key, down }))).toEqual(sort);
		}),
	);
});

test('any text is read, or says where it is wrong, and what reads is found at its place', () => {
	const text = fc.string({
		unit: fc.constantFrom('a', ' ', '(', ')', '&', '|', '!', '"', ':', '#', '@', '\\', 'sort:x'),
		maxLength: 30,
	});
	fc.assert(
		fc.property(text, (line) => {
			const { query, problem } = parseQuery(line);
			if (problem) expect(problem.from).toBeLessThanOrEqual(line.length);
			const walk = (one: Query): void => {
				if (one.kind === 'is') expect(one.to).toBeGreaterThan(one.from);
				else if (one.kind === 'not') walk(one.part);
				else one.parts.forEach(walk);
			};
			if (query) walk(query);
		}),
	);
});
