import type { XmlName } from '../xml.ts';

/** A name of CardDAV (RFC 6352). */
export function carddav(local: string): XmlName {
	return `{urn:ietf:params:xml:ns:carddav}${local}`;
}

/** What a card is called in answers. */
export const addressData = carddav('address-data');
