import { resolveSrv } from 'node:dns/promises';
import { dav } from '../names.ts';
import { apple, caldav, calendarServer, componentsIn, hueOf } from '../caldav/index.ts';
import { carddav } from '../carddav/names.ts';
import { child, element, elements, textOf, type XmlElement, type XmlName } from '../xml.ts';
import { Trouble } from '../mirror/trouble.ts';
import { type DavDoor, type DavLine, textIn } from './door.ts';

/** What is looked for in an account. */
export interface DavKind {
	/** Name of the well-known address and of the services in DNS (RFC 6764): `caldav`, `carddav`. */
	readonly service: 'caldav' | 'carddav';
	readonly homeSet: XmlName;
	/** The type of a folder. */
	readonly folder: XmlName;
	/** The component that a folder has to take; `null`: every folder will do. */
	readonly component: string | null;
}

export const calendarsElsewhere: DavKind = {
	service: 'caldav',
	homeSet: caldav('calendar-home-set'),
	folder: caldav('calendar'),
	component: 'VEVENT',
};

export const addressBooksElsewhere: DavKind = {
	service: 'carddav',
	homeSet: carddav('addressbook-home-set'),
	folder: carddav('addressbook'),
	component: null,
};

/** A calendar or an address book of an account elsewhere. */
export interface FolderElsewhere {
	/** Absolute. */
	readonly url: string;
	readonly name: string;
	/** Hue of its colour in degrees; `null`: it has none. */
	readonly hue: number | null;
	readonly mayWrite: boolean;
}

/** Answers of DNS, of the highest priority first (RFC 2782); none where there are none. */
export type FindServers = (name: string) => Promise<readonly { readonly name: string; readonly port: number }[]>;

/** Asks the resolver of this machine. Whatever it cannot say leaves the well-known address, which most servers have. */
export const serversInDns: FindServers = async (name) => {
	try {
		const found = await resolveSrv(name);
		// A service that a domain says it does not have is named `.` (RFC 2782).
		return found
			.filter((one) => one.name !== '' && one.name !== '.')
			.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
	} catch (error) {
		if (error instanceof Error && 'code' in error) return [];
		throw error;
	}
};

/** Longest name that is taken over, in characters. */
const LONGEST_NAME = 120;

/**
 * Finds the calendars or address books of an account (RFC 6764, RFC 5397): from an address of a server, or an e-mail domain.
 *
 * @param address what its person typed: `https://dav.example/…`, `dav.example`, `ana@example.org`
 * @throws Trouble `no-account` where nothing there speaks it
 */
export async function foldersElsewhere(
	door: DavDoor,
	kind: DavKind,
	address: string,
	findServers: FindServers,
): Promise<FolderElsewhere[]> {
	let last: Trouble | null = null;
	for (const start of await startsOf(kind, address, findServers)) {
		try {
			const folders = await foldersFrom(door, kind, start);
			if (folders) return folders;
		} catch (error) {
			// Whoever is known by name there, and refused, is not looked for anywhere else.
			if (!(error instanceof Trouble) || ['wrong-password', 'sends-on', 'busy'].includes(error.code)) throw error;
			last ??= error;
		}
	}
	throw last ?? new Trouble('no-account', `Nothing at ${address} speaks ${kind.service === 'caldav' ? 'CalDAV' : 'CardDAV'}.`);
}

/** Where to begin, the likeliest first. */
async function startsOf({ service }: DavKind, typed: string, findServers: FindServers): Promise<string[]> {
	const text = typed.trim();
	const domain = /^[^\s/:]+@([^\s/@]+)$/.exec(text)?.[1];
	const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${domain ?? text}`);
	if (!url) throw new Trouble('no-account', `${text} is no address. Give one like https://dav.example.org or ana@example.org.`);
	const known = `/.well-known/${service}`;
	const given = url.pathname !== '/' || /^https?:\/\//i.test(text);
	const named = given
		? []
		: (await findServers(`_${service}s._tcp.${url.hostname}`)).map(({ name, port }) => `https://${name}:${port}`);
	return [
		...(url.pathname === '/' ? [] : [url.href]),
		...[...named, url.origin].flatMap((origin) => [new URL(known, origin).href, new URL('/', origin).href]),
	];
}

const wanted = element(
	dav('propfind'),
	element(
		dav('prop'),
		element(dav('resourcetype')),
		element(dav('displayname')),
		element(dav('current-user-principal')),
		element(dav('current-user-privilege-set')),
		element(caldav('calendar-home-set')),
		element(caldav('supported-calendar-component-set')),
		element(carddav('addressbook-home-set')),
		element(apple('calendar-color')),
		element(calendarServer('source')),
	),
);

/** Goes from any resource by its principal to the homes, and lists what is in them. `null`: nothing here leads on. */
async function foldersFrom(door: DavDoor, kind: DavKind, start: string): Promise<FolderElsewhere[] | null> {
	const first = await door.properties(start, '0', wanted);
	const here = first?.lines[0];
	if (!first || !here) return null;
	const own = folderIn(here, kind);
	if (own) return [own];
	const principal = hrefsIn(here.properties.get(dav('current-user-principal')), first.url)[0];
	const there = principal === undefined ? null : await door.properties(principal, '0', wanted);
	const homes = [first, ...(there ? [there] : [])].flatMap(({ lines, url }) =>
		hrefsIn(lines[0]?.properties.get(kind.homeSet), url),
	);
	const found = new Map<string, FolderElsewhere>();
	for (const home of new Set(homes.length > 0 ? homes : [first.url]))
		for (const line of (await door.properties(home, '1', wanted))?.lines ?? []) {
			const folder = folderIn(line, kind);
			if (folder) found.set(folder.url, folder);
		}
	return homes.length === 0 && found.size === 0 ? null : [...found.values()];
}

function hrefsIn(property: XmlElement | undefined, base: string): string[] {
	return (property ? elements(property) : [])
		.filter(({ name }) => name === dav('href'))
		.flatMap((one) => URL.parse(textOf(one), base)?.href ?? []);
}

function folderIn({ url, properties }: DavLine, kind: DavKind): FolderElsewhere | null {
	const type = properties.get(dav('resourcetype'));
	if (!type || !child(type, kind.folder)) return null;
	const components = properties.get(caldav('supported-calendar-component-set'));
	if (kind.component !== null && components && !componentsIn(components).includes(kind.component)) return null;
	const privileges = properties.get(dav('current-user-privilege-set'));
	const colour = properties.get(apple('calendar-color'));
	const fallback = decodeURIComponent(new URL(url).pathname.split('/').findLast(Boolean) ?? '');
	const source = properties.get(calendarServer('source'));
	return {
		url,
		name: ((properties.get(dav('displayname')) && textOf(properties.get(dav('displayname'))!)) || fallback).slice(
			0,
			LONGEST_NAME,
		),
		hue: colour ? hueOf(textOf(colour)) : null,
		// A server that says nothing of rights is asked to write, and then says so.
		mayWrite: !privileges || (textIn(source ?? element(dav('none')), dav('href')) === null && writes(privileges)),
	};
}

function writes(privileges: XmlElement): boolean {
	const granted = elements(privileges).flatMap((one) => elements(one).map(({ name }) => name));
	return [dav('all'), dav('write'), dav('write-content'), dav('bind')].some((name) => granted.includes(name));
}
