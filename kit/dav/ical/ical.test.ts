import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { BadCalendar, type Component, lineOf, parseCalendar, parseComponents, withLines, writeComponent } from './component.ts';
import { type ContentLine, escapeText, parameterOf, parseLine, textOf, textsOf, writeLine } from './lines.ts';
import { instantIn } from './moments.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const noControl = fc
	.string({ unit: 'grapheme', maxLength: 120 })
	.filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text) && text.isWellFormed());
const names = fc.constantFrom('SUMMARY', 'x-apple-thing', 'DUE', 'item1.URL', 'X-1');
const parameters = fc.array(
	fc.record({
		name: fc.constantFrom('TZID', 'X-A', 'value'),
		values: fc.array(fc.oneof(noControl, fc.constant('a"b\nc^d')), { minLength: 1, maxLength: 3 }),
	}),
	{ maxLength: 3 },
);
const lines = fc.record<ContentLine>({ name: names, parameters, value: noControl });
const { component } = fc.letrec<{ component: Component }>((tie) => ({
	component: fc.record({
		name: fc.constantFrom('VTODO', 'VALARM', 'X-THING'),
		lines: fc.array(lines, { maxLength: 5 }),
		components: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('component'), { maxLength: 2 })),
	}),
}));

describe('iCalendar', () => {
	test('is read as it was written, and every line fits in 75 bytes', () => {
		fc.assert(
			fc.property(component, (one) => {
				const text = writeComponent(one);
				expect(parseComponents(bytes(text))).toEqual([one]);
				for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
			}),
			{ numRuns: 60 },
		);
	});

	test('keeps text, whatever it holds', () => {
		fc.assert(fc.property(noControl, (text) => expect(textOf(escapeText(text))).toBe(text)));
		fc.assert(
			fc.property(fc.array(noControl, { minLength: 1, maxLength: 4 }), (texts) =>
				expect(textsOf(texts.map(escapeText).join(','))).toEqual(texts),
			),
		);
		expect(textOf(escapeText('one\r\ntwo\u0000'))).toBe('one\ntwo');
	});

	test('is read or refused with a sentence, whatever the bytes', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.uint8Array(),
					fc.string().map((text) => bytes(`BEGIN:VCALENDAR\n${text}\nEND:VCALENDAR`)),
				),
				(any) => {
					try {
						parseCalendar(any);
					} catch (error) {
						expect(error).toBeInstanceOf(BadCalendar);
					}
				},
			),
		);
	});

	test('gives back lines that nobody can read', () => {
		const text = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nthis is no line\r\nX;=;:\r\nEND:VCALENDAR\r\n';
		expect(writeComponent(parseCalendar(bytes(text)))).toBe(text);
	});

	test('is unfolded before letters are made, whatever ends the lines', () => {
		const whole = Buffer.from('SUMMARY:Käse');
		const cut = Buffer.concat([
			Buffer.from('BEGIN:VTODO\r'),
			whole.subarray(0, 10),
			Buffer.from('\n '),
			whole.subarray(10),
			Buffer.from('\nEND:VTODO'),
		]);
		expect(lineOf(parseComponents(cut)[0]!, 'SUMMARY')?.value).toBe('Käse');
		expect(lineOf(parseComponents(Buffer.from('BEGIN:VTODO\nSUMMARY:K\xe4se\nEND:VTODO', 'latin1'))[0]!, 'SUMMARY')?.value).toBe(
			'Käse',
		);
	});

	test('reads parameters in quotes, several values, and RFC 6868', () => {
		const line = parseLine('ATTENDEE;CN="Ada; Countess";MEMBER="mailto:a","mailto:b";X=^n^^^\':mailto:ada@mana.example');
		expect([parameterOf(line, 'CN'), line.parameters[1]!.values, parameterOf(line, 'X')]).toEqual([
			'Ada; Countess',
			['mailto:a', 'mailto:b'],
			'\n^"',
		]);
		expect(parseLine(writeLine(line).replaceAll('\r\n ', ''))).toEqual(line);
	});

	test.each([
		'BEGIN:VTODO\nEND:VEVENT',
		'BEGIN:VTODO',
		'x',
		'',
		'BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR',
		`${'BEGIN:A\n'.repeat(9)}`,
	])('refuses %j', (text) => {
		expect(() => parseCalendar(bytes(text))).toThrow(BadCalendar);
	});

	test('replaces lines where they stand, adds new ones at the end, and takes them out', () => {
		const todo = parseComponents(bytes('BEGIN:VTODO\nUID:1\nSUMMARY:a\nX:1\nsummary:b\nEND:VTODO'))[0]!;
		const named = (one: Component) => one.lines.map(({ name, value }) => `${name}:${value}`);
		expect(named(withLines(todo, 'SUMMARY', [parseLine('SUMMARY:c')]))).toEqual(['UID:1', 'SUMMARY:c', 'X:1']);
		expect(named(withLines(todo, 'DUE', [parseLine('DUE:d')]))).toEqual(['UID:1', 'SUMMARY:a', 'X:1', 'summary:b', 'DUE:d']);
		expect(named(withLines(todo, 'SUMMARY', []))).toEqual(['UID:1', 'X:1']);
	});

	test.each([
		['DUE:20260701T120000Z', '2026-07-01T12:00:00Z'],
		['DUE;TZID=America/New_York:20260701T120000', '2026-07-01T16:00:00Z'],
		['DUE;TZID=/mozilla.org/20050126_1/Europe/Berlin:20260701T120000', '2026-07-01T10:00:00Z'],
		['DUE;TZID=Nowhere:20260701T120000', '2026-07-01T10:00:00Z'],
		['DUE;VALUE=DATE:20260701', '2026-06-30T22:00:00Z'],
		['DUE:soon', null],
	])('%s is %p for somebody in Berlin', (text, expected) => {
		expect(instantIn(parseLine(text), 'Europe/Berlin')).toBe(expected === null ? null : Date.parse(expected));
	});
});
