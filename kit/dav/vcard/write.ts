import { type ContentLine, parameterOf, writeLine } from '../ical/lines.ts';
import { type Card, propertyName } from './card.ts';
import { toOldValue } from './old-values.ts';
import { writeQuotedPrintable } from './quoted-printable.ts';

/** Writes a card in its own version; see `convert.ts` for another one. */
export function writeCard(card: Card): string {
	const write = card.version === '2.1' ? writeOldLine : writeLine;
	const lines = [`VERSION:${card.version}`, ...card.lines.map(write)];
	return `${['BEGIN:VCARD', ...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}

/** Longest line of a photo. */
const LONGEST = 76;

function writeOldLine(line: ContentLine): string {
	if (line.name === '') return line.value;
	const name = propertyName(line);
	if (parameterOf(line, 'ENCODING')?.toLowerCase() === 'b') {
		const head = headOf(
			{ ...line, parameters: line.parameters.filter((one) => one.name.toUpperCase() !== 'ENCODING') },
			';ENCODING=BASE64',
		);
		const pieces = line.value.match(new RegExp(`.{1,${LONGEST - 1}}`, 'g')) ?? [];
		// An empty line ends bytes.
		return [`${head}:`, ...pieces.map((piece) => ` ${piece}`), ''].join('\r\n');
	}
	const value = toOldValue(name, line.value);
	// Anything but plain letters, and what a program would take for a folded line, goes as quoted-printable.
	if (/^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$|^$/.test(value) && value.length <= 1_000) return `${headOf(line, '')}:${value}`;
	const head = headOf(line, ';CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE');
	return `${head}:${writeQuotedPrintable(value, head.length + 1)}`;
}

/** Types stand alone, as 2.1 has them where all read them; what has no place in a parameter of 2.1 is left out. */
function headOf({ name, parameters }: ContentLine, encoding: string): string {
	const said = parameters.flatMap((parameter) =>
		parameter.values.map((value) => {
			const plain = value.replaceAll(/[";:,\r\n]/g, ' ');
			return parameter.name.toUpperCase() === 'TYPE'
				? `;${/^[A-Za-z0-9-]+$/.test(plain) ? plain.toUpperCase() : `TYPE=${plain}`}`
				: `;${parameter.name}=${plain}`;
		}),
	);
	return `${name}${said.join('')}${encoding}`;
}
