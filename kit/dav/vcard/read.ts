import { type ContentLine, escapeText, lettersOf, parameterOf, parseLine } from '../ical/lines.ts';
import { BadCard, type Card, cardLimits, type CardVersion, cardVersions, propertyName } from './card.ts';
import { fromOldValue } from './old-values.ts';
import { asciiOf, isAgent, markIn, physicalLines } from './physical-lines.ts';
import { readQuotedPrintable } from './quoted-printable.ts';

/**
 * Reads all vCards of a file, of whatever version and dialect. Lines that nobody can read are kept; what stands outside of cards is passed over.
 *
 * @throws BadCard when there is none in it, or one does not end
 */
export function parseCards(bytes: Uint8Array): Card[] {
	const lines = physicalLines(bytes);
	const cards: Card[] = [];
	for (let at = 0; at < lines.length;) {
		if (!isMark(lines[at]!, 'BEGIN')) {
			at++;
			continue;
		}
		const end = endOf(lines, at);
		cards.push(readCard(lines.slice(at + 1, end)));
		at = end + 1;
	}
	if (cards.length === 0) throw new BadCard('There is no vCard in this.');
	return cards;
}

/** Reads a file that is one card. @throws BadCard */
export function parseCard(bytes: Uint8Array): Card {
	const [card, ...more] = parseCards(bytes);
	if (!card || more.length > 0) throw new BadCard('This is not one vCard.');
	return card;
}

const isMark = (line: Uint8Array, mark: 'BEGIN' | 'END') => markIn(line) === mark;

/** Where a card ends. Only an agent is a card in a card: any other beginning means that the end of this one is missing. */
function endOf(lines: readonly Uint8Array[], begin: number): number {
	let depth = 0;
	for (let at = begin; at < lines.length; at++) {
		if (isMark(lines[at]!, 'BEGIN') && (depth++ === 0 || isAgent(lines[at - 1]!))) continue;
		if (isMark(lines[at]!, 'BEGIN')) break;
		if (isMark(lines[at]!, 'END') && --depth === 0) return at;
	}
	throw new BadCard('A vCard does not end.');
}

function readCard(lines: readonly Uint8Array[]): Card {
	const version = versionIn(lines);
	const read: ContentLine[] = [];
	for (let at = 0; at < lines.length;) {
		const [whole, next] = logicalLine(lines, at, version);
		at = next;
		if (whole.every((byte) => byte === 32 || byte === 9)) continue;
		if (read.length >= cardLimits.lines) throw new BadCard(`A vCard has at most ${cardLimits.lines} lines.`);
		const line = readLine(whole, version);
		if (propertyName(line) === 'VERSION') continue;
		if (propertyName(line) === 'AGENT' && line.value.trim() === '' && at < lines.length && isMark(lines[at]!, 'BEGIN')) {
			// A card in a card (2.1): as later standards write it, as a text.
			const end = endOf(lines, at);
			read.push({
				...line,
				value: escapeText(
					lines
						.slice(at, end + 1)
						.map(lettersOf)
						.join('\n'),
				),
			});
			at = end + 1;
		} else read.push(line);
	}
	return { version, lines: read };
}

function versionIn(lines: readonly Uint8Array[]): CardVersion {
	for (const line of lines) {
		if (line.length > 100) continue;
		const said = /^\s*(?:[\w-]+\.)?VERSION[^:]*:\s*([\d.]+)/i.exec(asciiOf(line))?.[1];
		if (said !== undefined) return cardVersions.find((version) => version === said) ?? (said.startsWith('4') ? '4.0' : said.startsWith('2') ? '2.1' : '3.0'); // prettier-ignore
	}
	return '3.0';
}

