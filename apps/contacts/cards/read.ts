import type { ContentLine } from '@mana/dav/ical/lines';
import { parameterOf, textsOf } from '@mana/dav/ical/lines';
import { type Card, dayIn, labelOf, lineOf, linesOf, nameIn, partsOf, plainText, propertyName } from '@mana/dav/vcard/index';
import type { Contact } from '../model.ts';
import { nameOfParts } from '../name.ts';
import { readDetail, type SaidDetail } from './detail-lines.ts';

/** The fields of a contact that a card says something of. */
export const saidFields = [
	'kind', 'prefix', 'given', 'additional', 'family', 'suffix', 'phoneticGiven', 'phoneticFamily', 'nickname', 'shownAs', 'organisation',
	'phoneticOrganisation', 'department', 'title', 'role', 'pronouns', 'birthday', 'anniversary', 'notes',
] as const; // prettier-ignore
export type SaidFields = Pick<Contact, (typeof saidFields)[number]>;

/** What a card says, in the terms of a contact. What a contact cannot hold is cut, and stays whole in the card itself. */
export interface SaidContact {
	readonly uid: string;
	readonly fields: SaidFields;
	readonly details: readonly SaidDetail[];
	/** Names of groups. */
	readonly groups: readonly string[];
	readonly photo: SaidPhoto | null;
}

/** A picture, in the card or at an address. */
export type SaidPhoto =
	| { readonly kind: 'bytes'; /** Base64. */ readonly bytes: string; /** `image/jpeg`. */ readonly type: string }
	| { readonly kind: 'address'; readonly address: string };

/** The longest texts of a contact's fields; see `model.ts`. */
const longest = { name: 200, whole: 500, organisation: 300, pronouns: 60, notes: 20_000, group: 120 } as const;
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed().trim();

/** Reads what a card says of a person or an organisation. */
export function readContact(card: Card): SaidContact {
	const text = (name: string, length: number) => {
		const line = lineOf(card, name);
		return line ? cut(plainText(line), length) : '';
	};
	const name = nameIn(card);
	const organisation = partsOf(lineOf(card, 'ORG')?.value ?? '').map((part) => part.join(', ').trim());
	const isOrganisation =
		[text('KIND', 20), text('X-ADDRESSBOOKSERVER-KIND', 20)].some((kind) => kind.toLowerCase() === 'org') ||
		text('X-ABSHOWAS', 20).toUpperCase() === 'COMPANY';
	const parts = {
		kind: isOrganisation ? ('organisation' as const) : ('person' as const),
		prefix: cut(name?.prefix ?? '', longest.name),
		given: cut(name?.given ?? '', longest.name),
		additional: cut(name?.additional ?? '', longest.name),
		family: cut(name?.family ?? '', longest.name),
		suffix: cut(name?.suffix ?? '', longest.name),
		nickname: cut(nicknamesIn(card), longest.name),
		organisation: cut(organisation[0] ?? '', longest.organisation),
	};
	const whole = text('FN', longest.whole);
	// A name that came apart nowhere: a person's is what is said of them as a whole.
	const shownAs = whole === nameOfParts({ ...parts, shownAs: '' }) ? '' : whole;
	return {
		uid: text('UID', longest.whole).replace(/^urn:uuid:/i, ''),
		fields: {
			...parts,
			shownAs,
			phoneticGiven: text('X-PHONETIC-FIRST-NAME', longest.name),
			phoneticFamily: text('X-PHONETIC-LAST-NAME', longest.name),
			phoneticOrganisation: text('X-PHONETIC-ORG', longest.organisation),
			department: cut(
				organisation
					.slice(1)
					.filter((part) => part !== '')
					.join(', '),
				longest.organisation,
			),
			title: text('TITLE', longest.name),
			role: text('ROLE', longest.name),
			pronouns: text('PRONOUNS', longest.pronouns),
			birthday: dayOf(lineOf(card, 'BDAY')),
			anniversary: dayOf(anniversaryLine(card)),
			notes: cut(linesOf(card, 'NOTE').map(plainText).join('\n\n'), longest.notes),
		},
		details: card.lines.flatMap((line) => {
			if (line === anniversaryLine(card)) return [];
			return readDetail(card, line) ?? [];
		}),
		groups: groupsIn(card),
		photo: photoIn(card),
	};
}

/** The line that says the anniversary, whatever a program calls it. */
export function anniversaryLine(card: Card): ContentLine | undefined {
	const named = ['ANNIVERSARY', 'X-ANNIVERSARY', 'X-EVOLUTION-ANNIVERSARY', 'X-MS-ANNIVERSARY', 'X-KADDRESSBOOK-X-ANNIVERSARY'];
	return (
		card.lines.find((line) => named.includes(propertyName(line))) ??
		linesOf(card, 'X-ABDATE').find((line) => labelOf(card, line).toLowerCase() === 'anniversary')
	);
}

function dayOf(line: ContentLine | undefined): string | null {
	return line ? dayIn(line) : null;
}

function nicknamesIn(card: Card): string {
	return linesOf(card, 'NICKNAME')
		.flatMap(({ value }) => textsOf(value))
		.map((one) => one.trim())
		.filter((one) => one !== '')
		.join(', ');
}

/** Google's groups that everybody has mean nothing here. */
const passedOver: ReadonlySet<string> = new Set(['mycontacts', '* mycontacts', 'starred', '* starred']);

function groupsIn(card: Card): string[] {
	const names = ['CATEGORIES', 'X-CATEGORIES']
		.flatMap((name) => linesOf(card, name))
		.flatMap(({ value }) => textsOf(value))
		.map((name) => cut(name, longest.group))
		.filter((name) => name !== '' && !passedOver.has(name.toLowerCase()));
	return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].slice(0, 100);
}

/** The photo of a card; `null`: it has none. */
export function photoIn(card: Card): SaidPhoto | null {
	const line = lineOf(card, 'PHOTO');
	if (!line || line.value === '') return null;
	if (parameterOf(line, 'ENCODING')?.toLowerCase() === 'b') {
		const type = (parameterOf(line, 'TYPE') ?? 'jpeg').toLowerCase();
		return { kind: 'bytes', bytes: line.value, type: type.includes('/') ? type : `image/${type === 'jpg' ? 'jpeg' : type}` };
	}
	const data = /^data:([^;,]+)(?:;[^,]*)?;base64,/i.exec(line.value.slice(0, 300));
	if (data) return { kind: 'bytes', bytes: line.value.slice(data[0].length), type: data[1]!.toLowerCase() };
	return { kind: 'address', address: line.value };
}
