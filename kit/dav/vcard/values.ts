import { type ContentLine, escapeText, parameterOf, textOf, textsOf } from '../ical/lines.ts';

/** The parts of a structured value (N, ADR, ORG), each with the several values that it may have (RFC 6350 §3.4). */
export function partsOf(value: string): string[][] {
	const parts = [''];
	for (const piece of value.match(/\\[\s\S]|[^\\;]+|[\s\S]/gu) ?? [])
		if (piece === ';') parts.push('');
		else parts[parts.length - 1] += piece;
	return parts.map(textsOf);
}

/** Writes such a value. @param parts several values of one part as an array */
export function structured(parts: readonly (string | readonly string[])[]): string {
	return parts.map((part) => (typeof part === 'string' ? escapeText(part) : part.map(escapeText).join(','))).join(';');
}

/** One part of a structured value as people read it: its values with commas between them. */
export function partOf(value: string, at: number): string {
	return (partsOf(value)[at] ?? [])
		.map((text) => text.trim())
		.filter((text) => text !== '')
		.join(', ');
}

/** A value of type text as people read it; blanks around it mean nothing. */
export function plainText({ value }: Pick<ContentLine, 'value'>): string {
	return textOf(value).trim();
}

/** The types of a property in lower case (`home`, `cell`), however they are written; `pref` is none of them. */
export function typesOf({ parameters }: Pick<ContentLine, 'parameters'>): string[] {
	const values = parameters.filter(({ name }) => name.toUpperCase() === 'TYPE').flatMap((one) => one.values);
	return [...new Set(values.flatMap((value) => value.toLowerCase().split(',')).map((type) => type.trim()))].filter(
		(type) => type !== '' && type !== 'pref',
	);
}

/** How much a property is preferred, 1 most and 100 least; `null`: nothing is said. */
export function preferenceOf(line: Pick<ContentLine, 'parameters'>): number | null {
	const said = Number(parameterOf(line, 'PREF'));
	if (Number.isInteger(said) && said >= 1 && said <= 100) return said;
	const words = line.parameters.filter(({ name }) => name.toUpperCase() === 'TYPE').flatMap(({ values }) => values);
	return words.some((word) => word.toLowerCase().split(',').includes('pref')) ? 1 : null;
}

/** A line without some of its parameters. @param names in capitals */
export function withoutParameters(line: ContentLine, ...names: readonly string[]): ContentLine {
	return { ...line, parameters: line.parameters.filter(({ name }) => !names.includes(name.toUpperCase())) };
}

/** A line with its types replaced, each in a parameter of its own: all programs read them so. */
export function withTypes(line: ContentLine, types: readonly string[]): ContentLine {
	const others = withoutParameters(line, 'TYPE');
	return { ...others, parameters: [...others.parameters, ...types.map((type) => ({ name: 'TYPE', values: [type] }))] };
}

/** A line with one parameter more. */
export function withParameter(line: ContentLine, name: string, value: string): ContentLine {
	return { ...line, parameters: [...line.parameters, { name, values: [value] }] };
}
