import type { ContentLine } from '@mana/dav/ical/lines';
import { escapeText, parameterOf } from '@mana/dav/ical/lines';
import {
	type Card,
	dayIn,
	dayLine,
	labelOf,
	partOf,
	plainText,
	preferenceOf,
	propertyName,
	structured,
	typesOf,
	withTypes,
} from '@mana/dav/vcard/index';
import type { Detail, DetailKind } from '../model.ts';
import { placeText, readPlace } from '../places.ts';
import { labelFrom, labelTo } from './labels.ts';

/** What a card says of one address, one number … */
export interface SaidDetail extends Pick<
	Detail,
	| 'kind'
	| 'label'
	| 'value'
	| 'service'
	| 'day'
	| 'street'
	| 'extended'
	| 'postBox'
	| 'locality'
	| 'region'
	| 'postcode'
	| 'country'
	| 'preferred'
> {
	/** Of a relation: the UID of the card that is meant. */
	readonly targetUid: string | null;
}

/** A detail with nothing in it yet. */
export function emptyDetail(kind: DetailKind): SaidDetail {
	return { kind, label: '', value: '', service: '', day: null, street: '', extended: '', postBox: '', locality: '', region: '', postcode: '', country: '', preferred: false, targetUid: null }; // prettier-ignore
}

/** Messengers that had properties of their own before there was IMPP. */
const messengers: Readonly<Record<string, string>> = {
	'X-AIM': 'aim', 'X-ICQ': 'icq', 'X-JABBER': 'jabber', 'X-MSN': 'msn', 'X-YAHOO': 'yahoo', 'X-SKYPE': 'skype', 'X-SKYPE-USERNAME': 'skype',
	'X-GOOGLE-TALK': 'google-talk', 'X-GTALK': 'google-talk', 'X-QQ': 'qq', 'X-GADUGADU': 'gadu-gadu', 'X-MATRIX': 'matrix', 'X-MS-IMADDRESS': 'im',
}; // prettier-ignore
const relatives: Readonly<Record<string, string>> = {
	'X-SPOUSE': 'spouse', 'X-EVOLUTION-SPOUSE': 'spouse', 'X-MANAGER': 'manager', 'X-EVOLUTION-MANAGER': 'manager', 'X-MS-MANAGER': 'manager',
	'X-ASSISTANT': 'assistant', 'X-EVOLUTION-ASSISTANT': 'assistant', 'X-MS-ASSISTANT': 'assistant', 'X-MS-SPOUSE': 'spouse',
}; // prettier-ignore

