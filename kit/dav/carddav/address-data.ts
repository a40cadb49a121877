import { DavFailure } from '../failure.ts';
import { type Card, type CardVersion, parseCard, propertyName, toVersion, writeCard } from '../vcard/index.ts';
import { attribute, child, elements, type XmlElement } from '../xml.ts';
import { addressData, carddav } from './names.ts';

/** The versions that cards are served in. */
export const servedVersions = ['3.0', '4.0'] as const satisfies readonly CardVersion[];
export type ServedVersion = (typeof servedVersions)[number];

/** How a program wants its cards (RFC 6352 §10.4): which version of vCard, and which properties; `null`: all. */
export interface CardForm {
	readonly version: ServedVersion;
	readonly properties: ReadonlySet<string> | null;
}

/** What `address-data` in a report asks for; `null` where it is not asked for. @throws DavFailure 403 `supported-address-data` */
export function cardForm(prop: XmlElement | undefined): CardForm | null {
	const wanted = prop && child(prop, addressData);
	if (!wanted) return null;
	const [type, version] = [attribute(wanted, 'content-type') ?? 'text/vcard', attribute(wanted, 'version') ?? '3.0'];
	const served = servedVersions.find((one) => one === version);
	if (type.toLowerCase() !== 'text/vcard' || !served)
		throw new DavFailure(403, 'Cards are served as text/vcard 3.0 and 4.0.', carddav('supported-address-data'));
	const names = elements(wanted)
		.filter(({ name }) => name === carddav('prop'))
		.map((one) => attribute(one, 'name')?.toUpperCase() ?? '');
	return { version: served, properties: names.length === 0 || child(wanted, carddav('allprop')) ? null : new Set(names) };
}

/** The version of vCard that `Accept` asks for (RFC 6352 §5.1.1.1, RFC 9110 §12.5.1); `null`: none, or any. */
export function acceptedVersion(accept: string | undefined): ServedVersion | null {
	const wanted = (accept ?? '')
		.split(',')
		.map((one) => one.trim().toLowerCase())
		.filter((one) => one.startsWith('text/vcard'))
		.map((one) => ({ version: /;\s*version="?([\d.]+)"?/.exec(one)?.[1], q: Number(/;\s*q=([\d.]+)/.exec(one)?.[1] ?? 1) }))
		.toSorted((a, b) => b.q - a.q);
	const [best] = wanted.flatMap(({ version }) => servedVersions.find((one) => one === version) ?? []);
	return best ?? null;
}

/** A card in a form. What is in it already as it is wanted stays to the letter. */
export function formed(text: string, { version, properties }: CardForm): string {
	const card = parseCard(new TextEncoder().encode(text));
	if (card.version === version && !properties) return text;
	const whole = toVersion(card, version);
	return writeCard(properties ? only(whole, properties) : whole);
}

/** With a label where the property that it is about is wanted. */
function only(card: Card, properties: ReadonlySet<string>): Card {
	return {
		...card,
		lines: card.lines.filter((line) => properties.has(propertyName(line)) || properties.has(line.name.toUpperCase())),
	};
}
