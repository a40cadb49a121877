// For tests: Google Calendar by CalDAV and Google Contacts by CardDAV (developers.google.com, "CalDAV API Developer's Guide", "Manage contacts with the CardDAV protocol").
import { apple, caldav, calendarData } from '../../caldav/names.ts';
import { addressData, carddav } from '../../carddav/names.ts';
import { dav } from '../../names.ts';
import { child, element, elements, parseXml, textOf, type XmlElement, writeXml } from '../../xml.ts';
import type { GoogleAccounts } from './accounts.ts';
import { googleCards, googleEvents, GoogleFolder } from './folder.ts';

const [CALENDAR, CARDS] = ['https://www.googleapis.com/auth/calendar', 'https://www.googleapis.com/auth/carddav'];

export class GoogleDav {
	/** How many requests are refused from now on, and how. */
	refusing: { left: number; readonly answer: () => Response } | null = null;
	/** How many requests came through. */
	requests = 0;
	readonly #accounts: GoogleAccounts;
	readonly #folders = new Map<string, GoogleFolder>();

	constructor(accounts: GoogleAccounts, people: readonly string[]) {
		this.#accounts = accounts;
		for (const email of people) {
			this.#folders.set(`/caldav/v2/${email}/events/`, new GoogleFolder(email, googleEvents));
			this.#folders.set(`/caldav/v2/holidays@group.v.calendar.google.com/events/`, new GoogleFolder('Holidays', googleEvents, false)); // prettier-ignore
			this.#folders.set(`/carddav/v1/principals/${email}/lists/default/`, new GoogleFolder('Address Book', googleCards));
		}
	}

	/** The first calendar of an account. */
	calendar(email: string): GoogleFolder {
		return this.#folders.get(`/caldav/v2/${email}/events/`)!;
	}

	contacts(email: string): GoogleFolder {
		return this.#folders.get(`/carddav/v1/principals/${email}/lists/default/`)!;
	}

	/** Has it refuse the next requests: too many were made. @param status 403 with a reason, as for a quota of a person; 429 with a time to wait */
	limit(times: number, status: 403 | 429): void {
		const error = {
			code: status,
			message: 'Rate Limit Exceeded',
			errors: [{ domain: 'usageLimits', reason: 'rateLimitExceeded' }],
		};
		const headers: Record<string, string> = status === 429 ? { 'retry-after': '600' } : {};
		this.refusing = { left: times, answer: () => Response.json({ error }, { status, headers }) };
	}

	/** Answers what is asked of it; `null`: that is none of it. */
	async answer(request: Request): Promise<Response | null> {
		const path = decodeURIComponent(new URL(request.url).pathname);
		const isCards = path === '/.well-known/carddav' || path.startsWith('/carddav/v1/');
		if (!isCards && !path.startsWith('/caldav/v2/')) return null;
		const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
		const grant = this.#accounts.grantOf(token);
		if (!grant)
			return Response.json(
				{ error: { code: 401, message: 'Invalid Credentials', errors: [{ reason: 'authError' }] } },
				{ status: 401, headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' } },
			);
		if (!grant.scopes.has(isCards ? CARDS : CALENDAR))
			return Response.json({ error: { code: 403, errors: [{ reason: 'insufficientPermissions' }] } }, { status: 403 });
		if (this.refusing && this.refusing.left-- > 0) return this.refusing.answer();
		this.requests++;
		if (path === '/.well-known/carddav')
			return new Response(null, { status: 301, headers: { location: `/carddav/v1/principals/${grant.email}/` } });
		return this.#answered(request, path, grant.email);
	}

	async #answered(request: Request, path: string, email: string): Promise<Response> {
		const [, owner] = /^\/(?:caldav\/v2|carddav\/v1\/principals)\/([^/]+)/.exec(path) ?? [];
		if (owner !== email && owner !== 'holidays@group.v.calendar.google.com') return new Response(null, { status: 404 });
		if (request.method === 'PROPFIND') return this.#properties(path, email, request.headers.get('depth') ?? '0');
		const folder = this.#folders.get(path);
		if (request.method === 'REPORT' && folder) return this.#report(folder, path, await bodyOf(request));
		const [, home = '', name = ''] = /^(.*\/)([^/]+)$/.exec(path) ?? [];
		const inside = this.#folders.get(home);
		if (!inside) return new Response(null, { status: request.method === 'MKCALENDAR' ? 403 : 404 });
		return this.#object(request, inside, home, name);
	}

