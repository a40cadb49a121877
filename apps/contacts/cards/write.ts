import type { ContentLine } from '@mana/dav/ical/lines';
import { escapeText, sameNames } from '@mana/dav/ical/lines';
import {
	type Card,
	dayLine,
	freeGroup,
	groupOf,
	labelOf,
	lineOf,
	propertyName,
	structured,
	toVersion,
	typesOf,
	withLabelled,
	withoutLine,
	withoutParameters,
	withProperty,
	withTypes,
} from '@mana/dav/vcard/index';
import { nameOf } from '../name.ts';
import { detailLine, readDetail, type SaidDetail } from './detail-lines.ts';
import { labelFrom, labelTo, labelTypes } from './labels.ts';
import { matchDetails, sameDetail, sameValue } from './match.ts';
import { anniversaryLine, readContact, type SaidContact, saidFields, type SaidFields } from './read.ts';

/** A contact with what stands elsewhere: what a card says of it. */
export interface ContactState extends Omit<SaidContact, 'photo'> {
	readonly photo: SaidContact['photo'];
	/** When it was written last, ms since 1970. */
	readonly changedAt: number;
}

/**
 * The card of a contact: as a program or a file last had it, to the letter, as long as it says the same; otherwise in vCard 4 with the lines
 * changed that say something else by now. What we have no field for stays.
 *
 * @param before the card as it was kept, without its photo; `null`: there was none
 */
export function cardOf(state: ContactState, before: Card | null): Card {
	if (before && saysSame(readContact(before), state)) return withPhoto(before, state.photo);
	const base = before
		? toVersion(before, '4.0')
		: { version: '4.0' as const, lines: [line('UID', escapeText(state.uid)), line('N', ';;;;'), line('FN', '')] };
	const said = readContact(base);
	let card: Card = said.uid === state.uid ? base : withProperty(base, 'UID', line('UID', escapeText(state.uid)));
	for (const edit of fieldEdits(said.fields, state.fields)) card = edit(card);
	card = withDetails(card, said.details, state.details);
	if (!sameNames(said.groups, state.groups)) card = withGroups(card, state.groups);
	return withPhoto(withProperty(card, 'REV', line('REV', revision(state.changedAt))), state.photo);
}

/** Whether a card says what a contact is. The photo is kept apart from it. */
function saysSame(said: SaidContact, is: ContactState): boolean {
	const { pairs, gone, added } = matchDetails(said.details, is.details);
	return (
		said.uid === is.uid &&
		saidFields.every((field) => said.fields[field] === is.fields[field]) &&
		gone.length + added.length === 0 &&
		pairs.every(([old, now]) => sameDetail(old, now)) &&
		sameNames(said.groups, is.groups)
	);
}

type Edit = (card: Card) => Card;

function fieldEdits(said: SaidFields, is: SaidFields): Edit[] {
	const edits: Edit[] = [];
	const differs = (...names: readonly (keyof SaidFields)[]) => names.some((name) => said[name] !== is[name]);
	const text = (field: keyof SaidFields, name: string, write: (value: string) => string = escapeText) => {
		const value = is[field];
		if (differs(field)) edits.push((card) => replaced(card, name, value === null || value === '' ? null : write(value)));
	};
	if (differs('family', 'given', 'additional', 'prefix', 'suffix'))
		edits.push((card) => replaced(card, 'N', structured([is.family, is.given, is.additional, is.prefix, is.suffix])));
	if (nameOf(said) !== nameOf(is)) edits.push((card) => replaced(card, 'FN', escapeText(nameOf(is))));
	if (differs('organisation', 'department'))
		edits.push((card) => replaced(card, 'ORG', is.organisation === '' && is.department === '' ? null : structured(is.department === '' ? [is.organisation] : [is.organisation, is.department]))); // prettier-ignore
	if (differs('kind'))
		edits.push((card) => {
			const kinds = ['X-ABSHOWAS', 'X-ADDRESSBOOKSERVER-KIND', 'KIND'];
			const plain = kinds.reduce((one, name) => withProperty(one, name), card);
			// Apple knows organisations by a word of its own.
			const words = [line('KIND', 'org'), line('X-ABShowAs', 'COMPANY')];
			return is.kind === 'organisation' ? { ...plain, lines: [...plain.lines, ...words] } : plain;
		});
	text('nickname', 'NICKNAME');
	text('phoneticGiven', 'X-PHONETIC-FIRST-NAME');
	text('phoneticFamily', 'X-PHONETIC-LAST-NAME');
	text('phoneticOrganisation', 'X-PHONETIC-ORG');
	text('title', 'TITLE');
	text('role', 'ROLE');
	text('pronouns', 'PRONOUNS');
	text('notes', 'NOTE');
	if (differs('birthday')) edits.push((card) => withDay(card, lineOf(card, 'BDAY'), 'BDAY', is.birthday));
	if (differs('anniversary')) edits.push((card) => withDay(card, anniversaryLine(card), 'ANNIVERSARY', is.anniversary));
	return edits;
}

function line(name: string, value: string, ...parameters: ContentLine['parameters']): ContentLine {
	return { name, parameters, value };
}

