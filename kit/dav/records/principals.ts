import { DavFailure } from '../failure.ts';
import { dav } from '../names.ts';
import type { DavResource, DavTree, Report } from '../tree.ts';
import { attribute, child, element, elements, textOf, type XmlElement, type XmlName, writeXml } from '../xml.ts';

/** What principals can be searched by, and what that is for people (RFC 3744 §9.5). */
const searchable: ReadonlyMap<XmlName, string> = new Map([
	[dav('displayname'), 'Name'],
	['{urn:ietf:params:xml:ns:caldav}calendar-user-address-set', 'E-mail address'],
]);

/**
 * The reports by which programs find people (RFC 3744 §9.4, §9.5).
 *
 * @param like those among whom somebody may be found, by a text that is looked for
 */
export function principalReports(like: (text: string) => Promise<readonly DavResource[]>): DavTree['reports'] {
	return new Map<XmlName, Report>([
		[
			dav('principal-property-search'),
			async ({ body }) => {
				const searches = elements(body).filter(({ name }) => name === dav('property-search'));
				if (searches.length === 0) throw new DavFailure(400, 'A principal-property-search says what to look for.');
				const anyOf = attribute(body, 'test') === 'anyof';
				const candidates = (await Promise.all(searches.map((one) => like(matchIn(one))))).flat();
				const people = [...new Map(candidates.map((one) => [one.path.join('/'), one])).values()];
				const fits = (person: DavResource) =>
					anyOf ? searches.some((one) => matches(person, one)) : searches.every((one) => matches(person, one));
				return people.filter(fits).map((resource) => ({ resource }));
			},
		],
		[
			dav('principal-search-property-set'),
			async () => {
				const properties = [...searchable].map(([name, description]) =>
					element(dav('principal-search-property'), element(dav('prop'), element(name)), {
						...element(dav('description'), description),
						attributes: new Map([[XML_LANG, 'en']]),
					}),
				);
				const text = writeXml(element(dav('principal-search-property-set'), ...properties));
				return { type: 'application/xml; charset=utf-8', text };
			},
		],
	]);
}

const XML_LANG: XmlName = '{http://www.w3.org/XML/1998/namespace}lang';

function matchIn(search: XmlElement): string {
	return textOf(child(search, dav('match')) ?? element(dav('match')));
}

/** Whether each property that is named has the text in it, whatever its capitals; one that cannot be searched by never has. */
function matches({ properties }: DavResource, search: XmlElement): boolean {
	const wanted = matchIn(search).toLowerCase();
	const named = elements(child(search, dav('prop')) ?? element(dav('prop')));
	return (
		named.length > 0 &&
		named.every(({ name }) => {
			const property = searchable.has(name) ? properties.get(name) : undefined;
			return property !== undefined && textOf(property).toLowerCase().includes(wanted);
		})
	);
}