	#properties(path: string, email: string, depth: string): Response {
		const calendars = `/caldav/v2/${email}/`;
		const principal = `/carddav/v1/principals/${email}/`;
		if (path === `${calendars}user` || path === `${calendars}user/`)
			return multistatus(
				line(`${calendars}user`, type(dav('principal')), href(dav('current-user-principal'), `${calendars}user`), href(caldav('calendar-home-set'), calendars)),
			); // prettier-ignore
		if (path === principal || path === principal.slice(0, -1))
			return multistatus(line(principal, type(dav('principal')), href(dav('current-user-principal'), principal), href(carddav('addressbook-home-set'), `${principal}lists/`))); // prettier-ignore
		const own = [...this.#folders].filter(
			([at, { mayWrite }]) => at.startsWith(calendars) || at.startsWith(principal) || !mayWrite,
		);
		if (path === calendars || path === `${principal}lists/`) {
			const isCards = path !== calendars;
			const folders = depth === '0' ? [] : own.filter(([, { kind }]) => (kind === googleCards) === isCards);
			const inbox =
				isCards || depth === '0' ? [] : [line(`${calendars}inbox/`, type(dav('collection'), caldav('schedule-inbox')))];
			return multistatus(line(path, type(dav('collection'))), ...inbox, ...folders.map(([at, folder]) => described(at, folder)));
		}
		const folder = this.#folders.get(path);
		if (!folder) return new Response(null, { status: 404 });
		const objects = depth === '0' ? [] : [...folder.held].map(([name, held]) => line(path + name, etag(held.etag), type()));
		return multistatus(described(path, folder), ...objects);
	}

	#report(folder: GoogleFolder, path: string, body: XmlElement): Response {
		if (body.name === dav('sync-collection')) {
			const changes = folder.since(textOf(child(body, dav('sync-token')) ?? element(dav('none'))));
			if (!changes)
				return new Response(
					folder.forgets === 410 ? '' : writeXml(element(dav('error'), element(dav('valid-sync-token')))),
					{ status: folder.forgets ?? 403 }, // prettier-ignore
				);
			return multistatus(
				...changes.changed.map((name) => line(path + name, etag(folder.held.get(name)!.etag))),
				...changes.removed.map((name) => gone(path + name)),
				element(dav('sync-token'), folder.token),
			);
		}
		const data = folder.kind === googleCards ? addressData : calendarData;
		const asked = elements(body).filter(({ name }) => name === dav('href')).map((one) => decodeURIComponent(textOf(one))); // prettier-ignore
		return multistatus(
			...asked.map((at) => {
				const held = folder.held.get(at.slice(path.length));
				return held ? line(at, etag(held.etag), element(data, held.text)) : gone(at);
			}),
		);
	}

	async #object(request: Request, folder: GoogleFolder, home: string, name: string): Promise<Response> {
		const held = folder.held.get(name);
		const wanted = request.headers.get('if-match');
		if (wanted !== null && held?.etag !== wanted) return new Response(null, { status: 412 });
		switch (request.method) {
			case 'GET':
				return held ? new Response(held.text, { headers: { etag: held.etag, 'content-type': folder.kind.type } }) : new Response(null, { status: 404 });
			case 'DELETE':
				if (!folder.mayWrite) return new Response(null, { status: 403 });
				if (folder.remove(name)) folder.writes++;
				return new Response(null, { status: held ? 204 : 404 });
			case 'PUT': {
				if (!folder.mayWrite) return new Response(null, { status: 403 });
				const put = folder.put(name, await request.text());
				if (!put) return new Response('Request contains an invalid argument.', { status: 400 });
				folder.writes++;
				const headers: Record<string, string> = { etag: put.etag };
				if (put.name !== name) headers['location'] = encodeURI(home + put.name);
				return new Response(null, { status: put.isNew ? 201 : 204, headers });
			}
			default:
				return new Response(null, { status: 405 });
		}
	} // prettier-ignore
}

function described(at: string, { name, kind, mayWrite }: GoogleFolder): XmlElement {
	const privileges = ['read', ...(mayWrite ? ['write', 'write-content', 'bind'] : [])];
	return line(
		at,
		type(dav('collection'), kind === googleCards ? carddav('addressbook') : caldav('calendar')),
		element(dav('displayname'), name),
		...(kind === googleCards ? [] : [element(apple('calendar-color'), '#9FE1E7FF')]),
		element(
			dav('current-user-privilege-set'),
			...privileges.map((one) => element(dav('privilege'), element(dav(one)))),
		),
	); // prettier-ignore
}

function multistatus(...lines: readonly XmlElement[]): Response {
	return new Response(writeXml(element(dav('multistatus'), ...lines)), {
		status: 207,
		headers: { 'content-type': 'application/xml; charset=UTF-8' },
	});
}

/** Google writes an @ of an address as `%40`. */
function line(at: string, ...properties: readonly XmlElement[]): XmlElement {
	const found = element(dav('propstat'), element(dav('prop'), ...properties), element(dav('status'), 'HTTP/1.1 200 OK'));
	return element(dav('response'), element(dav('href'), said(at)), found);
}

function gone(at: string): XmlElement {
	return element(dav('response'), element(dav('href'), said(at)), element(dav('status'), 'HTTP/1.1 404 Not Found'));
}

function said(path: string): string {
	return encodeURI(path).replaceAll('@', '%40');
}

function type(...names: Parameters<typeof element>[0][]): XmlElement {
	return element(dav('resourcetype'), ...names.map((name) => element(name)));
}

function href(name: Parameters<typeof element>[0], at: string): XmlElement {
	return element(name, element(dav('href'), said(at)));
}

function etag(value: string): XmlElement {
	return element(dav('getetag'), value);
}

async function bodyOf(request: Request): Promise<XmlElement> {
	return parseXml(new Uint8Array(await request.arrayBuffer()), 100_000);
}
