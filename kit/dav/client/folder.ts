import { createHash } from 'node:crypto';
import { calendarServer, caldav, calendarData } from '../caldav/names.ts';
import { addressData, carddav } from '../carddav/names.ts';
import { dav } from '../names.ts';
import { type ChangesThere, type Created, type Manners, Moved, RefusedThere, type There, type Version } from '../mirror/sides.ts';
import { Trouble } from '../mirror/trouble.ts';
import { child, element, textOf, type XmlElement, type XmlName } from '../xml.ts';
import { type DavDoor, type DavLine, documentIn, linesIn } from './door.ts';

/** How the objects of a folder are asked for and written. */
export interface ObjectsElsewhere {
	readonly multiget: XmlName;
	readonly data: XmlName;
	readonly type: string;
	readonly extension: string;
}

export const eventsElsewhere: ObjectsElsewhere = {
	multiget: caldav('calendar-multiget'),
	data: calendarData,
	type: 'text/calendar; charset=utf-8',
	extension: 'ics',
};

export const cardsElsewhere: ObjectsElsewhere = {
	multiget: carddav('addressbook-multiget'),
	data: addressData,
	type: 'text/vcard; charset=utf-8',
	extension: 'vcf',
};

const usual: Manners = { rewrites: false, namesObjects: false };

/** How many objects are asked for at once, and how often a list that is cut off is asked for on. */
const [AT_ONCE, MOST_PARTS] = [50, 1_000];
/** Begins a token that is a ctag, of servers that keep no list of changes. */
const CTAG = 'ctag:';

/** A calendar or an address book on a server of others: changes by RFC 6578, else by ctag and etags; writes by `If-Match`. */
export class FolderThere implements There {
	readonly #door: DavDoor;
	readonly #url: string;
	readonly #kind: ObjectsElsewhere;
	readonly manners: Manners;

	/** @param url of the folder, absolute */
	constructor(door: DavDoor, url: string, kind: ObjectsElsewhere, manners: Manners = usual) {
		this.#door = door;
		this.#url = canonical(url.endsWith('/') ? url : `${url}/`);
		this.#kind = kind;
		this.manners = manners;
	}

	async changes(token: string | null): Promise<ChangesThere> {
		const synced = token?.startsWith(CTAG) ? null : await this.#synced(token);
		return synced ?? this.#listed(token?.startsWith(CTAG) ? token : null);
	}

	/** By sync-collection; `null`: the server has none. */
	async #synced(known: string | null): Promise<ChangesThere | null> {
		const [changed, removed] = [new Map<string, string>(), new Set<string>()];
		let token = known;
		for (let parts = 0; parts < MOST_PARTS; parts++) {
			const body = element(
				dav('sync-collection'),
				element(dav('sync-token'), ...(token === null ? [] : [token])),
				element(dav('sync-level'), '1'),
				element(dav('prop'), element(dav('getetag'))),
			);
			const answer = await this.#door.ask({ method: 'REPORT', url: this.#url, body, headers: { depth: '0' } });
			if (answer.status !== 207) {
				// Google says 410 of a token that is too old, too; of a folder that is gone it says so again without one.
				if (answer.status === 404 || (answer.status === 410 && known === null)) documentIn(answer);
				// The token is not known any more (RFC 6578 §3.2), or there is no such report: everything anew, or another way.
				return known === null ? null : this.#synced(null);
			}
			const { lines, token: next } = documentIn(answer);
			let cutOff = false;
			for (const { url, status, properties } of lines) {
				const href = canonical(url);
				if (href === this.#url || `${href}/` === this.#url) cutOff ||= status === 507;
				else if (status === 404 || status === 410) {
					changed.delete(href);
					removed.add(href);
				} else if (!href.endsWith('/')) {
					removed.delete(href);
					changed.set(href, etagIn(properties) ?? '');
				}
			}
			if (next === null) return known === null ? null : this.#synced(null);
			token = next;
			if (!cutOff) return { changed, removed, whole: known === null, token };
		}
		throw new Trouble('unreadable', `${new URL(this.#url).host} cuts its list of changes off again and again.`);
	}

