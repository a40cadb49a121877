import { dav } from '../names.ts';
import { DavFailure } from '../failure.ts';
import type { FolderReading } from '../records/folder.ts';
import type { DavResource, DavTree, Report, ReportLine } from '../tree.ts';
import { parseCard } from '../vcard/index.ts';
import { child, element, elements, textOf, type XmlElement } from '../xml.ts';
import { type CardForm, cardForm, formed } from './address-data.ts';
import { parseCardFilter } from './filter.ts';
import { addressData, carddav } from './names.ts';

/** How many a client may ask for at once. */
const MOST = 10_000;

/** The reports of CardDAV (RFC 6352 §8). */
export function bookReports({ all, these }: FolderReading): DavTree['reports'] {
	return new Map<ReturnType<typeof carddav>, Report>([
		[
			carddav('addressbook-query'),
			async ({ resource, body, depth }) => {
				const filter = child(body, carddav('filter'));
				if (!filter) throw new DavFailure(400, 'An addressbook-query has a filter.', carddav('valid-filter'));
				const matches = parseCardFilter(filter);
				const form = cardForm(child(body, dav('prop')));
				const inside = resource.kind === 'file' ? [resource] : depth === 0 ? [] : await all(resource);
				const found = inside.filter((one) => one.kind === 'file' && matches(parseCard(bytesOf(one))));
				const most = limitIn(body);
				const told: ReportLine[] = found.slice(0, most).map((one) => ({ resource: inForm(one, form) }));
				return found.length > most ? [...told, { cutOff: resource }] : told;
			},
		],
		[
			carddav('addressbook-multiget'),
			async ({ body, pathOf }) => {
				const hrefs = elements(body).filter(({ name }) => name === dav('href'));
				if (hrefs.length > MOST)
					throw new DavFailure(403, `Ask for at most ${MOST} at once.`, dav('number-of-matches-within-limits'));
				const form = cardForm(child(body, dav('prop')));
				const asked = hrefs.map((href) => pathOf(textOf(href)) ?? textOf(href));
				const paths = asked.filter((at) => typeof at !== 'string');
				const found = new Map((await these(paths)).map((one) => [one.path.join('/'), one]));
				return asked.map((at) => {
					const resource = typeof at === 'string' ? undefined : found.get(at.join('/'));
					return resource ? { resource: inForm(resource, form) } : { missing: at };
				});
			},
		],
	]);
}

/** How many a client wants at most (§10.6). */
function limitIn(body: XmlElement): number {
	const limit = child(body, carddav('limit'));
	const wanted = limit && Number(textOf(child(limit, carddav('nresults')) ?? limit));
	if (limit && (!Number.isSafeInteger(wanted) || wanted! < 1)) throw new DavFailure(400, 'A limit has nresults, 1 or more.');
	return Math.min(wanted ?? MOST, MOST);
}

function inForm(resource: DavResource, form: CardForm | null): DavResource {
	if (!form) return resource;
	const properties = new Map(resource.properties).set(addressData, element(addressData, formed(textIn(resource), form)));
	return { ...resource, properties };
}

function textIn({ properties }: DavResource): string {
	return String(properties.get(addressData)?.children[0] ?? '');
}

function bytesOf(resource: DavResource): Uint8Array {
	return new TextEncoder().encode(textIn(resource));
}
