import type { Egress, OutboundAnswer } from '@mana/service/egress';
import { connectionTrouble, retryAfterIn, Trouble } from '../mirror/trouble.ts';
import { BadXml, child, elements, parseXml, textOf, type XmlElement, type XmlName, writeXml } from '../xml.ts';
import { dav } from '../names.ts';

/** Elements that an answer may have: a calendar of 20,000 events is listed in one. */
const MOST_ELEMENTS = 400_000;

/** How an account lets in. */
export interface SignsIn {
	/** What goes into `authorization`. @throws Trouble */
	header(): Promise<string>;
	/** Another one, where that of before was refused; `null`: there is none. @throws Trouble */
	again(): Promise<string | null>;
	/** What it means that it was refused. */
	refused(host: string): Trouble;
}

/** By a name and a password (RFC 7617). */
export function passwordOf(user: string, password: string): SignsIn {
	const header = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
	return {
		header: async () => header,
		again: async () => null,
		refused: (host) => new Trouble('wrong-password', `${host} does not know this name with this password.`),
	};
}

export interface DoorParts {
	readonly reach: Egress;
	readonly clock: { now(): number };
	readonly signsIn: SignsIn;
	/** Whether a password or a token may go without TLS: only where addresses of the private network may be reached. */
	readonly allowPlain: boolean;
}

export interface DavRequest {
	readonly method: string;
	readonly url: string;
	readonly depth?: '0' | '1';
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: XmlElement | string;
}

/** One line of a multistatus: a resource, the properties that it has, and its status where it has one of its own. */
export interface DavLine {
	/** Absolute. */
	readonly url: string;
	readonly properties: ReadonlyMap<XmlName, XmlElement>;
	readonly status: number | null;
}

/** The way into an account on a server of others that speaks WebDAV: every request with what lets in, every failure in words. */
export class DavDoor {
	readonly #parts: DoorParts;

	constructor(parts: DoorParts) {
		this.#parts = parts;
	}

	/** Sends a request. Statuses that say something of the resource are answered: 403, 404, 409, 410, 412 and the like. @throws Trouble */
	async ask(request: DavRequest): Promise<OutboundAnswer> {
		const { clock, signsIn, allowPlain } = this.#parts;
		const { protocol, host } = new URL(request.url);
		if (protocol !== 'https:' && !allowPlain)
			throw new Trouble('not-encrypted', `${host} would get the password without encryption. Give an address with https://.`);
		let answer = await this.#send(request, host, await signsIn.header());
		if (answer.status === 401) {
			const at = new URL(answer.url);
			if (at.host !== host) throw new Trouble('sends-on', `${host} sends on to ${at.origin}. Give that address if it is yours.`);
			const again = await signsIn.again();
			if (again === null) throw signsIn.refused(host);
			answer = await this.#send(request, host, again);
			if (answer.status === 401) throw signsIn.refused(host);
		}
		const { status } = answer;
		if (status === 429 || status === 503 || (status === 403 && isQuota(answer.body)))
			throw new Trouble('busy', `${host} wants to be left alone for a while.`, {
				retryAfterMs: retryAfterIn(answer.headers, clock.now()),
			});
		if (status === 507) throw new Trouble('full', `${host} has no room left for this account.`);
		// A method that a server lacks says something of the resource, too.
		if (status >= 500 && status !== 501) throw new Trouble('unreachable', `${host} has trouble of its own (${status}).`);
		return answer;
	}

	#send({ method, url, headers, body, depth }: DavRequest, host: string, authorization: string): Promise<OutboundAnswer> {
		return this.#parts
			.reach(url, {
				method,
				headers: {
					authorization,
					...(depth === undefined ? {} : { depth }),
					...(typeof body === 'object' ? { 'content-type': 'application/xml; charset=utf-8' } : {}),
					...headers,
				},
				...(body === undefined ? {} : { body: typeof body === 'string' ? body : writeXml(body) }),
			})
			.catch((error: unknown) => {
				throw connectionTrouble(error, host);
			});
	}

	/** Asks for properties. @returns nothing where there is no such resource @throws Trouble */
	async properties(url: string, depth: '0' | '1', body: XmlElement): Promise<{ lines: DavLine[]; url: string } | null> {
		const answer = await this.ask({ method: 'PROPFIND', url, depth, body });
		if ([404, 405, 410].includes(answer.status)) return null;
		return { lines: linesIn(answer), url: answer.url };
	}
}

/** Whether a refusal says that too much was asked, as Google's do by 403 (developers.google.com, "Handle API errors"). */
function isQuota(body: Uint8Array): boolean {
	return /rateLimitExceeded|userRateLimitExceeded|quotaExceeded/i.test(new TextDecoder().decode(body.subarray(0, 4_096)));
}

/** The lines of an answer of 207. @throws Trouble for any other */
export function linesIn(answer: OutboundAnswer): DavLine[] {
	return [...documentIn(answer).lines];
}

/** The lines of an answer of 207, and the token that it leads to (RFC 6578). @throws Trouble for any other */
export function documentIn(answer: OutboundAnswer): { readonly lines: readonly DavLine[]; readonly token: string | null } {
	const { host } = new URL(answer.url);
	if (answer.status === 403) throw new Trouble('forbidden', `${host} does not let this account in there.`);
	if (answer.status === 404 || answer.status === 410) throw new Trouble('gone', `${host} has nothing at this address any more.`);
	if (answer.status !== 207) throw new Trouble('unreadable', `${host} answered ${answer.status} where a list was asked for.`);
	const root = parsed(answer.body, host);
	const lines = elements(root)
		.filter(({ name }) => name === dav('response'))
		.map((one): DavLine => {
			const href = textIn(one, dav('href')) ?? '';
			const url = URL.parse(href, answer.url);
			if (!url) throw new Trouble('unreadable', `${host} names an address that is none: ${href.slice(0, 80)}.`);
			const own = child(one, dav('status'));
			const fine = elements(one).filter((part) => part.name === dav('propstat') && statusIn(child(part, dav('status'))) === 200);
			const properties = fine.flatMap((part) => elements(child(part, dav('prop')) ?? part));
			return {
				url: url.href,
				properties: new Map(properties.map((property) => [property.name, property])),
				status: own ? statusIn(own) : null,
			};
		});
	return { lines, token: textIn(root, dav('sync-token')) };
}

function parsed(bytes: Uint8Array, host: string): XmlElement {
	try {
		return parseXml(bytes, MOST_ELEMENTS);
	} catch (error) {
		if (error instanceof BadXml) throw new Trouble('unreadable', `${host} answers what is no WebDAV.`, { cause: error });
		throw error;
	}
}

function statusIn(status: XmlElement | undefined): number | null {
	const code = status && /^HTTP\/[\d.]+ (\d{3})/.exec(textOf(status))?.[1];
	return code === undefined ? null : Number(code);
}

/** The text of a child; `null` where there is none, or nothing in it. */
export function textIn(parent: XmlElement, name: XmlName): string | null {
	const found = child(parent, name);
	const text = found ? textOf(found) : '';
	return text === '' ? null : text;
}
