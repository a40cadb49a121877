import { escapeText, parameterOf, textsOf } from '../ical/lines.ts';
import type { Component, ContentLine } from '../ical/index.ts';
import {
	BadCard,
	type Card,
	freeGroup,
	groupOf,
	lineOf,
	parseCard,
	plainText,
	preferenceOf,
	propertyName,
	toVersion,
	typesOf,
	withoutParameters,
	withParameter,
	withProperty,
	withTypes,
	writeCard,
} from '../vcard/index.ts';
import { type MergeRules, mergeObjects, sameObject, withUnplaced } from './merge.ts';
import type { Texts } from './sides.ts';

const rules: MergeRules = {
	keyOf: () => null,
	together: new Map(['N', 'FN', 'SORT-STRING'].map((name) => [name, 'N'])),
	many: new Set([
		'TEL', 'EMAIL', 'ADR', 'URL', 'IMPP', 'RELATED', 'CATEGORIES', 'MEMBER', 'KEY', 'LANG', 'X-SOCIALPROFILE', 'SOCIALPROFILE',
		'X-ABRELATEDNAMES', 'X-ABDATE', 'X-AIM', 'X-ICQ', 'X-JABBER', 'X-MSN', 'X-YAHOO', 'X-SKYPE', 'X-SKYPE-USERNAME',
	]), // prettier-ignore
	stamps: new Set(['REV', 'PRODID', 'VERSION']),
	changed: 'REV',
};

/** Words that only say something of another line of their group; here they stand with it as if they were parameters. */
const beside: ReadonlySet<string> = new Set(['X-ABLABEL', 'X-ABADR']);

/** Texts of cards (RFC 6350, RFC 2426): one UID, compared and merged whatever version each of them is written in. */
export const cardTexts: Texts = {
	uidOf(text) {
		const card = read(text);
		const uid = card && lineOf(card, 'UID');
		return (uid && plainText(uid).replace(/^urn:uuid:/i, '')) || null;
	},
	withUid(text, uid) {
		const card = read(text);
		return card ? writeCard(withProperty(card, 'UID', { name: 'UID', parameters: [], value: escapeText(uid) })) : text;
	},
	same(one, other) {
		if (one === other) return true;
		const [a, b] = [read(one), read(other)];
		return a !== null && b !== null && sameObject(taken(a), taken(b), rules);
	},
	merge(base, here, there) {
		const [was, ours, theirs] = [base === null ? null : read(base), read(here), read(there)];
		// What cannot be read is nobody's change.
		if (!ours || !theirs) return theirs ? there : here;
		const merged = mergeObjects(was && taken(was), taken(ours), taken(theirs), rules);
		// In the words of the server, which may know no others.
		return writeCard(toVersion(given(merged.lines), theirs.version === '4.0' ? '4.0' : '3.0'));
	},
	withUnplaced(sent, kept) {
		const [ours, theirs] = [read(sent), read(kept)];
		if (!ours || !theirs) return kept;
		const whole = withUnplaced(taken(ours), taken(theirs), rules);
		return writeCard(toVersion(given(whole.lines), theirs.version === '4.0' ? '4.0' : '3.0'));
	},
};

function read(text: string): Card | null {
	try {
		return parseCard(new TextEncoder().encode(text));
	} catch (error) {
		if (error instanceof BadCard) return null;
		throw error;
	}
}

/** A card taken apart so that what is one thing is one line, in the words of RFC 6350. */
function taken(card: Card): Component {
	const now = toVersion(card, '4.0');
	const groups = new Map<string, ContentLine[]>();
	for (const line of now.lines) groups.set(groupOf(line), [...(groups.get(groupOf(line)) ?? []), line]);
	const lines = now.lines.flatMap((line): readonly ContentLine[] => {
		const group = groupOf(line);
		if (group === '') return apart(line);
		const together = groups.get(group)!;
		const things = together.filter((one) => !beside.has(propertyName(one)));
		// A label of several things, or of none, is one for itself.
		if (things.length !== 1) return [line];
		if (line !== things[0]) return [];
		const said = together
			.filter((one) => one !== line)
			.map((one) => ({ name: propertyName(one), values: [plainText(one)] }))
			.toSorted((a, b) => (a.name < b.name ? -1 : 1));
		return apart({ ...line, name: propertyName(line), parameters: [...line.parameters, ...said] });
	});
	return { name: 'VCARD', lines, components: [] };
}

function apart(line: ContentLine): readonly ContentLine[] {
	const name = propertyName(line);
	if (name === 'CATEGORIES')
		return textsOf(line.value)
			.filter((one) => one.trim() !== '')
			.map((one) => ({ ...line, name, value: escapeText(one.trim()) }));
	// Some servers write down that there is nothing, others leave it out.
	if (name !== 'N' && name !== 'FN' && /^;*$/.test(line.value.trim())) return [];
	const types = typesOf(line).toSorted();
	const first = preferenceOf(line) === 1 && parameterOf(line, 'PREF') === undefined;
	const typed = types.length === 0 && !first ? line : withTypes(line, types);
	return [first ? withParameter(typed, 'PREF', '1') : typed];
}

/** The card that was taken apart. */
function given(lines: readonly ContentLine[]): Card {
	const categories = lines.filter((line) => propertyName(line) === 'CATEGORIES');
	const names = categories.map(({ value }) => value).join(',');
	let card: Card = { version: '4.0', lines: [] };
	for (const line of lines) {
		if (categories.includes(line)) {
			if (line === categories[0]) card = { ...card, lines: [...card.lines, { ...line, value: names }] };
			continue;
		}
		const said = [...beside].filter((name) => parameterOf(line, name) !== undefined);
		const bare = withoutParameters(line, ...beside);
		if (said.length === 0) {
			card = { ...card, lines: [...card.lines, bare] };
			continue;
		}
		const group = freeGroup({ ...card, lines: [...card.lines, ...lines] });
		const labels = said.map((name) => ({
			name: `${group}.${name}`,
			parameters: [],
			value: escapeText(parameterOf(line, name)!),
		}));
		card = { ...card, lines: [...card.lines, { ...bare, name: `${group}.${line.name}` }, ...labels] };
	}
	return card;
}
