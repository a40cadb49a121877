import type { Card } from '@mana/dav/vcard/index';
import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import { lettersOf, linesOf } from '@mana/ui/import/letters';
import { emptyDetail, type SaidDetail } from '../../cards/detail-lines.ts';
import { readContact } from '../../cards/read.ts';
import { type FoundContact, isEmpty } from '../found-contact.ts';
import { emptyContact } from './plain-contact.ts';

type Field = Exclude<keyof FoundContact['fields'], 'kind' | 'birthday' | 'anniversary'>;

/** Attributes of LDAP (RFC 4519, 2798, and Mozilla's own) by the field they go to. */
const fields: Readonly<Record<string, Field>> = {
	cn: 'shownAs', givenname: 'given', sn: 'family', surname: 'family', mozillanickname: 'nickname', xmozillanickname: 'nickname', o: 'organisation',
	company: 'organisation', ou: 'department', department: 'department', title: 'title', description: 'notes', personaltitle: 'prefix',
	generationqualifier: 'suffix',
}; // prettier-ignore

/** Those that are several, with the kind and the label they have. */
const several: Readonly<Record<string, readonly [SaidDetail['kind'], string]>> = {
	mail: ['email', ''], mozillasecondemail: ['email', ''], xmozillasecondemail: ['email', ''], telephonenumber: ['phone', 'work'],
	homephone: ['phone', 'home'], mobile: ['phone', 'mobile'], cellphone: ['phone', 'mobile'], facsimiletelephonenumber: ['phone', 'work-fax'],
	fax: ['phone', 'work-fax'], pager: ['phone', 'pager'], pagerphone: ['phone', 'pager'], mozillaworkurl: ['link', 'work'], workurl: ['link', 'work'],
	mozillahomeurl: ['link', 'home'], homeurl: ['link', 'home'], labeleduri: ['link', ''], mozillacustom1: ['custom', 'Custom 1'],
	custom1: ['custom', 'Custom 1'], mozillacustom2: ['custom', 'Custom 2'], custom2: ['custom', 'Custom 2'], mozillacustom3: ['custom', 'Custom 3'],
	custom3: ['custom', 'Custom 3'], mozillacustom4: ['custom', 'Custom 4'], custom4: ['custom', 'Custom 4'],
}; // prettier-ignore

/** Parts of addresses. */
const addresses: Readonly<Record<string, readonly ['work' | 'home', 'street' | 'extended' | 'locality' | 'region' | 'postcode' | 'country' | 'postBox']>> = {
	street: ['work', 'street'], streetaddress: ['work', 'street'], postaladdress: ['work', 'street'], mozillaworkstreet2: ['work', 'extended'],
	l: ['work', 'locality'], st: ['work', 'region'], postalcode: ['work', 'postcode'], c: ['work', 'country'], countryname: ['work', 'country'],
	postofficebox: ['work', 'postBox'], mozillahomestreet: ['home', 'street'], homepostaladdress: ['home', 'street'],
	mozillahomestreet2: ['home', 'extended'], mozillahomelocalityname: ['home', 'locality'], mozillahomestate: ['home', 'region'],
	mozillahomepostalcode: ['home', 'postcode'], mozillahomecountryname: ['home', 'country'],
}; // prettier-ignore

interface Entry {
	readonly line: number;
	/** Attributes in small letters, without options, each with its values. */
	readonly values: ReadonlyMap<string, readonly string[]>;
}

/** LDIF (RFC 2849), as Thunderbird and directories write it. */
export const ldif: ImportFormat<FoundContact> = {
	id: 'ldif',
	detect: ({ fileName, text }) => (/^(?:version:\s*1\s*)?dn::? /im.test(text) ? 0.9 : fileName.endsWith('.ldif') ? 0.5 : 0),
	async *read(pieces) {
		for await (const { line, values } of entriesOf(linesOf(lettersOf(pieces)))) {
			const text = [...values].map(([name, all]) => `${name}: ${all.join(', ')}`).join('\n').slice(0, 2_000); // prettier-ignore
			const classes = (values.get('objectclass') ?? []).map((one) => one.toLowerCase());
			// Organisations of the tree and groups of names are no people.
			if (classes.some((one) => ['groupofnames', 'organizationalunit', 'dcobject', 'domain'].includes(one))) continue;
			const item = contactOf(values);
			yield isEmpty(item) ? { line, reason: 'empty', text } : { line, item };
		}
	},
};

async function* entriesOf(lines: AsyncIterable<{ readonly line: number; readonly text: string }>): AsyncGenerator<Entry> {
	let [values, begun, last] = [new Map<string, string[]>(), 1, ''];
	const take = () => {
		const match = /^([A-Za-z0-9.-]+)(?:;[^:]*)?:(:|<)?[ ]*(.*)$/s.exec(last);
		last = '';
		if (!match || match[2] === '<') return;
		const name = match[1]!.toLowerCase();
		values.set(name, [...(values.get(name) ?? []), match[2] === ':' ? fromBase64(match[3]!) : match[3]!]);
	};
	for await (const { line, text } of lines) {
		if (text.startsWith(' ')) {
			last += text.slice(1);
			continue;
		}
		take();
		if (text.trim() === '') {
			if (values.has('dn')) yield { line: begun, values };
			[values, begun] = [new Map(), line + 1];
		} else if (!text.startsWith('#')) last = text;
	}
	take();
	if (values.has('dn')) yield { line: begun, values };
}