/** One property, with the lines that go on with it. @returns it, and where the next begins */
function logicalLine(lines: readonly Uint8Array[], from: number, version: CardVersion): [Uint8Array, number] {
	const first = lines[from]!;
	const head = headOf(first);
	const quoted = /[;=]QUOTED-PRINTABLE(?=[;:,]|$)/i.test(head);
	const binary = /[;=](?:BASE64|B)(?=[;:,]|$)/i.test(head);
	const parts = [first];
	let at = from + 1;
	for (; at < lines.length; at++) {
		const [last, line] = [parts.at(-1)!, lines[at]!];
		if (quoted && last.at(-1) === 61 && !isMark(line, 'END')) {
			parts[parts.length - 1] = last.subarray(0, -1);
			parts.push(line);
		} else if (isFolded(line)) {
			// In 2.1 a line is folded where there is a blank anyway, which stays; a program that indents bytes means nothing by it.
			parts.push(version === '2.1' ? line : line.subarray(1));
		} else if (binary && line.length > 0 && isBase64(line)) parts.push(line);
		else break;
	}
	return [parts.length === 1 ? first : concat(parts), at];
}

const isFolded = (line: Uint8Array) => (line[0] === 32 || line[0] === 9) && line.some((byte) => byte !== 32 && byte !== 9);

/** The name and the parameters of a line, as far as they are looked at before its letters are known. */
function headOf(line: Uint8Array): string {
	const end = line.indexOf(58);
	return end < 0 || end > 1_000 ? '' : String.fromCharCode(...line.subarray(0, end));
}

function isBase64(line: Uint8Array): boolean {
	return line.every((byte) => (byte >= 47 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 43 || byte === 61); // prettier-ignore
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

const encodings: ReadonlySet<string> = new Set(['QUOTED-PRINTABLE', 'BASE64', 'B', '7BIT', '8BIT']);
const places: ReadonlySet<string> = new Set(['INLINE', 'URL', 'CONTENT-ID', 'CID']);

/** What a parameter without a name is a value of. */
function bareName(value: string): string {
	const word = value.toUpperCase();
	return encodings.has(word) ? 'ENCODING' : places.has(word) ? 'VALUE' : 'TYPE';
}

function readLine(bytes: Uint8Array, version: CardVersion): ContentLine {
	const text = lettersOf(bytes).replace(/^\s+(?=[A-Za-z])/, '');
	const line = parseLine(text, bareName);
	if (line.name === '') return line;
	const encoding = parameterOf(line, 'ENCODING')?.toUpperCase();
	const charset = parameterOf(line, 'CHARSET');
	const name = propertyName(line);
	if (encoding === 'BASE64' || encoding === 'B')
		return { ...without(line, 'ENCODING', 'CHARSET'), parameters: [...without(line, 'ENCODING', 'CHARSET').parameters, { name: 'ENCODING', values: ['b'] }], value: line.value.replaceAll(/\s+/g, '') }; // prettier-ignore
	if (encoding === undefined && charset === undefined)
		return version === '2.1' ? { ...line, value: fromOldValue(name, line.value) } : line;
	const raw = bytes.subarray(valueAt(bytes));
	const value = lettersIn(encoding === 'QUOTED-PRINTABLE' ? readQuotedPrintable(raw) : raw, charset);
	const plain = without(line, 'ENCODING', 'CHARSET');
	if (version === '2.1') return { ...plain, value: fromOldValue(name, value) };
	return { ...plain, value: value.replaceAll(/\r\n|\r|\n/g, '\\n') };
}

/** Where the value begins: behind the first colon that stands in no quotes. */
function valueAt(bytes: Uint8Array): number {
	let quoted = false;
	for (let at = 0; at < bytes.length; at++) {
		if (bytes[at] === 34) quoted = !quoted;
		else if (bytes[at] === 58 && !quoted) return at + 1;
	}
	return 0;
}

/** Letters of a charset; of one that nobody knows, or that the bytes do not fit, as everything else is read. */
function lettersIn(bytes: Uint8Array, charset: string | undefined): string {
	if (charset === undefined || /^utf-?8$/i.test(charset)) return lettersOf(bytes);
	try {
		// Machines know many more charsets than the types of Bun name.
		const decoder: TextDecoder = Reflect.construct(TextDecoder, [charset, { fatal: true }]);
		return decoder.decode(bytes);
	} catch (error) {
		if (error instanceof RangeError || error instanceof TypeError) return lettersOf(bytes);
		throw error;
	}
}

function without(line: ContentLine, ...names: readonly string[]): ContentLine {
	return { ...line, parameters: line.parameters.filter(({ name }) => !names.includes(name.toUpperCase())) };
}
