import { type ContentLine, nameOf as wholeName } from '../ical/lines.ts';

/** The standards of vCard: 2.1 of 1996, RFC 2426 and RFC 6350. */
export const cardVersions = ['2.1', '3.0', '4.0'] as const;
export type CardVersion = (typeof cardVersions)[number];

/**
 * One vCard: what it says, line by line, known or not. Lines of every version are held as the later standards write them (values escaped as in
 * RFC 6350 §3.4, types as `TYPE=`, bytes as `ENCODING=b`), without `BEGIN`, `VERSION` and `END`.
 */
export interface Card {
	readonly version: CardVersion;
	readonly lines: readonly ContentLine[];
}

/** What one card may have: lines, and bytes with its photo. */
export const cardLimits = { lines: 5_000, bytes: 16 * 1024 * 1024 } as const;

/** Something that is no vCard, or more of it than anybody has. */
export class BadCard extends Error {
	override readonly name = 'BadCard';
}

/** The name of a property as names are compared, without its group: `item1.x-abLabel` is `X-ABLABEL`. */
export function propertyName(line: Pick<ContentLine, 'name'>): string {
	const name = wholeName(line);
	return name.slice(name.lastIndexOf('.') + 1);
}

/** The group of a property in lower case; empty where it has none. */
export function groupOf({ name }: Pick<ContentLine, 'name'>): string {
	const at = name.lastIndexOf('.');
	return at < 0 ? '' : name.slice(0, at).toLowerCase();
}

/** The first line of a property. @param name in capitals */
export function lineOf(card: Card, name: string): ContentLine | undefined {
	return card.lines.find((line) => propertyName(line) === name);
}

/** All lines of a property. */
export function linesOf(card: Card, name: string): ContentLine[] {
	return card.lines.filter((line) => propertyName(line) === name);
}

/** The line of a group that says something about another one of it, as `X-ABLabel` does. */
export function besides(card: Card, line: ContentLine, name: string): ContentLine | undefined {
	const group = groupOf(line);
	return group === '' ? undefined : card.lines.find((one) => groupOf(one) === group && propertyName(one) === name);
}

/** A card with lines replaced: `change` answers with what stands instead of a line, `undefined` where it goes. */
export function mapLines(card: Card, change: (line: ContentLine) => ContentLine | undefined): Card {
	return { ...card, lines: card.lines.flatMap((line) => change(line) ?? []) };
}

/** A card with all lines of a property replaced by these, in the place of the first; none of them takes the property out. */
export function withProperty(card: Card, name: string, ...lines: readonly ContentLine[]): Card {
	const at = card.lines.findIndex((line) => propertyName(line) === name);
	const others = card.lines.filter((line) => propertyName(line) !== name);
	const place = at < 0 ? others.length : card.lines.slice(0, at).filter((line) => propertyName(line) !== name).length;
	return { ...card, lines: [...others.slice(0, place), ...lines, ...others.slice(place)] };
}
