import { DavFailure } from './failure.ts';
import { holds, parseIf, type ResourceState, tokensIn } from './if-header.ts';
import type { Locks } from './locks.ts';
import { dav } from './names.ts';
import { type DavPath, hrefOf, parentOf, parsePath } from './path.ts';
import type { DavResource, DavTree } from './tree.ts';
import { BadXml, element, parseXml, type XmlElement } from './xml.ts';

/** What a method is given: the request, and the tree as its sender may see it. */
export interface ExchangeOptions {
	readonly request: Request;
	/** Id of the person who asks. */
	readonly person: string;
	readonly tree: DavTree;
	readonly locks: Locks;
	/** Path of the tree's root as clients see it, without a slash at its end: `/api/todo-server/dav`. */
	readonly base: string;
	/** Host and port under which clients reach it. */
	readonly host: string;
	/** The part of the address behind the root, percent-encoded. */
	readonly pathname: string;
}

/** One request on its way to an answer. */
export class Exchange {
	readonly request: Request;
	readonly person: string;
	readonly tree: DavTree;
	readonly locks: Locks;
	readonly path: DavPath;
	readonly #base: string;
	readonly #host: string;

	/** @throws DavFailure 400 when the address cannot be read */
	constructor({ request, person, tree, locks, base, host, pathname }: ExchangeOptions) {
		this.request = request;
		this.person = person;
		this.tree = tree;
		this.locks = locks;
		this.path = parsePath(pathname);
		this.#base = base;
		this.#host = host;
	}

	header(name: string): string | null {
		return this.request.headers.get(name);
	}

