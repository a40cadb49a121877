import { type ContentLine, escapeText, parameterOf } from '../ical/lines.ts';
import { type Card, type CardVersion, lineOf, propertyName } from './card.ts';
import { dayIn, dayLine, oldDayLine } from './days.ts';
import { labelOf, withLabelled, withoutLine } from './labels.ts';
import { partsOf, plainText, preferenceOf, structured, typesOf, withoutParameters, withParameter, withTypes } from './values.ts';

/** A card as another version says the same (RFC 6350 appendix A). What that has no word for stays as it is: readers pass over it. */
export function toVersion(card: Card, version: CardVersion): Card {
	if (card.version === version) return card;
	if (version === '4.0') return asNew(card);
	return { ...(card.version === '4.0' ? asOld(card) : card), version };
}

/** Properties under two names, and which values of them are meant. */
const renamed: readonly (readonly [old: string, now: string])[] = [
	['X-ADDRESSBOOKSERVER-KIND', 'KIND'],
	['X-ADDRESSBOOKSERVER-MEMBER', 'MEMBER'],
	['X-ANNIVERSARY', 'ANNIVERSARY'],
];

const days: ReadonlySet<string> = new Set(['BDAY', 'ANNIVERSARY', 'X-ANNIVERSARY', 'DEATHDATE']);
const media: ReadonlySet<string> = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);
const families: Readonly<Record<string, string>> = { PHOTO: 'image', LOGO: 'image', SOUND: 'audio', KEY: 'application' };

/** Apple's words for how somebody is related, and those of RFC 6350 §6.6.6. */
const relations: readonly (readonly [apple: string, type: string])[] = [
	['Spouse', 'spouse'],
	['Child', 'child'],
	['Parent', 'parent'],
	['Sibling', 'sibling'],
	['Friend', 'friend'],
	['Assistant', 'agent'],
	['Partner', 'sweetheart'],
	['Manager', 'co-worker'],
];

function asNew(old: Card): Card {
	let card: Card = { version: '4.0', lines: old.lines };
	for (const line of old.lines) {
		if (propertyName(line) !== 'X-ABRELATEDNAMES') continue;
		const label = labelOf(old, line);
		const type = relations.find(([apple]) => apple.toLowerCase() === label.toLowerCase())?.[1];
		if (type === undefined) continue;
		const related = { name: 'RELATED', parameters: withoutParameters(line, 'TYPE').parameters, value: line.value };
		card = withoutLine(card, line);
		card = { ...card, lines: [...card.lines, withParameter(withTypes(related, [type]), 'VALUE', 'text')] };
	}
	const sort = lineOf(card, 'SORT-STRING');
	const name = lineOf(card, 'N');
	return {
		...card,
		lines: card.lines.flatMap((line) => {
			if (sort && name && line === sort) return [];
			const now = newLine(line);
			return [line === name && sort ? withParameter(now, 'SORT-AS', plainText(sort)) : now];
		}),
	};
}

function newLine(line: ContentLine): ContentLine {
	const old = propertyName(line);
	const name = renamed.find(([before]) => before === old)?.[1] ?? old;
	let now: ContentLine = name === old ? line : { ...line, name };
	if (preferenceOf(now) === 1 && parameterOf(now, 'PREF') === undefined)
		now = withParameter(withTypes(now, typesOf(now)), 'PREF', '1');
	if (name === 'EMAIL' && typesOf(now).includes('internet'))
		now = withTypes(
			now,
			typesOf(now).filter((type) => type !== 'internet'),
		);
	if (days.has(name)) {
		const day = dayIn(now);
		return day === null ? now : dayLine(now, day);
	}
	if (media.has(name)) return newMedia(name, now);
	if (name === 'GEO' && /^[^;:]+;[^;]+$/.test(now.value)) return { ...now, value: `geo:${now.value.replace(';', ',')}` };
	if (name === 'REV') return { ...now, value: now.value.replaceAll(/(?<=\d)[-:](?=\d)/g, '') };
	return now;
}

function newMedia(name: string, line: ContentLine): ContentLine {
	if (parameterOf(line, 'ENCODING')?.toLowerCase() !== 'b') return withoutParameters(line, 'VALUE');
	const [type] = typesOf(line);
	const mime = type === undefined ? `${families[name]}/${name === 'PHOTO' || name === 'LOGO' ? 'jpeg' : 'octet-stream'}` : type.includes('/') ? type : `${families[name]}/${type}`; // prettier-ignore
	return { ...withoutParameters(line, 'ENCODING', 'TYPE', 'VALUE'), value: `data:${mime};base64,${line.value}` };
}

