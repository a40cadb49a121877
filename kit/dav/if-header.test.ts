import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DavFailure } from './failure.ts';
import { holds, parseIf, type StateCondition, type StateList, tokensIn } from './if-header.ts';

const conditions = fc.record<StateCondition>({
	not: fc.boolean(),
	kind: fc.constantFrom('token', 'etag'),
	value: fc.constantFrom('urn:uuid:1', 'urn:uuid:2', 'DAV:no-lock').map((value) => value),
}).map((one) => (one.kind === 'etag' ? { ...one, value: `"${one.value}"` } : one)); // prettier-ignore
const list = (resource: fc.Arbitrary<string | null>) =>
	fc.record<StateList>({ resource, conditions: fc.array(conditions, { minLength: 1, maxLength: 4 }) });
const untagged = fc.array(list(fc.constant(null)), { minLength: 1, maxLength: 4 });
const tagged = fc.array(list(fc.constantFrom('/a', 'http://x/b')), { minLength: 1, maxLength: 4 });

function written(lists: readonly StateList[]): string {
	return lists
		.map(({ resource, conditions }) => {
			const inside = conditions.map(
				({ not, kind, value }) => `${not ? 'Not ' : ''}${kind === 'token' ? `<${value}>` : `[${value}]`}`,
			);
			return `${resource === null ? '' : `<${resource}> `}(${inside.join(' ')})`;
		})
		.join(' ');
}

describe('an If header', () => {
	test('is read as it was written', () => {
		fc.assert(fc.property(fc.oneof(untagged, tagged), (lists) => expect(parseIf(written(lists))).toEqual(lists)));
	});

	test('gives one tag to the lists that follow it', () => {
		expect(parseIf('</a> (<t>) (["e"])').map(({ resource }) => resource)).toEqual(['/a', '/a']);
	});

	test.each(['', '()', '(<t>', 'x', '(<t>) </a> (<t>)', '([e])', '(Nota <t>)', '<a>', `(<${'t'.repeat(9_000)}>)`])(
		'is refused as %p, with a sentence',
		(header) => {
			expect(() => parseIf(header)).toThrow(DavFailure);
		},
	);

	// The examples of RFC 4918 §10.4.6 to §10.4.11.
	test.each([
		['(<urn:1> ["I am an ETag"]) (["I am another ETag"])', '"I am an ETag"', ['urn:1'], true],
		['(<urn:1> ["I am an ETag"]) (["I am another ETag"])', '"I am another ETag"', [], true],
		['(<urn:1> ["I am an ETag"]) (["I am another ETag"])', '"I am an ETag"', [], false],
		['(Not <urn:1> <urn:2>)', null, ['urn:2'], true],
		['(Not <urn:1> <urn:2>)', null, ['urn:1', 'urn:2'], false],
		['(<urn:1>) (Not <DAV:no-lock>)', null, [], true],
		['(<DAV:no-lock>)', '"e"', ['urn:1'], false],
		['(Not ["e"])', null, [], true],
	])('%s on a resource with %p and %p: %p', async (header, etag, tokens, expected) => {
		expect(await holds(parseIf(header), async () => ({ etag, tokens: new Set(tokens) }))).toBe(expected);
	});

	test('shows the tokens that its sender knows, also those it says not to be there', () => {
		expect([...tokensIn(parseIf('(<urn:1>) (Not <urn:2> ["e"])'))]).toEqual(['urn:1', 'urn:2']);
	});
});
