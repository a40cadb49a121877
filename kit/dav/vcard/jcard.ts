import { type ContentLine, escapeText, parameterOf, textOf, textsOf } from '../ical/lines.ts';
import { BadCard, type Card, cardLimits, groupOf, propertyName } from './card.ts';
import { toVersion } from './convert.ts';
import { partsOf, withoutParameters } from './values.ts';

/** A card as JSON (RFC 7095): `["vcard", [[name, parameters, type, value, …], …]]`. */
export type JCard = readonly ['vcard', readonly JProperty[]];
type JProperty = readonly [string, Readonly<Record<string, string | readonly string[]>>, string, ...JValue[]];
type JValue = string | number | boolean | readonly (string | readonly string[])[];

/** The types of values where a card says nothing (RFC 6350 §6); of what is not here, nobody knows. */
const types: Readonly<Record<string, string>> = {
	SOURCE: 'uri', KIND: 'text', XML: 'text', FN: 'text', N: 'text', NICKNAME: 'text', PHOTO: 'uri', BDAY: 'date-and-or-time',
	ANNIVERSARY: 'date-and-or-time', GENDER: 'text', ADR: 'text', TEL: 'text', EMAIL: 'text', IMPP: 'uri', LANG: 'language-tag',
	TZ: 'text', GEO: 'uri', TITLE: 'text', ROLE: 'text', LOGO: 'uri', ORG: 'text', MEMBER: 'uri', RELATED: 'uri', CATEGORIES: 'text',
	NOTE: 'text', PRODID: 'text', REV: 'timestamp', SOUND: 'uri', UID: 'uri', CLIENTPIDMAP: 'text', URL: 'uri', KEY: 'uri',
	FBURL: 'uri', CALADRURI: 'uri', CALURI: 'uri',
}; // prettier-ignore
const structuredNames: ReadonlySet<string> = new Set(['N', 'ADR', 'ORG', 'GENDER', 'CLIENTPIDMAP']);
const listNames: ReadonlySet<string> = new Set(['NICKNAME', 'CATEGORIES']);
const texts: ReadonlySet<string> = new Set(['text']);
const moments: ReadonlySet<string> = new Set(['date', 'time', 'date-time', 'date-and-or-time', 'timestamp']);

/** A card as jCard, in the words of vCard 4. A line that nobody could read has no place in it. */
export function toJCard(card: Card): JCard {
	const lines = toVersion(card, '4.0').lines.filter(({ name }) => name !== '');
	return ['vcard', [['version', {}, 'text', '4.0'], ...lines.map(jsonOf)]];
}

function jsonOf(line: ContentLine): JProperty {
	const name = propertyName(line);
	const type = parameterOf(line, 'VALUE')?.toLowerCase() ?? types[name] ?? 'unknown';
	const parameters: Record<string, string | string[]> = {};
	if (groupOf(line) !== '') parameters['group'] = line.name.slice(0, line.name.lastIndexOf('.'));
	for (const { name: key, values } of withoutParameters(line, 'VALUE').parameters) {
		const before = parameters[key.toLowerCase()];
		const all = [...(before === undefined ? [] : typeof before === 'string' ? [before] : before), ...values];
		parameters[key.toLowerCase()] = all.length === 1 ? all[0]! : all;
	}
	return [name.toLowerCase(), parameters, type, ...jsonValues(name, type, line.value)];
}

function jsonValues(name: string, type: string, value: string): JValue[] {
	if (structuredNames.has(name) && texts.has(type)) {
		const parts = partsOf(value).map((part) => (part.length === 1 ? part[0]! : part));
		return [parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts];
	}
	if (listNames.has(name) && texts.has(type)) return textsOf(value);
	if (texts.has(type)) return [textOf(value)];
	if (moments.has(type)) return [longMoment(value)];
	if (type === 'boolean' && /^(true|false)$/i.test(value)) return [value.toLowerCase() === 'true'];
	if ((type === 'integer' || type === 'float') && String(Number(value)) === value) return [Number(value)];
	return [value];
}