function asOld(now: Card): Card {
	let card: Card = { version: '3.0', lines: now.lines };
	for (const line of now.lines) {
		if (propertyName(line) !== 'RELATED' || parameterOf(line, 'VALUE')?.toLowerCase() !== 'text') continue;
		const label = relations.find(([, type]) => typesOf(line).includes(type))?.[0];
		if (label === undefined) continue;
		const name = { ...withoutParameters(line, 'TYPE', 'VALUE'), name: 'X-ABRELATEDNAMES' };
		card = withLabelled(withoutLine(card, line), name, `_$!<${label}>!$_`);
	}
	const lines = card.lines.map(oldLine);
	const name = lines.find((line) => propertyName(line) === 'N');
	const sort = name && parameterOf(name, 'SORT-AS');
	const called = lineOf(now, 'FN');
	// RFC 2426 §3.1.2: a card has an N.
	const added: ContentLine[] = name
		? []
		: [{ name: 'N', parameters: [], value: structured(['', called ? plainText(called) : '', '', '', '']) }];
	if (sort !== undefined && sort !== '') added.push({ name: 'SORT-STRING', parameters: [], value: escapeText(sort) });
	return {
		...card,
		lines: [...lines.map((line) => (propertyName(line) === 'N' ? withoutParameters(line, 'SORT-AS') : line)), ...added],
	};
}

function oldLine(line: ContentLine): ContentLine {
	const now = propertyName(line);
	const name = renamed.find(([, after]) => after === now)?.[0] ?? now;
	let old: ContentLine = name === now ? line : { ...line, name };
	if (parameterOf(old, 'PREF') === '1') old = withParameter(withoutParameters(old, 'PREF'), 'TYPE', 'pref');
	if (days.has(name)) {
		const day = dayIn(old);
		return day === null ? old : oldDayLine(old, day);
	}
	if (media.has(name)) {
		const data = /^data:([^;,]+);base64,/i.exec(old.value.slice(0, 200));
		if (!data)
			return /^[a-z][a-z0-9+.-]*:/i.test(old.value) ? withParameter(withoutParameters(old, 'VALUE'), 'VALUE', 'uri') : old;
		const type = data[1]!.toLowerCase();
		const word =
			type.startsWith(`${families[name]}/`) && families[name] !== 'application'
				? type.slice(type.indexOf('/') + 1).toUpperCase()
				: type;
		const bare = withTypes(withoutParameters(old, 'VALUE', 'MEDIATYPE'), [word]);
		return { ...withParameter(bare, 'ENCODING', 'b'), value: old.value.slice(data[0].length) };
	}
	if (name === 'GEO') return { ...old, value: old.value.replace(/^geo:([^,;]+),([^,;]+)$/i, '$1;$2') };
	return old;
}

/** Whether a card stands for a group of others, in the words of any version. */
export function isGroup(card: Card): boolean {
	const kind = lineOf(card, 'KIND') ?? lineOf(card, 'X-ADDRESSBOOKSERVER-KIND');
	return kind !== undefined && plainText(kind).toLowerCase() === 'group';
}

/** UIDs of the cards that a group has as members. */
export function membersOf(card: Card): string[] {
	return card.lines
		.filter((line) => ['MEMBER', 'X-ADDRESSBOOKSERVER-MEMBER'].includes(propertyName(line)))
		.map((line) => plainText(line).replace(/^urn:uuid:/i, ''))
		.filter((uid) => uid !== '');
}

/** The parts of a name (RFC 6350 §6.2.2). */
export interface NameIn {
	readonly family: string;
	readonly given: string;
	readonly additional: string;
	readonly prefix: string;
	readonly suffix: string;
}

/** The parts of a card's name; several values of one part stand side by side with a blank. */
export function nameIn(card: Card): NameIn | null {
	const line = lineOf(card, 'N');
	if (!line) return null;
	const [family, given, additional, prefix, suffix] = [0, 1, 2, 3, 4].map((at) =>
		(partsOf(line.value)[at] ?? [])
			.map((text) => text.trim())
			.filter((text) => text !== '')
			.join(' '),
	);
	return { family: family!, given: given!, additional: additional!, prefix: prefix!, suffix: suffix! };
}
