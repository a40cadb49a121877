import { dav } from '../names.ts';
import { DavFailure } from '../failure.ts';
import { parseCalendar, writeComponent } from '../ical/index.ts';
import type { FolderReading } from '../records/folder.ts';
import type { DavResource, DavTree, Report } from '../tree.ts';
import { child, element, elements, textOf, type XmlElement } from '../xml.ts';
import { parseFilter } from './filter.ts';
import { caldav, calendarData } from './names.ts';
import { trimmed } from './trim.ts';

/** How many a client may ask for at once. */
const MOST = 10_000;

/** The reports of CalDAV (RFC 4791 §7). @param zone in which times are that name none */
export function calendarReports({ all, these }: FolderReading, zone: string): DavTree['reports'] {
	return new Map<ReturnType<typeof caldav>, Report>([
		[
			caldav('calendar-query'),
			async ({ resource, body }) => {
				const filter = child(body, caldav('filter'));
				if (!filter) throw new DavFailure(400, 'A calendar-query has a filter.', caldav('valid-filter'));
				const matches = parseFilter(filter, zone);
				if (resource.kind === 'file') return [];
				const found = (await all(resource)).filter((one) => one.kind === 'file' && matches(parseCalendar(bytesOf(one))));
				return found.map((one) => ({ resource: cut(one, body) }));
			},
		],
		[
			caldav('calendar-multiget'),
			async ({ body, pathOf }) => {
				const hrefs = elements(body).filter(({ name }) => name === dav('href'));
				if (hrefs.length > MOST)
					throw new DavFailure(403, `Ask for at most ${MOST} at once.`, dav('number-of-matches-within-limits'));
				const paths = hrefs.flatMap((href) => {
					const path = pathOf(textOf(href));
					return path ? [path] : [];
				});
				const found = new Map((await these(paths)).map((one) => [one.path.join('/'), one]));
				return paths.map((path) => {
					const resource = found.get(path.join('/'));
					return resource ? { resource: cut(resource, body) } : { missing: path };
				});
			},
		],
	]);
}

/** A file with as much of its calendar as is asked for. */
function cut(resource: DavResource, body: XmlElement): DavResource {
	const prop = child(body, dav('prop'));
	const wanted = prop && child(prop, calendarData);
	if (!wanted || elements(wanted).length === 0) return resource;
	const part = trimmed(parseCalendar(bytesOf(resource)), wanted);
	const properties = new Map(resource.properties).set(calendarData, element(calendarData, writeComponent(part)));
	return { ...resource, properties };
}

function bytesOf({ properties }: DavResource): Uint8Array {
	return new TextEncoder().encode(String(properties.get(calendarData)?.children[0] ?? ''));
}
