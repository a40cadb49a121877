import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { dav } from './names.ts';
import { element, type XmlElement, type XmlName, type XmlNode, writeXml } from './xml.ts';

/** A request that is refused in the words of WebDAV: a status and, where the standards have one, the condition that does not hold. */
export class DavFailure extends Error {
	override readonly name = 'DavFailure';
	readonly status: ContentfulStatusCode;
	/** As `{DAV:}lock-token-submitted`, perhaps with what it is about inside (RFC 4918 §16). */
	readonly condition: XmlElement | null;

	constructor(status: ContentfulStatusCode, detail: string, condition: XmlElement | XmlName | null = null) {
		super(detail);
		this.status = status;
		this.condition = typeof condition === 'string' ? element(condition) : condition;
	}
}

/** The XML that says why, for people and programs. */
export function errorDocument(failure: DavFailure): string {
	const inside: XmlNode[] = failure.condition ? [failure.condition] : [];
	return writeXml(element(dav('error'), ...inside, element('{urn:mana:dav}detail', failure.message)));
}
