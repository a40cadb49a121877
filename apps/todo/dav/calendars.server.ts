import { apple, caldav, calendarServer } from '@mana/dav/caldav/index';
import { dav, type DavPath, type DavResource, element, type XmlElement, type XmlName } from '@mana/dav/index';
import type { SpaceId } from '@mana/sync';
import type { Project } from '../model.ts';
import { hexOf } from './hue.server.ts';
import type { PlacedTask } from './records.server.ts';

/** The collections that everything is in. */
export const CALENDARS = 'calendars';
export const PRINCIPALS = 'principals';

/** Largest calendar object in bytes: what the field that keeps it holds at least. */
export const MOST_BYTES = 50_000;

/** A list of tasks as a calendar: a project, or what is in none. */
export interface Calendar {
	readonly space: SpaceId;
	/** `null`: the inbox. */
	readonly project: Project | null;
	readonly path: DavPath;
	readonly name: string;
	readonly access: DavResource['access'];
	/** Stands for its state. */
	readonly token: string;
}

/** `task.home` of what is in a calendar. */
export function homeOf({ project }: Pick<Calendar, 'project'>): string {
	return project?.id ?? '';
}

/** The name of a calendar's collection. */
export function segmentOf(space: SpaceId, project: Project | null): string {
	if (project?.calendarName) return project.calendarName;
	return `${space}-${project?.id ?? 'inbox'}`;
}

/** Properties that are told when they are asked for by name. */
export const quietNames: ReadonlySet<XmlName> = new Set([
	dav('sync-token'),
	dav('principal-URL'),
	dav('group-membership'),
	caldav('calendar-home-set'),
	caldav('calendar-user-address-set'),
	caldav('supported-calendar-component-set'),
	caldav('supported-calendar-data'),
	caldav('supported-collation-set'),
	caldav('max-resource-size'),
	caldav('calendar-data'),
	calendarServer('getctag'),
]);

export function calendarResource(calendar: Calendar, owner: DavPath): DavResource {
	const { path, name, project, token, access } = calendar;
	const dataType = { name: caldav('calendar-data'), attributes: typed, children: [] } satisfies XmlElement;
	const component = { name: caldav('comp'), attributes: new Map([['{}name', 'VTODO']] as const), children: [] };
	const collations = ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'];
	return {
		...collection(path, owner),
		types: [caldav('calendar')],
		access,
		createdAt: project?.createdAt ?? null,
		properties: named([
			element(dav('displayname'), name),
			element(dav('sync-token'), token),
			element(calendarServer('getctag'), token),
			element(caldav('supported-calendar-component-set'), component),
			element(caldav('supported-calendar-data'), dataType),
			element(caldav('supported-collation-set'), ...collations.map((one) => element(caldav('supported-collation'), one))),
			element(caldav('max-resource-size'), String(MOST_BYTES)),
			...(project ? [element(apple('calendar-color'), hexOf(project.hue))] : []),
		]),
	};
}

const typed: XmlElement['attributes'] = new Map([
	['{}content-type', 'text/calendar'],
	['{}version', '2.0'],
]);

/** A task as a file; its text is read when it is wanted. */
export function taskResource(
	{ name, seq, changedAt, task }: PlacedTask,
	calendar: Calendar,
	owner: DavPath,
	text: string,
): DavResource {
	return {
		path: [...calendar.path, name],
		kind: 'file',
		access: calendar.access,
		etag: `"${calendar.token.replace(/\.\d+$/, '')}.${seq}"`,
		type: 'text/calendar; charset=utf-8; component=vtodo',
		bytes: Buffer.byteLength(text),
		createdAt: task.createdAt,
		modifiedAt: changedAt,
		owner,
		properties: named([element(caldav('calendar-data'), text)]),
	};
}

/** A collection that nobody changes. */
export function collection(path: DavPath, owner: DavPath | null, ...properties: readonly XmlElement[]): DavResource {
	return {
		path,
		kind: 'collection',
		access: 'read',
		etag: null,
		type: null,
		bytes: null,
		createdAt: null,
		modifiedAt: null,
		owner,
		properties: named(properties),
	};
}

function named(properties: readonly XmlElement[]): Map<XmlName, XmlElement> {
	return new Map(properties.map((property) => [property.name, property]));
}