/** The longest texts of a detail's fields; see `model.ts`. */
const longest = { value: 2_000, service: 60, street: 500, extended: 500, name: 200, postcode: 60 } as const;
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** What a line says, as a detail; `null` where it is about something else. */
export function readDetail(card: Card, line: ContentLine): SaidDetail | null {
	const name = propertyName(line);
	const text = cut(plainText(line), longest.value);
	if (text === '' || text.replaceAll(';', '') === '') return null;
	const as = (kind: DetailKind, more: Partial<SaidDetail>): SaidDetail => ({
		...emptyDetail(kind),
		label: labelFrom(kind, typesOf(line), labelOf(card, line)),
		preferred: preferenceOf(line) === 1,
		...more,
	});
	switch (name) {
		case 'EMAIL':
			return as('email', { value: text.replace(/^mailto:/i, '') });
		case 'TEL':
			return as('phone', { value: text.replace(/^tel:/i, '') });
		case 'URL':
			return as('link', { value: text });
		case 'ADR': {
			const part = (at: number, length: number = longest.name) => cut(partOf(line.value, at), length);
			return as('address', {
				postBox: part(0), extended: part(1, longest.extended), street: part(2, longest.street), locality: part(3), region: part(4),
				postcode: part(5, longest.postcode), country: part(6),
			}); // prettier-ignore
		}
		case 'GEO': {
			const place = readPlace(text);
			return place === null ? null : as('place', { value: placeText(place) });
		}
		case 'IMPP': {
			const [, scheme = '', rest = text] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text) ?? [];
			const service = parameterOf(line, 'X-SERVICE-TYPE') ?? parameterOf(line, 'SERVICE-TYPE') ?? scheme;
			return as('message', { value: rest.replace(/^\/\//, ''), service: cut(service.toLowerCase(), longest.service) });
		}
		case 'X-SOCIALPROFILE':
		case 'SOCIALPROFILE': {
			const [type] = typesOf(line).filter((one) => one !== 'home' && one !== 'work');
			const service = parameterOf(line, 'SERVICE-TYPE') ?? type ?? labelOf(card, line);
			const label = typesOf(line).find((one) => one === 'home' || one === 'work') ?? '';
			return as('social', { value: text.replace(/^x-apple:/i, ''), service: cut(service.toLowerCase(), longest.service), label });
		}
		case 'X-ABDATE':
		case 'DEATHDATE': {
			const day = dayIn(line);
			return day === null ? null : as('date', { day, ...(name === 'DEATHDATE' && { label: 'death' }) });
		}
		case 'RELATED':
		case 'X-ABRELATEDNAMES': {
			const uid = parameterOf(line, 'VALUE')?.toLowerCase() === 'text' ? undefined : /^urn:uuid:(.+)$/i.exec(text)?.[1];
			return as('relation', uid === undefined ? { value: text } : { targetUid: uid });
		}
		case 'X-MANA-CUSTOM':
			return as('custom', { value: text });
		default: {
			if (/^X-CUSTOM\d$/.test(name)) return as('custom', { value: text, label: labelOf(card, line) || `Custom ${name.at(-1)}` });
			const service = messengers[name];
			if (service !== undefined) return as('message', { value: text, service });
			const relative = relatives[name];
			return relative === undefined ? null : as('relation', { value: text, label: relative });
		}
	}
}

/** A detail as a line of vCard 4, without its label; see `labels.ts`. */
export function detailLine(detail: SaidDetail): ContentLine {
	const line = bare(detail);
	const typed = withTypes(line, [...typesOf(line), ...labelTo(detail.kind, detail.label).types]);
	return detail.preferred ? { ...typed, parameters: [...typed.parameters, { name: 'PREF', values: ['1'] }] } : typed;
}

function bare(detail: SaidDetail): ContentLine {
	const line = (name: string, value: string, ...parameters: ContentLine['parameters']): ContentLine => ({
		name,
		parameters,
		value,
	});
	const text = escapeText(detail.value);
	switch (detail.kind) {
		case 'email':
			return line('EMAIL', text);
		case 'phone':
			return line('TEL', text);
		case 'link':
			return line('URL', oneLine(detail.value));
		case 'address': {
			const street = detail.street || detail.value;
			return line(
				'ADR',
				structured([detail.postBox, detail.extended, street, detail.locality, detail.region, detail.postcode, detail.country]),
			);
		}
		case 'place': {
			const place = readPlace(detail.value);
			// What somebody typed and is no place is not lost, and is not called one.
			return place === null ? line('X-MANA-CUSTOM', text) : line('GEO', `geo:${placeText(place).replace(', ', ',')}`);
		}
		case 'message':
			return line('IMPP', `${/^[a-z][a-z0-9+.-]*$/.test(detail.service) ? detail.service : 'im'}:${oneLine(detail.value)}`, ...(detail.service === '' ? [] : [{ name: 'X-SERVICE-TYPE', values: [detail.service] }])); // prettier-ignore
		case 'social':
			return line(
				'X-SOCIALPROFILE',
				oneLine(detail.value),
				...(detail.service === '' ? [] : [{ name: 'TYPE', values: [detail.service] }]),
			);
		case 'date':
			return detail.label === 'death'
				? dayLine(line('DEATHDATE', ''), detail.day ?? '')
				: dayLine(line('X-ABDATE', ''), detail.day ?? '');
		case 'relation':
			return detail.targetUid === null
				? line('RELATED', text, { name: 'VALUE', values: ['text'] })
				: line('RELATED', `urn:uuid:${detail.targetUid}`);
		case 'custom':
			return line('X-MANA-CUSTOM', text);
	}
}

function oneLine(value: string): string {
	return value.replaceAll(/[\r\n]+/g, ' ');
}
