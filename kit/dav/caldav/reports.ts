import { dav } from '../names.ts';
import { DavFailure } from '../failure.ts';
import { type Component, line, parseCalendar, withKnownZones, writeComponent, zoneInCalendar, zoneNamed } from '../ical/index.ts';
import type { FolderReading } from '../records/folder.ts';
import type { DavResource, DavTree, Report } from '../tree.ts';
import { attribute, child, element, elements, textOf, type XmlElement } from '../xml.ts';
import { expanded, limited } from './expand.ts';
import { busyTimes, freeBusy } from './free-busy.ts';
import type { Span } from './time-range.ts';
import { parseFilter, parseSpan, spanOf } from './filter.ts';
import { caldav, calendarData } from './names.ts';
import { trimmed } from './trim.ts';

/** How many a client may ask for at once. */
const MOST = 10_000;

/**
 * The reports of CalDAV (RFC 4791 §7).
 *
 * @param zone in which times are that name none, where neither the question nor the calendar says
 * @param now ms since 1970
 */
export function calendarReports({ all, these }: FolderReading, zone: string, now: () => number): DavTree['reports'] {
	return new Map<ReturnType<typeof caldav>, Report>([
		[
			caldav('calendar-query'),
			async ({ resource, body }) => {
				const filter = child(body, caldav('filter'));
				if (!filter) throw new DavFailure(400, 'A calendar-query has a filter.', caldav('valid-filter'));
				const clock = zoneAsked(body) ?? zoneOfCalendar(resource) ?? zone;
				const matches = parseFilter(filter, clock);
				const cut = cutter(body, clock);
				const inside = resource.kind === 'file' ? [resource] : await filesIn(resource, all, spanOf(filter));
				return inside
					.filter((one) => one.properties.has(calendarData) && matches(calendarOf(one)))
					.map((one) => ({ resource: cut(one) }));
			},
		],
		[
			caldav('calendar-multiget'),
			async ({ body, pathOf, resource: at }) => {
				const hrefs = elements(body).filter(({ name }) => name === dav('href'));
				if (hrefs.length > MOST)
					throw new DavFailure(403, `Ask for at most ${MOST} at once.`, dav('number-of-matches-within-limits'));
				const cut = cutter(body, zoneAsked(body) ?? zoneOfCalendar(at) ?? zone);
				const asked = hrefs.map((href) => pathOf(textOf(href)) ?? textOf(href));
				const paths = asked.filter((at) => typeof at !== 'string');
				const found = new Map((await these(paths)).map((one) => [one.path.join('/'), one]));
				return asked.map((at) => {
					const resource = typeof at === 'string' ? undefined : found.get(at.join('/'));
					return resource ? { resource: cut(resource) } : { missing: at };
				});
			},
		],
		[
			caldav('free-busy-query'),
			async ({ resource, body }) => {
				const range = child(body, caldav('time-range'));
				if (!range) throw new DavFailure(400, 'A free-busy-query says of which time.', caldav('valid-filter'));
				const span = closedSpan(range);
				if (resource.kind === 'file') throw new DavFailure(403, 'Ask a calendar, not one of its files.', dav('supported-report'));
				const clock = zoneOfCalendar(resource) ?? zone;
				const busy = (await filesIn(resource, all, span)).flatMap((one) =>
					busyTimes(withKnownZones(calendarOf(one)), span, clock),
				);
				const lines = [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN')];
				const answer: Component = { name: 'VCALENDAR', lines, components: [freeBusy(busy, span, now())] };
				return { type: 'text/calendar; charset=utf-8', text: writeComponent(answer) };
			},
		],
	]);
}

/** The files of a calendar, or of all calendars that lie in a collection. */
async function filesIn(resource: DavResource, all: FolderReading['all'], span: Span | null): Promise<DavResource[]> {
	const found: DavResource[] = [];
	for (const one of await all(resource, span ?? undefined)) {
		if (one.kind === 'file') found.push(one);
		else if (one.types?.includes(caldav('calendar')) && resource.path.length === 1)
			found.push(...(await all(one, span ?? undefined)));
	}
	return found.filter(({ properties }) => properties.has(calendarData));
}

/** A zone that a question names: a calendar with a VTIMEZONE (§9.8), or the name alone (RFC 7809 §4.1). */
function zoneAsked(body: XmlElement): string | null {
	const [whole, id] = [child(body, caldav('timezone')), child(body, caldav('timezone-id'))];
	const zone = whole ? zoneInCalendar(textOf(whole)) : id ? zoneNamed(textOf(id)) : null;
	if ((whole || id) && zone === null)
		throw new DavFailure(403, 'Nobody knows this time zone here.', id ? caldav('valid-timezone') : caldav('valid-calendar-data'));
	return zone;
}

/** The zone that a calendar says its times without one are in. */
function zoneOfCalendar({ properties }: DavResource): string | null {
	const id = properties.get(caldav('calendar-timezone-id'));
	return id ? zoneNamed(textOf(id)) : null;
}

/** What to do with each file, so that as much of its calendar comes as is asked for (§9.6). */
function cutter(body: XmlElement, zone: string): (resource: DavResource) => DavResource {
	const prop = child(body, dav('prop'));
	const wanted = prop && child(prop, calendarData);
	if (!wanted) return (resource) => resource;
	const type = attribute(wanted, 'content-type') ?? 'text/calendar';
	if (type.toLowerCase() !== 'text/calendar' || (attribute(wanted, 'version') ?? '2.0') !== '2.0')
		throw new DavFailure(403, 'Calendars come as text/calendar, version 2.0.', caldav('supported-calendar-data'));
	const [expand, limit] = [child(wanted, caldav('expand')), child(wanted, caldav('limit-recurrence-set'))];
	const [whole, near] = [expand && closedSpan(expand), limit && closedSpan(limit)];
	if (elements(wanted).length === 0) return (resource) => resource;
	return (resource) => {
		const calendar = calendarOf(resource);
		const first = whole ? expanded(withKnownZones(calendar), whole, zone) : near ? limited(calendar, near, zone) : calendar;
		const properties = new Map(resource.properties).set(
			calendarData,
			element(calendarData, writeComponent(trimmed(first, wanted))),
		);
		return { ...resource, properties };
	};
}

/** @throws DavFailure 400 */
function closedSpan(range: XmlElement): Span {
	const span = parseSpan(range);
	if (!Number.isFinite(span.from) || !Number.isFinite(span.to))
		throw new DavFailure(400, 'This needs a start and an end.', caldav('valid-filter'));
	return span;
}

function calendarOf(resource: DavResource): Component {
	return parseCalendar(bytesOf(resource));
}

function bytesOf({ properties }: DavResource): Uint8Array {
	return new TextEncoder().encode(String(properties.get(calendarData)?.children[0] ?? ''));
}
