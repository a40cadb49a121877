import type { DavPath } from './path.ts';
import type { XmlElement, XmlName } from './xml.ts';

/** A resource as its tree has it at this moment, for the one who asks. */
export interface DavResource {
	readonly path: DavPath;
	readonly kind: 'collection' | 'file';
	/** What a collection is besides one: `{urn:ietf:params:xml:ns:caldav}calendar`. */
	readonly types?: readonly XmlName[];
	/** What the asker may do with it, and in it. */
	readonly access: 'read' | 'write';
	/** Strong and quoted; another one for every other content. Of a collection it may be missing. */
	readonly etag: string | null;
	/** Media type of what `read` answers. */
	readonly type: string | null;
	/** Length of what `read` answers, in bytes; `null` for collections. */
	readonly bytes: number | null;
	/** In ms since 1970. */
	readonly createdAt: number | null;
	readonly modifiedAt: number | null;
	/** Stands for what others have to hear of when it changes (RFC 6638 §3.2.10); left out where nobody is invited. */
	readonly scheduleTag?: string;
	/** The principal that it belongs to. */
	readonly owner: DavPath | null;
	/** Properties that clients set and we only keep, and those that the tree works out, by name. */
	readonly properties: ReadonlyMap<XmlName, XmlElement>;
}

/** What a client wants of one property: this value, or (`null`) none. */
export interface PropertyChange {
	readonly name: XmlName;
	readonly value: XmlElement | null;
}

export interface Content {
	readonly bytes: Uint8Array;
	readonly type: string | null;
}

/** What changed in a collection since somebody asked last (RFC 6578). */
export interface CollectionChanges {
	readonly changed: readonly DavResource[];
	readonly removed: readonly DavPath[];
	/** A URI that stands for the state this leads to. */
	readonly token: string;
	/** Whether more changed than was asked for; the token leads on. */
	readonly more: boolean;
}

/** Answers a REPORT of its name; the kit has found the resource, and seen that it may be read. */
export type Report = (query: ReportQuery) => Promise<readonly ReportLine[] | Document>;

/** An answer that is no multistatus. */
export interface Document {
	readonly type: string;
	readonly text: string;
}

export interface ReportQuery {
	readonly resource: DavResource;
	readonly body: XmlElement;
	/** The path an href in the body means; `null` when it lies outside this tree. */
	readonly pathOf: (href: string) => DavPath | null;
	/** How far down is asked for, as the client said; a report that it says nothing to asks about the resource only (RFC 3253 §3.6). */
	readonly depth: 0 | 1 | 'infinity';
}

/**
 * A line of the answer: a resource with the properties that were asked for, an address that leads nowhere (a path, or an href out of this
 * tree), or that there is more in a collection than was told.
 */
export type ReportLine =
	| { readonly resource: DavResource }
	| { readonly missing: DavPath | string }
	| { readonly cutOff: DavResource };

/**
 * What is served by WebDAV, as one principal sees it: another principal has another tree, and a path means one and the same resource in
 * all of them. The kit parses, checks preconditions, rights and locks, and writes answers; a tree finds and changes. It throws
 * `DavFailure` for what it does not allow. A method that is missing is not allowed anywhere in it.
 */
export interface DavTree {
	/** The principal who asks, as a resource of this tree. */
	readonly principal: DavPath;
	/** Names in `properties` that `allprop` leaves out because they are long or seldom wanted. */
	readonly notInAllprop: ReadonlySet<XmlName>;
	readonly reports: ReadonlyMap<XmlName, Report>;
	find(path: DavPath): Promise<DavResource | null>;
	children(collection: DavResource): Promise<readonly DavResource[]>;
	read(file: DavResource): Promise<Blob>;
	/**
	 * Writes a file.
	 *
	 * @param current what is there, as `find` said; the tree throws 412 when it has changed since
	 * @returns the new etag when exactly these bytes are kept, or `null` when they are read back otherwise
	 */
	put(
		path: DavPath,
		current: DavResource | null,
		content: Content,
	): Promise<{ readonly etag: string | null; readonly scheduleTag?: string }>;
	remove(resource: DavResource): Promise<void>;
	makeCollection?(path: DavPath, types: readonly XmlName[], properties: readonly PropertyChange[]): Promise<void>;
	/** @param replaces what is there already, and goes in the same step; @param deep whether what is in a collection comes along */
	copy?(from: DavResource, to: DavPath, how: { readonly replaces: DavResource | null; readonly deep: boolean }): Promise<void>;
	move?(from: DavResource, to: DavPath, how: { readonly replaces: DavResource | null }): Promise<void>;
	/** Answers what is posted to a resource. @throws DavFailure 405 where nothing can be */
	post?(resource: DavResource, content: Content): Promise<Document>;
	/** Changes all of these or none. @throws RefusedProperties */
	patch?(resource: DavResource, changes: readonly PropertyChange[]): Promise<void>;
	/** @param since a token of before, or `null` for everything. @throws DavFailure 403 `valid-sync-token` when it is not known */
	changes?(collection: DavResource, since: string | null, limit: number): Promise<CollectionChanges>;
}

/** Thrown by `patch` and `makeCollection`: these properties cannot be so, and nothing was changed. */
export class RefusedProperties extends Error {
	override readonly name = 'RefusedProperties';
	readonly refused: ReadonlyMap<XmlName, number>;

	/** @param refused the status of each, as 403 or 409 */
	constructor(refused: ReadonlyMap<XmlName, number>) {
		super(`These properties cannot be set: ${[...refused.keys()].join(', ')}.`);
		this.refused = refused;
	}
}