	href(path: DavPath, kind: DavResource['kind']): string {
		return hrefOf(this.#base, path, kind === 'collection');
	}

	/** `<D:href>` of a resource. */
	hrefElement(path: DavPath, kind: DavResource['kind']): XmlElement {
		return element(dav('href'), this.href(path, kind));
	}

	/** The path that an address or the path of one means; `null` when it is not in this tree. */
	pathOf(href: string): DavPath | null {
		// Behind a proxy the scheme is the proxy's affair: host and path are what tells.
		const address = URL.parse(href, `http://${this.#host}`);
		if (!address || address.host !== new URL(`${address.protocol}//${this.#host}`).host) return null;
		if (address.pathname !== this.#base && !address.pathname.startsWith(`${this.#base}/`)) return null;
		return parsePath(address.pathname.slice(this.#base.length));
	}

	/** @throws DavFailure 404 */
	async resource(): Promise<DavResource> {
		const found = await this.tree.find(this.path);
		if (!found) throw new DavFailure(404, 'There is nothing at this address.');
		return found;
	}

	/** The body as XML; `null` when there is none. @throws DavFailure 400, 415 */
	async body(): Promise<XmlElement | null> {
		const bytes = new Uint8Array(await this.request.arrayBuffer());
		if (bytes.length === 0) return null;
		const type = (this.header('content-type') ?? 'application/xml').split(';')[0]!.trim().toLowerCase();
		if (type !== 'application/xml' && type !== 'text/xml' && !type.endsWith('+xml'))
			throw new DavFailure(415, 'Send the body as application/xml.');
		try {
			return parseXml(bytes);
		} catch (error) {
			if (error instanceof BadXml) throw new DavFailure(400, error.message);
			throw error;
		}
	}

	/**
	 * Holds a request against what it says must be so: `If-Match`, `If-None-Match` (RFC 9110 §13) and `If` (RFC 4918 §10.4).
	 *
	 * @throws DavFailure 412
	 */
	async expect(resource: DavResource | null): Promise<void> {
		const match = this.header('if-match');
		if (match !== null && !(resource && matches(match, resource.etag)))
			throw new DavFailure(412, 'It is not what you saw any more. Read it again, then decide.');
		const tag = this.header('if-schedule-tag-match');
		// RFC 6638 §8.3: answers of guests alone do not make it another one.
		if (tag !== null && tag.trim() !== resource?.scheduleTag)
			throw new DavFailure(412, 'What others have to hear of has changed. Read it again, then decide.');
		const noneMatch = this.header('if-none-match');
		if (noneMatch !== null && this.request.method !== 'GET' && this.request.method !== 'HEAD')
			if (resource && matches(noneMatch, resource.etag)) throw new DavFailure(412, 'There is something already.');
		const lists = this.#lists();
		if (lists.length > 0 && !(await holds(lists, (tag) => this.#stateOf(tag, resource))))
			throw new DavFailure(412, 'What the If header asks for is not so.');
	}

	/**
	 * Sees that whoever asks may change a resource and has the token of each lock on it.
	 *
	 * @param resource what is there; of what is not there yet, its parent decides
	 * @param change `content`: it stays where it is; `place`: it comes, goes, or is replaced, with all that is in it
	 * @throws DavFailure 403, 409, 423
	 */
	async mayChange(path: DavPath, resource: DavResource | null, change: 'content' | 'place'): Promise<void> {
		if (path.length === 0 && change === 'place') throw new DavFailure(403, 'The root stays where it is.');
		const parent = resource && change === 'content' ? null : await this.tree.find(parentOf(path));
		if (!resource && parent?.kind !== 'collection') throw new DavFailure(409, 'The folder that this would lie in is not there.');
		for (const one of [resource, parent])
			if (one?.access === 'read') throw new DavFailure(403, 'You may read this, not change it.', this.#lacks(one));
		const locks = [
			...this.locks.covering(path),
			...(change === 'place' ? this.locks.within(path) : []),
			// What lies in a collection belongs to its state, so its lock guards that too (§7.4).
			...(resource && change === 'content' ? [] : this.locks.covering(parentOf(path))),
		];
		this.mayUnlock(locks);
	}

	/** @throws DavFailure 423 when there is a lock whose token was not sent by its owner (RFC 4918 §7.5) */
	mayUnlock(locks: ReturnType<Locks['covering']>): void {
		const sent = tokensIn(this.#lists());
		const known = (lock: (typeof locks)[number]) => lock.principal === this.person && sent.has(lock.token);
		const roots = new Map<string, ReturnType<Locks['covering']>>();
		for (const lock of locks) roots.set(lock.root.join('/'), [...(roots.get(lock.root.join('/')) ?? []), lock]);
		// Of several shared locks on one resource, one token is enough.
		const missing = [...roots.values()].filter((group) => !group.some(known));
		if (missing.length === 0) return;
		throw new DavFailure(
			423,
			'This is locked. Send the token of the lock, or try again when it is over.',
			element(dav('lock-token-submitted'), ...missing.map(([lock]) => this.hrefElement(lock!.root, 'file'))),
		);
	}

	/** Every lock token that was sent. */
	tokens(): Set<string> {
		return tokensIn(this.#lists());
	}

	#lists(): ReturnType<typeof parseIf> {
		const header = this.header('if');
		return header === null ? [] : parseIf(header);
	}

	async #stateOf(tag: string | null, resource: DavResource | null): Promise<ResourceState> {
		const path = tag === null ? this.path : this.pathOf(tag);
		if (path === null) return { etag: null, tokens: new Set() };
		const found = tag === null ? resource : await this.tree.find(path);
		return { etag: found?.etag ?? null, tokens: new Set(this.locks.covering(path).map(({ token }) => token)) };
	}

	#lacks(resource: DavResource): XmlElement {
		const privilege = element(dav('privilege'), element(dav('write')));
		const about = element(dav('resource'), this.hrefElement(resource.path, resource.kind), privilege);
		return element(dav('need-privileges'), about);
	}
}

/** The etags of a header. */
export function etagsIn(header: string): string[] {
	return [...header.matchAll(/(?:W\/)?"[^"]*"/g)].map(([etag]) => etag);
}

/** Whether an etag is among those of `If-Match` or `If-None-Match`, compared strongly. */
function matches(header: string, etag: string | null): boolean {
	return header.trim() === '*' || (etag !== null && etagsIn(header).includes(etag));
}
