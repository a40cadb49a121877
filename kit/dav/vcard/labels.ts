import { type ContentLine, escapeText } from '../ical/lines.ts';
import { besides, type Card, groupOf, mapLines } from './card.ts';
import { plainText } from './values.ts';

/** Apple's own words stand in brackets of a kind: `_$!<HomePage>!$_`. */
const apple = /^_\$!<(.*)>!\$_$/;

/** The label that somebody gave to a property (`X-ABLabel` of its group), Apple's own words without their brackets; empty: none. */
export function labelOf(card: Card, line: ContentLine): string {
	const label = besides(card, line, 'X-ABLABEL');
	const text = label ? plainText(label) : '';
	return apple.exec(text)?.[1] ?? text;
}

/** A card with a line and its label; the label stands in a group with it. @param label empty for none */
export function withLabelled(card: Card, line: ContentLine, label: string): Card {
	if (label === '') return { ...card, lines: [...card.lines, line] };
	const group = groupOf(line) || freeGroup(card);
	const name = line.name.slice(line.name.lastIndexOf('.') + 1);
	return {
		...card,
		lines: [
			...card.lines,
			{ ...line, name: `${group}.${name}` },
			{ name: `${group}.X-ABLabel`, parameters: [], value: escapeText(label) },
		],
	};
}

/** A card without a line and what only said something about it. */
export function withoutLine(card: Card, line: ContentLine): Card {
	const group = groupOf(line);
	const alone =
		group !== '' && card.lines.filter((one) => groupOf(one) === group && !/\.x-ab(?:label|adr)$/i.test(one.name)).length === 1;
	return mapLines(card, (one) => (one === line || (alone && groupOf(one) === group) ? undefined : one));
}

/** The first group of the kind that Apple counts which no line is in. */
export function freeGroup(card: Card): string {
	const taken = new Set(card.lines.map(groupOf));
	for (let count = 1; ; count++) if (!taken.has(`item${count}`)) return `item${count}`;
}
