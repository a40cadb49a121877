import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { BadXml, parseXml, type XmlElement, type XmlName, type XmlNode, writeXml, xmlLimits } from './xml.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const characters = fc.string({ unit: 'grapheme', maxLength: 12 });
const names = fc
	.tuple(fc.constantFrom('DAV:', 'urn:x', 'http://example.com/a&b/', ''), fc.constantFrom('a', 'b-c', 'größe', '_1'))
	.map(([namespace, local]): XmlName => `{${namespace}}${local}`);
const attributes = fc.array(fc.tuple(names, characters), { maxLength: 3 }).map((pairs) => new Map(pairs));
const { tree } = fc.letrec<{ tree: XmlElement; node: XmlNode }>((tie) => ({
	node: fc.oneof(
		{ depthSize: 'small' },
		characters.filter((text) => text !== ''),
		tie('tree'),
	),
	tree: fc.record({ name: names, attributes, children: fc.array(tie('node'), { maxLength: 4 }).map(joined) }),
}));

/** Neighbouring texts are one text when they are read. */
function joined(nodes: readonly XmlNode[]): XmlNode[] {
	const whole: XmlNode[] = [];
	for (const node of nodes) {
		const last = whole.at(-1);
		if (typeof node === 'string' && typeof last === 'string') whole[whole.length - 1] = last + node;
		else whole.push(node);
	}
	return whole;
}

/** What XML cannot hold is left out by the writer, so it is not asked for. */
const holdable = (text: string) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text.toWellFormed());
const fits = (one: XmlNode): boolean =>
	typeof one === 'string' ? holdable(one) : one.children.every(fits) && [...one.attributes.values()].every(holdable);

describe('XML', () => {
	test('is read as it was written, whatever it holds', () => {
		fc.assert(
			fc.property(tree.filter(fits), (one) => {
				expect(parseXml(bytes(writeXml(one)))).toEqual(one);
			}),
			{ numRuns: 200 },
		);
	});

	test('is written without what no reader would take', () => {
		const odd: XmlElement = { name: '{}a', attributes: new Map(), children: ['x\u0000\u0008\uD800y\uFFFF'] };
		expect(parseXml(bytes(writeXml(odd))).children).toEqual(['x\uFFFDy']);
	});

	test('ends in a sentence, never in something else, for any bytes', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.uint8Array(),
					fc.string().map((text) => bytes(`<a>${text}</a>`)),
				),
				(any) => {
					try {
						parseXml(any);
					} catch (error) {
						expect(error).toBeInstanceOf(BadXml);
					}
				},
			),
		);
	});

	const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
	test.each([
		['a file of the machine', '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'],
		['an address', '<!DOCTYPE a SYSTEM "http://127.0.0.1/evil.dtd"><a/>'],
		['a billion laughs', `<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`],
		['an entity that nobody declared', '<a>&f;</a>'],
		['elements too deep in each other', '<a>'.repeat(xmlLimits.depth + 1) + '</a>'.repeat(xmlLimits.depth + 1)],
		['too many elements', `<a>${'<b/>'.repeat(xmlLimits.elements)}</a>`],
		['too many attributes', `<a ${Array.from({ length: 60 }, (_, at) => `x${at}="1"`).join(' ')}/>`],
		['a prefix without a namespace', '<x:a/>'],
		['an empty prefix', '<a xmlns:x=""/>'],
		['nothing', ''],
		['two roots', '<a/><b/>'],
	])('refuses %s', (_, text) => {
		expect(() => parseXml(bytes(text))).toThrow(BadXml);
	});

	test('is read in UTF-16 as well', () => {
		const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<ä/>', 'utf16le')]);
		expect(parseXml(utf16).name).toBe('{}ä');
	});
});
