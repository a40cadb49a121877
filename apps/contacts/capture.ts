import { nameParts, type TypedName } from './name-parts.ts';

/** What a typed line says of a contact. */
export interface Capture extends TypedName {
	readonly organisation: string;
	readonly emails: readonly string[];
	readonly phones: readonly string[];
	readonly links: readonly string[];
	/** Names of groups, without the `#`. */
	readonly groups: readonly string[];
}

const patterns = {
	/** As in HTML's `input type=email`, with a domain that has a dot. */
	email: /<?(?:mailto:)?([a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)>?/gi,
	link: /\bhttps?:\/\/[^\s,;]+|\bwww\.[^\s,;]+/gi,
	group: /(?:^|\s)#([\p{L}\p{N}][\p{L}\p{N}_-]*)/gu,
	/** `@ACME`, `@"Café Lima"`, and the last part after “bei”, “at”. */
	organisation: /(?:^|\s)@(?:"([^"]+)"|“([^”]+)”|([\p{L}\p{N}][\p{L}\p{N}&._-]*))/u,
	organisationSaid: /\s(?:bei|at|chez)\s+(\p{Lu}[^,;]*)$/u,
	phone: /(?:tel:)?(?:\+|\b00|\(?\b0)?\(?\d[\d\s()./-]{4,}\d\b/g,
} as const;

/**
 * Reads a line: “Ana Lima ana@x.org +351 912 345 678 @Acme #friends”. Addresses, numbers, links, groups and the organisation are taken out
 * of it; what is left is the name.
 */
export function capture(line: string): Capture {
	let left = ` ${line.trim()} `;
	const taken = (pattern: RegExp, of: (match: RegExpExecArray) => string | string[]): string[] => {
		const all = [...left.matchAll(pattern)].flatMap((match) => of(match as RegExpExecArray));
		left = left.replaceAll(pattern, ' ');
		return [...new Set(all)];
	};
	const emails = taken(patterns.email, (match) => match[1]!);
	const links = taken(patterns.link, (match) => match[0].replace(/[).]+$/, ''));
	const groups = taken(patterns.group, (match) => match[1]!);
	const sign = patterns.organisation.exec(left);
	if (sign) left = left.replace(sign[0], ' ');
	// Two numbers after each other: the second one begins with its country or its area.
	const phones = taken(patterns.phone, ([match]) =>
		match.split(/\s+(?=\(0\d|\+|00\d)/).map((number) => number.trim().replace(/^tel:/, '').replaceAll(/\s+/g, ' ')),
	);
	const said = sign ? null : patterns.organisationSaid.exec(left.trim());
	if (said) left = left.trim().slice(0, -said[0].length);
	const name = left
		.replaceAll(/["“”<>;|]/g, ' ')
		.replaceAll(/\s+/g, ' ')
		.replace(/^[\s,]+|[\s,:-]+$/g, '');
	return {
		...nameParts(name),
		organisation: (sign?.[1] ?? sign?.[2] ?? sign?.[3] ?? said?.[1] ?? '').trim(),
		emails,
		phones,
		links,
		groups,
	};
}

/** Reads a pasted list: a contact a line, or as mail programs list addressees (“Ana Lima <ana@x.org>, Ben …”). */
export function captures(text: string): Capture[] {
	const lines = text
		.split(/\r?\n|;/)
		.flatMap((line) => ((line.match(/@[^\s,]+\.[^\s,]+/g) ?? []).length > 1 ? line.split(/,(?=[^,]*@)/) : [line]));
	return lines.map(capture).filter((one) => !isEmpty(one));
}

/** Whether a line said nothing that could be a contact. */
export function isEmpty(one: Capture): boolean {
	return [one.prefix, one.given, one.family, one.organisation, ...one.emails, ...one.phones, ...one.links].every(
		(part) => part === '',
	);
}