/** Dates and times as JSON has them, with their marks: `1985-04-12T10:22:00Z` (§3.5.4). */
function longMoment(value: string): string {
	const [day = '', time] = value.split('T');
	const long = day.replace(
		/^(\d{4}|--)(\d\d)(\d\d)$/,
		(_, year: string, month: string, date: string) => `${year === '--' ? '-' : year}-${month}-${date}`,
	);
	return time === undefined ? long : `${long}T${time.replace(/^(\d\d)(\d\d)(\d\d)?/, (_, hour: string, minute: string, second?: string) => [hour, minute, ...(second ? [second] : [])].join(':'))}`; // prettier-ignore
}

/** The other way round, as vCard 4 writes them. */
function shortMoment(value: string): string {
	const [day = '', time] = value.split('T');
	const short = /^(?:\d{4}|-)-\d\d-\d\d$/.test(day) ? day.replace(/^--/, '//').replaceAll('-', '').replace('//', '--') : day;
	return time === undefined ? short : `${short}T${time.replaceAll(':', '')}`;
}

/** Reads jCards: one, or several in an array. @throws BadCard naming what does not fit */
export function parseJCards(text: string): Card[] {
	let read: unknown;
	try {
		read = JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) throw new BadCard('This is no JSON.');
		throw error;
	}
	const all = Array.isArray(read) && read[0] === 'vcard' ? [read] : read;
	if (!Array.isArray(all) || all.length === 0) throw new BadCard('There is no jCard in this.');
	return all.map(fromJCard);
}

/** The card that a jCard is. @throws BadCard */
export function fromJCard(json: unknown): Card {
	if (!Array.isArray(json) || json[0] !== 'vcard' || !Array.isArray(json[1])) throw new BadCard('A jCard begins with "vcard".');
	if (json[1].length > cardLimits.lines) throw new BadCard(`A card has at most ${cardLimits.lines} properties.`);
	return { version: '4.0', lines: json[1].flatMap((property: unknown) => lineFrom(property) ?? []) };
}

function lineFrom(property: unknown): ContentLine | undefined {
	const [name, parameters, type, ...values]: unknown[] = Array.isArray(property) ? property : [];
	if (
		typeof name !== 'string' ||
		!/^[\w-]+$/.test(name) ||
		!isRecord(parameters) ||
		typeof type !== 'string' ||
		values.length === 0
	)
		throw new BadCard(`This is no property of a jCard: ${JSON.stringify(property)?.slice(0, 100)}`);
	const upper = name.toUpperCase();
	if (upper === 'VERSION') return undefined;
	const { group, ...others } = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key.toLowerCase(), value]));
	const said = Object.entries(others).map(([key, value]) => ({
		name: key.toUpperCase(),
		values: (Array.isArray(value) ? value : [value]).map(String),
	}));
	const usual = type === (types[upper] ?? 'unknown');
	return {
		name: typeof group === 'string' && /^[\w-]+$/.test(group) ? `${group}.${upper}` : upper,
		parameters: usual ? said : [...said, { name: 'VALUE', values: [type] }],
		value: values.map((value) => valueFrom(upper, type, value)).join(','),
	};
}

function valueFrom(name: string, type: string, value: unknown): string {
	if (Array.isArray(value)) return value.map((part: unknown) => (Array.isArray(part) ? part.map((one) => escapeText(String(one))).join(',') : escapeText(String(part)))).join(';'); // prettier-ignore
	const text = String(value);
	if (texts.has(type)) return escapeText(text);
	if (moments.has(type)) return shortMoment(text);
	// What is no text is written as it is; an end of a line would begin another property.
	return text.replaceAll(/\r\n|\r|\n/g, types[name] === undefined ? '\\n' : '');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