function fromBase64(text: string): string {
	try {
		return new TextDecoder().decode(Uint8Array.from(atob(text.trim()), (unit) => unit.charCodeAt(0)));
	} catch (error) {
		// No base64: as it stands.
		if (error instanceof Error && error.name === 'InvalidCharacterError') return text;
		throw error;
	}
}

function contactOf(values: Entry['values']): FoundContact {
	const empty = emptyContact();
	const said: Partial<Record<Field, string>> = {};
	const details: SaidDetail[] = [];
	const places = new Map<string, SaidDetail>();
	for (const [name, all] of values) {
		const field = fields[name];
		if (field !== undefined) said[field] ??= all.join('\n').trim();
		const kind = several[name];
		if (kind)
			details.push(
				...all
					.filter((one) => one.trim() !== '')
					.map((value) => ({ ...emptyDetail(kind[0]), label: kind[1], value: value.trim() })),
			);
		const place = addresses[name];
		const [first = ''] = all;
		if (place && first.trim() !== '') places.set(place[0], { ...(places.get(place[0]) ?? { ...emptyDetail('address'), label: place[0] }), [place[1]]: first.replaceAll('$', '\n').trim() }); // prettier-ignore
	}
	const one = (name: string) => values.get(name)?.[0]?.trim() ?? '';
	const [year, month, day] = [one('birthyear'), one('birthmonth'), one('birthday')];
	const birthday = month && day ? `${/^\d{4}$/.test(year) ? year : '-'}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : null;
	const contact = {
		...empty,
		fields: { ...empty.fields, ...said, ...(birthday && { birthday }) },
		details: [...details, ...places.values()],
	};
	return { ...contact, fields: { ...contact.fields, shownAs: plainName(contact) }, uid: one('uid') || one('entryuuid') };
}

/** A name as a whole only where its parts do not make it. */
function plainName({ fields: { shownAs, given, family } }: FoundContact): string {
	return [`${given} ${family}`, `${family}, ${given}`].map((one) => one.trim()).includes(shownAs) ? '' : shownAs;
}

export const ldifExport: ExportFormat<Card> = {
	id: 'ldif',
	ending: '.ldif',
	type: 'text/ldif',
	async *write(cards) {
		yield 'version: 1\r\n';
		for await (const card of cards) yield entryOf(card);
	},
};

/** The attribute by which a detail of a kind and label is written; of several labels the first. */
const attributes: Readonly<Record<string, string>> = {
	'email ': 'mail', 'phone work': 'telephoneNumber', 'phone home': 'homePhone', 'phone mobile': 'mobile', 'phone work-fax': 'facsimileTelephoneNumber',
	'phone pager': 'pager', 'link work': 'mozillaWorkUrl', 'link home': 'mozillaHomeUrl',
}; // prettier-ignore

function entryOf(card: Card): string {
	const { fields: is, details, uid } = readContact(card);
	const name = is.shownAs || [is.given, is.family].filter(Boolean).join(' ') || is.organisation || is.nickname || uid;
	const lines: [string, string][] = [
		['objectclass', 'top'], ['objectclass', 'person'], ['objectclass', 'organizationalPerson'], ['objectclass', 'inetOrgPerson'],
		['objectclass', 'mozillaAbPersonAlpha'], ['cn', name], ['sn', is.family || name], ['givenName', is.given], ['title', is.title], ['o', is.organisation],
		['ou', is.department], ['mozillaNickname', is.nickname], ['description', is.notes], ['entryUUID', uid],
	]; // prettier-ignore
	const day = /^(\d{4}|-)-(\d\d)-(\d\d)$/.exec(is.birthday ?? '');
	if (day) lines.push(['birthyear', day[1] === '-' ? '' : day[1]!], ['birthmonth', day[2]!], ['birthday', day[3]!]);
	for (const detail of details) {
		if (detail.kind === 'address') {
			const home = detail.label === 'home';
			lines.push([home ? 'mozillaHomeStreet' : 'street', detail.street.replaceAll('\n', '$')], [home ? 'mozillaHomeLocalityName' : 'l', detail.locality], [home ? 'mozillaHomeState' : 'st', detail.region], [home ? 'mozillaHomePostalCode' : 'postalCode', detail.postcode], [home ? 'mozillaHomeCountryName' : 'c', detail.country]); // prettier-ignore
		} else {
			const attribute =
				attributes[`${detail.kind} ${detail.label}`] ??
				{ email: 'mail', phone: 'telephoneNumber', link: 'labeledURI' }[detail.kind as 'email'];
			if (attribute !== undefined) lines.push([attribute, detail.value]);
		}
	}
	const dn = `cn=${name.replaceAll(/[,+"\\<>;=#\n]/g, (letter) => `\\${letter === '\n' ? '0A' : letter}`)}`;
	return `\r\n${[['dn', dn] as const, ...lines.filter(([, value]) => value !== '')].map(([key, value]) => lineOf(key, value)).join('')}`;
}

/** What is not plain goes as base64 (RFC 2849, SAFE-STRING). */
function lineOf(name: string, value: string): string {
	const plain = /^(?![ :<])[\x20-\x7E]*(?<! )$/.test(value);
	const line = plain ? `${name}: ${value}` : `${name}:: ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`;
	return `${line.match(/.{1,76}/g)!.join('\r\n ')}\r\n`;
}
