import { STATUS_CODES } from 'node:http';
import type { Exchange } from './exchange.ts';
import { dav } from './names.ts';
import { inAllprop, namesOf, propertyOf } from './properties.ts';
import type { DavResource } from './tree.ts';
import { child, element, elements, type XmlElement, type XmlName, writeXml } from './xml.ts';

/** Which properties a client wants to know. */
export type Wanted =
	| { readonly kind: 'all'; readonly also: readonly XmlName[] }
	| { readonly kind: 'names' }
	| { readonly kind: 'these'; readonly asked: readonly XmlName[] };

/** Reads `allprop`, `propname` or `prop`; `null` when there is none of them. */
export function wantedIn(body: XmlElement): Wanted | null {
	const prop = child(body, dav('prop'));
	if (prop) return { kind: 'these', asked: elements(prop).map(({ name }) => name) };
	if (child(body, dav('propname'))) return { kind: 'names' };
	if (!child(body, dav('allprop'))) return null;
	const include = child(body, dav('include'));
	return { kind: 'all', also: include ? elements(include).map(({ name }) => name) : [] };
}

/** How far a client wants to be told: `minimal` leaves out what is not there (RFC 8144 §2.1). */
export interface Telling {
	readonly exchange: Exchange;
	readonly wanted: Wanted;
	readonly minimal: boolean;
}

/** `<D:response>` with the properties of one resource. */
export function describe(resource: DavResource, { exchange, wanted, minimal }: Telling): XmlElement {
	const found: XmlElement[] = [];
	const missing: XmlElement[] = [];
	for (const name of askedOf(resource, wanted, exchange)) {
		const property = wanted.kind === 'names' ? element(name) : propertyOf(name, resource, exchange);
		if (property) found.push(property);
		else missing.push(element(name));
	}
	const groups = [
		...(found.length > 0 || missing.length === 0 || minimal ? [propstat(found, 200)] : []),
		...(missing.length > 0 && !minimal ? [propstat(missing, 404)] : []),
	];
	return element(dav('response'), exchange.hrefElement(resource.path, resource.kind), ...groups);
}

function askedOf(resource: DavResource, wanted: Wanted, exchange: Exchange): readonly XmlName[] {
	switch (wanted.kind) {
		case 'these':
			return wanted.asked;
		case 'names':
			return namesOf(resource, exchange);
		case 'all': {
			const { notInAllprop } = exchange.tree;
			const short = namesOf(resource, exchange).filter(
				(name) => inAllprop.has(name) || (resource.properties.has(name) && !notInAllprop.has(name)),
			);
			return [...new Set([...short, ...wanted.also])];
		}
	}
}

/** `<D:propstat>`. */
export function propstat(properties: readonly XmlElement[], status: number): XmlElement {
	return element(dav('propstat'), element(dav('prop'), ...properties), element(dav('status'), statusLine(status)));
}

export function statusLine(status: number): string {
	return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

/** The 207 with these lines. */
export function multistatus(lines: readonly XmlElement[], headers: Readonly<Record<string, string>> = {}): Response {
	return xmlResponse(207, element(dav('multistatus'), ...lines), headers);
}

export function xmlResponse(status: number, document: XmlElement, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(writeXml(document), { status, headers: { 'content-type': 'application/xml; charset=utf-8', ...headers } });
}
