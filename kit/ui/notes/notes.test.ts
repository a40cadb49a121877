import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { begun, continued, type Edited, linked, marked } from './note-keys.ts';
import { type NoteBlock, type NoteWord, readNote } from './note-tree.ts';
import { tickedAt } from './ticking.ts';

/** The words of a tree in one line, marks as signs: `[text](href)`, `*strong*`. */
function said(words: readonly NoteWord[]): string {
	return words
		.map((word) => {
			if (word.kind === 'text') return word.text;
			if (word.kind === 'code') return `‹${word.text}›`;
			if (word.kind === 'break') return '⏎';
			const inner = said(word.words);
			return { strong: `*${inner}*`, emphasis: `/${inner}/`, struck: `-${inner}-`, link: `[${inner}](${'href' in word ? word.href : ''})` }[word.kind]; // prettier-ignore
		})
		.join('');
}

function shape(blocks: readonly NoteBlock[]): unknown[] {
	return blocks.map((block) => {
		if ('words' in block) return block.kind === 'heading' ? `${'#'.repeat(block.level)} ${said(block.words)}` : said(block.words);
		if (block.kind === 'code') return { code: block.text };
		if (block.kind === 'quote') return { quote: shape(block.blocks) };
		if (block.kind === 'rule') return '---';
		return block.items.map(({ box, blocks: inner }) => [...(box ? [box.ticked] : []), ...shape(inner)]);
	});
}

/** Every box of a tree, and every place that it leads to. */
function walk(
	blocks: readonly NoteBlock[],
	found: { boxes: { ticked: boolean; at: number | null }[]; hrefs: string[] },
): typeof found {
	const words = (all: readonly NoteWord[]): void => {
		for (const word of all) {
			if (word.kind === 'link') found.hrefs.push(word.href);
			if ('words' in word) words(word.words);
		}
	};
	for (const block of blocks) {
		if ('words' in block) words(block.words);
		if (block.kind === 'quote') walk(block.blocks, found);
		if (block.kind === 'list')
			for (const { box, blocks: inner } of block.items) {
				if (box) found.boxes.push(box);
				walk(inner, found);
			}
	}
	return found;
}
const facts = (text: string) => walk(readNote(text), { boxes: [], hrefs: [] });

test('headings, lists, boxes, quotes, code, links and marks are read, a line break breaks the line', () => {
	const text = '# Trip\nWe **go** by _train_\nand ~~bus~~ `x = 1`\n\n- [ ] tickets\n  - [x] seats\n- coffee\n\n3. three\n\n> so she said\n\n```\na <b>\n```\n\nSee [the map](https://map.example/?a=1&b=2) or https://b.example\n\n---'; // prettier-ignore
	expect(shape(readNote(text))).toEqual([
		'# Trip',
		'We *go* by /train/⏎and -bus- ‹x = 1›',
		[[false, 'tickets', [[true, 'seats']]], ['coffee']],
		[['three']],
		{ quote: ['so she said'] },
		{ code: 'a <b>' },
		'See [the map](https://map.example/?a=1&b=2) or [https://b.example](https://b.example)',
		'---',
	]);
});

test('what it does not show stays as it is written: HTML, tables, addresses that could do something', () => {
	expect(shape(readNote('<script>alert(1)</script>'))).toEqual(['<script>alert(1)</script>']);
	expect(shape(readNote('a <img src=x onerror=alert(1)> b & c &lt; d'))).toEqual(['a <img src=x onerror=alert(1)> b & c &lt; d']);
	expect(shape(readNote('[go](javascript:alert(1))'))).toEqual(['[go](javascript:alert(1))']);
	expect(
		facts('[a](//evil.example) [b](/\\evil.example) [c](data:text/html,x) [d](vbscript:x) <javascript:alert(1)>').hrefs,
	).toEqual([]);
	expect(facts('![cat](https://cats.example/1.png) [in](/todo?task=1)').hrefs).toEqual([
		'https://cats.example/1.png',
		'/todo?task=1',
	]);
	expect(shape(readNote('| a | b |\n|---|---|\n| 1 | 2 |'))).toEqual(['| a | b |⏎|---|---|⏎| 1 | 2 |']);
});

const piece = fc.oneof(
	fc.constantFrom('- ', '- [ ] ', '- [x] ', '1. ', '> ', '# ', '**', '_', '~~', '`', '```\n', '\n', '\n\n', '  ', '[', '](', ')', '<', '>', '&', 'javascript:', 'JaVaScRiPt&colon;', '&#106;avascript:', 'data:text/html,', 'vbscript:', 'https://a.example', '<script>', '</script>', ' onerror=', '<img src=x', '![', '//', '/\\', '\t', '\r\n', '[x]: javascript:alert(1)\n', '\u0001'), // prettier-ignore
	fc.string({ maxLength: 6 }),
	fc.webUrl(),
);
const note = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

