import { child, elements, parseXml, textOf, type XmlElement } from '../index.ts';

export interface Asked {
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** A program that speaks CalDAV or CardDAV with a server. */
export class Program {
	readonly #dav: string;
	readonly #authorization: string;

	constructor(dav: string, authorization: string) {
		this.#dav = dav;
		this.#authorization = authorization;
	}

	ask(method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Response> {
		const type = body?.startsWith('<') ? 'application/xml' : `text/${body?.startsWith('BEGIN:VCARD') ? 'vcard' : 'calendar'}; charset=utf-8`; // prettier-ignore
		return fetch(this.#dav + path, {
			method,
			redirect: 'manual',
			headers: { authorization: this.#authorization, depth: '0', 'content-type': type, ...headers },
			...(body === undefined ? {} : { body }),
		});
	}

	async put(path: string, body: string, headers: Record<string, string> = {}) {
		const answer = await this.ask('PUT', path, { body, headers });
		return {
			status: answer.status,
			etag: answer.headers.get('etag'),
			tag: answer.headers.get('schedule-tag'),
			text: await answer.text(),
		};
	}

	async read(path: string): Promise<{ text: string; etag: string; tag: string | null }> {
		const answer = await this.ask('GET', path);
		if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
		return { text: await answer.text(), etag: answer.headers.get('etag')!, tag: answer.headers.get('schedule-tag') };
	}

	/** Asks for a report, with all that lies in a collection. */
	async report(path: string, body: string, depth = '1'): Promise<Map<string, XmlElement>> {
		return lines(await this.ask('REPORT', path, { headers: { depth }, body }));
	}

	/** Properties of one resource, as text. */
	async properties(path: string, ...names: readonly string[]): Promise<string> {
		return (await this.ask('PROPFIND', path, { body: props(...names) })).text();
	}
}

/** The lines of a multistatus, by href. */
export async function lines(answer: Response): Promise<Map<string, XmlElement>> {
	const document = parseXml(new Uint8Array(await answer.arrayBuffer()));
	return new Map(
		elements(document)
			.filter(({ name }) => name === '{DAV:}response')
			.map((line) => [decodeURIComponent(textOf(child(line, '{DAV:}href')!)), line]),
	);
}

/** Prefixes of what programs ask about: `C` is calendars, `K` is cards. */
export const ns =
	'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:K="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"';

/** The body of a PROPFIND that asks for these. */
export function props(...names: readonly string[]): string {
	return `<D:propfind ${ns}><D:prop>${names.map((name) => `<${name}/>`).join('')}</D:prop></D:propfind>`;
}
