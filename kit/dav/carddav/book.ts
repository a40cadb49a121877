import { collationNames } from '../collation.ts';
import { dav } from '../names.ts';
import { element, type XmlElement, type XmlName } from '../xml.ts';
import { addressData, carddav } from './names.ts';
import { servedVersions } from './address-data.ts';

/** Properties of address books and of whoever has them that are told when they are asked for by name. */
export const quietBookNames: ReadonlySet<XmlName> = new Set([
	carddav('addressbook-home-set'),
	carddav('principal-address'),
	carddav('addressbook-description'),
	carddav('supported-address-data'),
	carddav('supported-collation-set'),
	carddav('max-resource-size'),
	addressData,
]);

/** The conditions of RFC 6352 (§6.3) that every tree of address books names. */
export const bookConditions = { taken: carddav('no-uid-conflict'), place: carddav('addressbook-collection-location-ok') };

/** What every address book says of what it takes (RFC 6352 §6.2). @param bytes of one card at most */
export function bookProperties(bytes: number, description: string): XmlElement[] {
	const types = servedVersions.map((version): XmlElement => ({
		name: carddav('address-data-type'),
		attributes: new Map([
			['{}content-type', 'text/vcard'],
			['{}version', version],
		]),
		children: [],
	}));
	return [
		...(description === '' ? [] : [element(carddav('addressbook-description'), description)]),
		element(carddav('supported-address-data'), ...types),
		element(carddav('supported-collation-set'), ...collationNames.map((one) => element(carddav('supported-collation'), one))),
		element(carddav('max-resource-size'), String(bytes)),
	];
}

/** What a principal says of where its address books are, and which card is its own (RFC 6352 §7.1). */
export function bookPerson(homes: readonly string[], own: string | null): XmlElement[] {
	return [
		element(carddav('addressbook-home-set'), ...homes.map((href) => element(dav('href'), href))),
		...(own === null ? [] : [element(carddav('principal-address'), element(dav('href'), own))]),
	];
}
