import { SaxesParser } from 'saxes';

/** A name with its namespace, as James Clark writes it: `{DAV:}prop`. */
export type XmlName = `{${string}}${string}`;

export interface XmlElement {
	readonly name: XmlName;
	readonly attributes: ReadonlyMap<XmlName, string>;
	readonly children: readonly XmlNode[];
}

/** An element, or text between elements. */
export type XmlNode = XmlElement | string;

/** How deep elements may stand in each other, and how many there may be: nobody who asks needs more, and memory stays bounded. */
export const xmlLimits = { depth: 40, elements: 20_000, attributes: 50 } as const;

/** A document that is not well formed, is too large, or declares what we do not read. */
export class BadXml extends Error {
	override readonly name = 'BadXml';
}

/** Where properties stand in what clients send: `propertyupdate/set/prop/…`. */
const PROPERTY_DEPTH = 3;
const XML_LANG: XmlName = '{http://www.w3.org/XML/1998/namespace}lang';

/** An element of ours: a name and what is in it. */
export function element(name: XmlName, ...children: readonly XmlNode[]): XmlElement {
	return { name, attributes: new Map(), children };
}

/**
 * Reads a document in UTF-8 or UTF-16. No document type is read, so that there is no entity to expand and no file or address to be
 * fetched (RFC 4918 §20.6); each property keeps the language in which its surroundings are written (§4.3).
 *
 * @param most how many elements there may be
 * @throws BadXml
 */
export function parseXml(bytes: Uint8Array, most: number = xmlLimits.elements): XmlElement {
	const parser = new SaxesParser({ xmlns: true });
	const open: { name: XmlName; attributes: Map<XmlName, string>; children: XmlNode[] }[] = [];
	let root: XmlElement | null = null;
	let count = 0;
	parser.on('error', (error) => {
		throw new BadXml(`This is not well-formed XML: ${error.message}`);
	});
	parser.on('doctype', () => {
		throw new BadXml('A document type declaration is not read here. Leave it out.');
	});
	parser.on('opentag', (tag) => {
		if (++count > most) throw new BadXml(`The document has more than ${most} elements.`);
		if (open.length >= xmlLimits.depth) throw new BadXml(`Elements stand more than ${xmlLimits.depth} deep in each other.`);
		const attributes = new Map<XmlName, string>();
		for (const { uri, local, prefix, value } of Object.values(tag.attributes))
			if (prefix !== 'xmlns' && local !== 'xmlns') attributes.set(`{${uri}}${local}`, value);
		if (attributes.size > xmlLimits.attributes) throw new BadXml(`An element has more than ${xmlLimits.attributes} attributes.`);
		const language = open.at(-1)?.attributes.get(XML_LANG);
		if (language !== undefined && open.length <= PROPERTY_DEPTH && !attributes.has(XML_LANG)) attributes.set(XML_LANG, language);
		open.push({ name: `{${tag.uri}}${tag.local}`, attributes, children: [] });
	});
	const text = (part: string) => void open.at(-1)?.children.push(part);
	parser.on('text', text);
	parser.on('cdata', text);
	parser.on('closetag', () => {
		const closed = open.pop()!;
		const above = open.at(-1);
		if (above) above.children.push(closed);
		else root = closed;
	});
	parser.write(decode(bytes)).close();
	if (!root) throw new BadXml('The document is empty.');
	return root;
}

/** Children that are elements. */
export function elements(parent: XmlElement): XmlElement[] {
	return parent.children.filter((child) => typeof child !== 'string');
}

/** The first child of this name. */
export function child(parent: XmlElement, name: XmlName): XmlElement | undefined {
	return elements(parent).find((one) => one.name === name);
}

/** All text in an element, without what stands around it. */
export function textOf(parent: XmlElement): string {
	return parent.children
		.map((one) => (typeof one === 'string' ? one : textOf(one)))
		.join('')
		.trim();
}

/** An attribute without a namespace. */
export function attribute(of: XmlElement, name: string): string | undefined {
	return of.attributes.get(`{}${name}`);
}

const knownPrefixes: Readonly<Record<string, string>> = {
	'DAV:': 'D',
	'urn:ietf:params:xml:ns:caldav': 'C',
	'urn:ietf:params:xml:ns:carddav': 'A',
	'http://calendarserver.org/ns/': 'CS',
	'http://apple.com/ns/ical/': 'I',
	'http://www.w3.org/XML/1998/namespace': 'xml',
};

/** Writes a document in UTF-8; every namespace is declared once, at the root. */
export function writeXml(root: XmlElement): string {
	const prefixes = new Map<string, string>();
	const qualified = (name: XmlName): string => {
		const { namespace, local } = splitName(name);
		if (namespace === '') return local;
		let prefix = prefixes.get(namespace);
		if (prefix === undefined) {
			prefix = knownPrefixes[namespace] ?? `n${prefixes.size}`;
			prefixes.set(namespace, prefix);
		}
		return `${prefix}:${local}`;
	};
	const inside = ({ children }: XmlElement): string =>
		children.map((one) => (typeof one === 'string' ? escapeXml(one) : written(one))).join('');
	const opening = ({ name, attributes }: XmlElement): string =>
		[qualified(name), ...[...attributes].map(([key, value]) => `${qualified(key)}="${escapeAttribute(value)}"`)].join(' ');
	const written = (one: XmlElement): string => {
		const start = opening(one);
		return one.children.length === 0 ? `<${start}/>` : `<${start}>${inside(one)}</${qualified(one.name)}>`;
	};
	const start = opening(root);
	const body = inside(root);
	const declared = [...prefixes]
		.filter(([, prefix]) => prefix !== 'xml')
		.map(([namespace, prefix]) => ` xmlns:${prefix}="${escapeAttribute(namespace)}"`)
		.join('');
	return `<?xml version="1.0" encoding="utf-8"?>\n<${start}${declared}>${body}</${qualified(root.name)}>`;
}

/** Namespace and local part of a name. */
export function splitName(name: XmlName): { readonly namespace: string; readonly local: string } {
	const end = name.lastIndexOf('}');
	return { namespace: name.slice(1, end), local: name.slice(end + 1) };
}

const escapes: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	'\r': '&#13;',
};

/** Text as it stands in a document. What XML 1.0 has no place for (§2.2) is left out: a reader would refuse the whole document. */
function escapeXml(text: string): string {
	return text
		.toWellFormed()
		.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
		.replaceAll(/[&<>"\r]/g, (character) => escapes[character]!);
}

/** Line ends and tabs would become blanks (§3.3.3). */
function escapeAttribute(text: string): string {
	return escapeXml(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

function decode(bytes: Uint8Array): string {
	const encoding =
		bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch (error) {
		throw new BadXml('The document is not written in UTF-8.', { cause: error });
	}
}