	/** By a list of everything, unless the ctag says that nothing changed. */
	async #listed(token: string | null): Promise<ChangesThere> {
		const asked = (...names: readonly XmlName[]) =>
			element(dav('propfind'), element(dav('prop'), ...names.map((name) => element(name))));
		const ctagName = calendarServer('getctag');
		const own = await this.#door.ask({ method: 'PROPFIND', url: this.#url, depth: '0', body: asked(ctagName) });
		const ctag = linesIn(own)[0]?.properties.get(ctagName);
		const next = ctag && textOf(ctag) !== '' ? CTAG + textOf(ctag) : null;
		if (next !== null && next === token) return { changed: new Map(), removed: new Set(), whole: false, token };
		const answer = await this.#door.ask({
			method: 'PROPFIND',
			url: this.#url,
			depth: '1',
			body: asked(dav('getetag'), dav('resourcetype')),
		});
		const files = linesIn(answer).filter(
			({ url, properties }) =>
				canonical(url) !== this.#url && !child(properties.get(dav('resourcetype')) ?? nothing, dav('collection')),
		);
		const changed = new Map(files.map(({ url, properties }) => [canonical(url), etagIn(properties) ?? '']));
		return { changed, removed: new Set(), whole: true, token: next };
	}

	async read(hrefs: readonly string[]): Promise<Map<string, Version>> {
		const found = new Map<string, Version>();
		for (let at = 0; at < hrefs.length; at += AT_ONCE) {
			const these = hrefs.slice(at, at + AT_ONCE);
			const body = element(
				this.#kind.multiget,
				element(dav('prop'), element(dav('getetag')), element(this.#kind.data)),
				...these.map((href) => element(dav('href'), new URL(href).pathname)),
			);
			const answer = await this.#door.ask({ method: 'REPORT', url: this.#url, body, headers: { depth: '1' } });
			for (const line of linesIn(answer)) {
				const version = this.#versionIn(line);
				if (version) found.set(canonical(line.url), version);
			}
		}
		return found;
	}

	hrefFor(uid: string): string {
		const plain = /^[\w.@-]{1,100}$/.test(uid) ? uid : createHash('sha256').update(uid).digest('base64url');
		return canonical(new URL(`${encodeURIComponent(plain)}.${this.#kind.extension}`, this.#url).href);
	}

	create(href: string, text: string): Promise<Created> {
		return this.#put(href, text, { 'if-none-match': '*' });
	}

	async replace(href: string, etag: string, text: string): Promise<string | null> {
		return (await this.#put(href, text, etag === '' ? {} : { 'if-match': etag })).etag;
	}

	async remove(href: string, etag: string): Promise<void> {
		const answer = await this.#door.ask({ method: 'DELETE', url: href, headers: etag === '' ? {} : { 'if-match': etag } });
		if (answer.status === 412) throw new Moved('It was changed there meanwhile.');
		if (![404, 410].includes(answer.status) && answer.status >= 300) throw refused(href, answer.status);
	}

	async #put(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Created> {
		const answer = await this.#door.ask({ method: 'PUT', url, body, headers: { 'content-type': this.#kind.type, ...headers } });
		if (answer.status === 412) throw new Moved('It was changed there meanwhile.');
		if (answer.status >= 300) throw refused(url, answer.status);
		const etag = answer.headers.get('etag');
		// A weak one does not say that just these bytes are kept (RFC 4791 §5.3.4).
		const isKept = etag !== null && !etag.startsWith('W/') && !this.manners.rewrites;
		// Some servers name what they are sent themselves (RFC 9110 §15.3.2).
		const at = URL.parse(answer.headers.get('location') ?? '', url);
		const href = at && this.#holds(at.href) ? canonical(at.href) : url;
		return { href, etag: isKept ? etag : null };
	}

	/** Whether an address is one of an object in this folder. */
	#holds(url: string): boolean {
		const at = canonical(url);
		return at.startsWith(this.#url) && at.length > this.#url.length;
	}

	#versionIn({ properties }: DavLine): Version | null {
		const [etag, data] = [etagIn(properties), properties.get(this.#kind.data)];
		return etag === null || !data ? null : { etag, text: `${textOf(data).replaceAll(/\r?\n/g, '\r\n')}\r\n` };
	}
}

const nothing: XmlElement = element(dav('none'));

function refused(url: string, status: number): RefusedThere {
	return new RefusedThere(`${new URL(url).host} does not take it (${status}).`);
}

function etagIn(properties: DavLine['properties']): string | null {
	const etag = properties.get(dav('getetag'));
	return etag && textOf(etag) !== '' ? textOf(etag) : null;
}

/** One address has one form, however a server writes its percent signs. */
function canonical(url: string): string {
	const parsed = new URL(url);
	const path = parsed.pathname.split('/').map((name) => encodeURIComponent(decoded(name)));
	return parsed.origin + path.join('/');
}

function decoded(name: string): string {
	try {
		return decodeURIComponent(name);
	} catch (error) {
		if (error instanceof URIError) return name;
		throw error;
	}
}