test('no text makes anything but our own elements, and no link leads where something would be run', () => {
	fc.assert(
		fc.property(note, (text) => {
			const tree = readNote(text);
			const kinds = new Set(JSON.stringify(tree).match(/"kind":"\w+"/g) ?? []);
			for (const kind of kinds)
				expect(['paragraph', 'heading', 'code', 'quote', 'list', 'rule', 'text', 'strong', 'emphasis', 'struck', 'link', 'break']).toContain(kind.slice(8, -1)); // prettier-ignore
			for (const href of facts(text).hrefs) {
				const { protocol, host } = new URL(href, 'https://mana.example');
				expect(['http:', 'https:', 'mailto:', 'tel:']).toContain(protocol);
				if (href.startsWith('/')) expect(host).toBe('mana.example');
			}
		}),
		{ numRuns: 3_000 },
	);
});

test('ticking a box changes its one character, and that box alone', () => {
	fc.assert(
		fc.property(note, (text) => {
			const { boxes } = facts(text);
			boxes.forEach(({ ticked, at }, index) => {
				if (at === null) return;
				const after = tickedAt(text, at, !ticked);
				expect(after.length).toBe(text.length);
				expect(facts(after).boxes.map((box) => box.ticked)).toEqual(boxes.map((box, i) => (i === index ? !ticked : box.ticked)));
			});
		}),
		{ numRuns: 2_000 },
	);
	const text = 'Before\r\n\r\n- [ ] one\r\n  - [ ] two\r\n\r\n> - [X] three\r\n\r\n```\r\n- [ ] code\r\n```\r\n- [ ] four';
	const { boxes } = facts(text);
	expect(boxes.map(({ ticked, at }) => [ticked, text.slice(at! - 1, at! + 7).trim()])).toEqual([[false, '[ ] one'], [false, '[ ] two'], [true, '[X] thre'], [false, '[ ] four']]); // prettier-ignore
	expect(tickedAt(text, 3, true)).toBe(text);
});

/** A text with `|` where the selection begins and ends. */
function at(text: string): Edited {
	const [before = '', chosen, after] = text.split('|');
	return after === undefined
		? { text: before + (chosen ?? ''), from: before.length, to: before.length }
		: { text: before + chosen + after, from: before.length, to: before.length + chosen!.length };
}
function seen(edited: Edited | null): string | null {
	if (!edited) return null;
	const { text, from, to } = edited;
	return from === to
		? `${text.slice(0, from)}|${text.slice(from)}`
		: `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}

test('marks are put around what is selected and taken away again', () => {
	expect(seen(marked(at('a |b c| d'), '**'))).toBe('a **|b c|** d');
	expect(seen(marked(at('a **|b c|** d'), '**'))).toBe('a |b c| d');
	expect(seen(marked(at('a |**b c**| d'), '**'))).toBe('a |b c| d');
	expect(seen(marked(at('a | b | d'), '_'))).toBe('a  _|b|_  d');
	expect(seen(marked(at('a |'), '_'))).toBe('a _|_');
	expect(seen(linked(at('see |the map| here')))).toBe('see [the map](|https://|) here');
	expect(seen(linked(at('see |https://b.example|')))).toBe('see [|](https://b.example)');
});

test('lines become entries and words again', () => {
	expect(seen(begun(at('one\n|two\nthree|'), '- [ ] '))).toBe('one\n|- [ ] two\n- [ ] three|');
	expect(seen(begun(at('|- [ ] two\n- [ ] three|'), '- [ ] '))).toBe('|two\nthree|');
	expect(seen(begun(at('- t|wo'), '- [ ] '))).toBe('- [ ] two|');
	expect(seen(begun(at('## t|wo'), '# '))).toBe('# two|');
});

test('Enter goes on with a list, and ends it where an entry has no words', () => {
	expect(seen(continued(at('- one|')))).toBe('- one\n- |');
	expect(seen(continued(at('  - [x] one|')))).toBe('  - [x] one\n  - [ ] |');
	expect(seen(continued(at('9. o|ne')))).toBe('9. o\n10. |ne');
	expect(seen(continued(at('> so|')))).toBe('> so\n> |');
	expect(seen(continued(at('- one\n- |')))).toBe('- one\n|');
	expect(seen(continued(at('one|')))).toBeNull();
	expect(seen(continued(at('|- one')))).toBeNull();
});