/** A property with another value; what programs said of the old one in parameters goes with it, its group stays. */
function replaced(card: Card, name: string, value: string | null): Card {
	const old = lineOf(card, name);
	return withProperty(
		card,
		name,
		...(value === null
			? []
			: [{ ...line(old?.name ?? name, value), parameters: old ? withoutParameters(old, 'SORT-AS').parameters : [] }]),
	);
}

/** In the long form, which all versions read. */
function withDay(card: Card, old: ContentLine | undefined, name: string, day: string | null): Card {
	const without = old ? withoutLine(card, old) : card;
	return day === null ? without : { ...without, lines: [...without.lines, dayLine(line(name, ''), day)] };
}

function withDetails(before: Card, said: readonly SaidDetail[], is: readonly SaidDetail[]): Card {
	const lines = before.lines.filter((one) => one !== anniversaryLine(before) && readDetail(before, one) !== null);
	const lineOfDetail = new Map(said.map((detail, at) => [detail, lines[at]!]));
	const { pairs, gone, added } = matchDetails(said, is);
	let card = before;
	for (const detail of gone) card = withoutLine(card, lineOfDetail.get(detail)!);
	for (const [old, now] of pairs) if (!sameDetail(old, now)) card = changed(card, lineOfDetail.get(old)!, old, now);
	for (const detail of added) card = withLabelled(card, detailLine(detail), labelTo(detail.kind, detail.label).beside);
	return card;
}

/** A line that says another detail by now, in its place and with what programs said of it. */
function changed(card: Card, old: ContentLine, before: SaidDetail, now: SaidDetail): Card {
	const fresh = detailLine(now);
	// A property of its own for just that (DEATHDATE, X-SKYPE) cannot say anything else.
	if (propertyName(fresh) !== propertyName(old))
		return withLabelled(withoutLine(card, old), fresh, labelTo(now.kind, now.label).beside);
	const value = sameValue(before, now) ? old : { ...fresh, name: groupOf(old) === '' ? fresh.name : `${old.name.slice(0, old.name.lastIndexOf('.'))}.${fresh.name}`, parameters: kept(old, fresh) }; // prettier-ignore
	const { types, beside } = labelTo(now.kind, now.label);
	const own = labelTypes(now.kind);
	let next: ContentLine =
		before.label === now.label ? value : withTypes(value, [...typesOf(value).filter((type) => !own.has(type)), ...types]);
	next = withoutParameters(next, 'PREF');
	if (now.preferred) next = { ...next, parameters: [...next.parameters, { name: 'PREF', values: ['1'] }] };
	const said = labelOf(card, old);
	if (before.label === now.label || (labelFrom(now.kind, types, said) === now.label && said !== ''))
		return { ...card, lines: card.lines.map((one) => (one === old ? next : one)) };
	const bare = { ...card, lines: card.lines.flatMap((one) => (one === old ? [next] : groupOf(one) !== '' && groupOf(one) === groupOf(old) && propertyName(one) === 'X-ABLABEL' ? [] : [one])) }; // prettier-ignore
	if (beside === '') return bare;
	const group = groupOf(next) === '' ? freeGroup(bare) : next.name.slice(0, next.name.lastIndexOf('.'));
	const grouped = groupOf(next) === '' ? { ...next, name: `${group}.${next.name}` } : next;
	return {
		...bare,
		lines: bare.lines.flatMap((one) => (one === next ? [grouped, line(`${group}.X-ABLabel`, escapeText(beside))] : [one])),
	};
}

/** Parameters of the old line that still hold, and those that the new value needs. */
function kept(old: ContentLine, fresh: ContentLine): ContentLine['parameters'] {
	const holds = withoutParameters(
		old,
		'VALUE',
		'X-SERVICE-TYPE',
		'SERVICE-TYPE',
		'LABEL',
		'X-APPLE-OMIT-YEAR',
		'X-USER',
	).parameters;
	return [...holds, ...fresh.parameters.filter(({ name }) => name === 'VALUE' || name === 'X-SERVICE-TYPE')];
}

function withGroups(card: Card, groups: readonly string[]): Card {
	const plain = withProperty(card, 'X-CATEGORIES');
	return withProperty(
		plain,
		'CATEGORIES',
		...(groups.length === 0 ? [] : [line('CATEGORIES', groups.map(escapeText).join(','))]),
	);
}

/** A card with a photo in the words of its version; `null` leaves it as it is. */
export function withPhoto(card: Card, photo: SaidContact['photo']): Card {
	if (photo === null) return card;
	const value = photo.kind === 'bytes' ? `data:${photo.type};base64,${photo.bytes}` : photo.address;
	if (card.version === '4.0' || photo.kind === 'address') return withProperty(card, 'PHOTO', line('PHOTO', value));
	const [old] = toVersion({ version: '4.0', lines: [line('N', ''), line('PHOTO', value)] }, '3.0').lines.filter(
		(one) => propertyName(one) === 'PHOTO',
	);
	return withProperty(card, 'PHOTO', old!);
}

/** A moment as REV has it: `20261126T090000Z`. */
function revision(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
