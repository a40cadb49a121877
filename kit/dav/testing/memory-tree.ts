import { DavFailure } from '../failure.ts';
import { dav } from '../names.ts';
import { type DavPath, isWithin, samePath } from '../path.ts';
import { type CollectionChanges, type DavResource, type DavTree, type PropertyChange, RefusedProperties } from '../tree.ts';
import type { XmlElement, XmlName } from '../xml.ts';

interface Held {
	readonly path: DavPath;
	readonly bytes: Uint8Array | null;
	readonly type: string | null;
	readonly types: readonly XmlName[];
	readonly properties: ReadonlyMap<XmlName, XmlElement>;
	readonly version: number;
	readonly createdAt: number;
	readonly modifiedAt: number;
}

/** Files and folders in memory: a plain WebDAV collection for tests. Several people share it through `seenBy`. */
export class MemoryFiles {
	readonly #held = new Map<string, Held>();
	readonly #removed = new Map<string, { readonly path: DavPath; readonly version: number }>();
	readonly #clock: { now(): number };
	#version = 0;

	constructor(clock: { now(): number }) {
		this.#clock = clock;
		this.#keep({ path: [], bytes: null, type: null, types: [], properties: new Map() });
	}

	/** The tree as somebody sees it who may write, or only read. */
	seenBy(person: string, access: DavResource['access']): DavTree {
		const seen = (held: Held): DavResource => ({
			path: held.path,
			kind: held.bytes === null ? 'collection' : 'file',
			types: held.types,
			access,
			etag: held.bytes === null ? null : `"${held.version}"`,
			type: held.type,
			bytes: held.bytes?.length ?? null,
			createdAt: held.createdAt,
			modifiedAt: held.modifiedAt,
			owner: ['principals', person],
			properties: held.properties,
		});
		return {
			principal: ['principals', person],
			notInAllprop: new Set(),
			reports: new Map(),
			find: async (path) => (this.#at(path) ? seen(this.#at(path)!) : null),
			children: async ({ path }) => this.#inside(path).map(seen),
			read: async ({ path }) => new Blob([new Uint8Array(this.#at(path)!.bytes!)]),
			put: async (path, current, { bytes, type }) => {
				const before = this.#at(path);
				if ((before ? seen(before).etag : null) !== (current?.etag ?? null)) throw new DavFailure(412, 'It has changed since.');
				this.#keep({ path, bytes, type, types: [], properties: before?.properties ?? new Map() });
				return { etag: seen(this.#at(path)!).etag };
			},
			remove: async ({ path }) => this.#drop(path),
			makeCollection: async (path, types, changes) => {
				if (types.length > 0) throw new RefusedProperties(new Map([[dav('resourcetype'), 403]]));
				this.#keep({ path, bytes: null, type: null, types, properties: changed(new Map(), changes) });
			},
			copy: async (from, to, { replaces, deep }) => {
				if (replaces) this.#drop(to);
				this.#place(from.path, to, deep);
			},
			move: async (from, to, { replaces }) => {
				if (replaces) this.#drop(to);
				this.#place(from.path, to, true);
				this.#drop(from.path);
			},
			patch: async ({ path }, changes) => {
				const before = this.#at(path)!;
				this.#keep({ ...before, properties: changed(before.properties, changes) });
			},
			changes: async ({ path }, since, limit) => this.#changes(path, since, limit, seen),
		};
	}

	#at(path: DavPath): Held | undefined {
		return this.#held.get(path.join('/'));
	}

	#keep(what: Pick<Held, 'path' | 'bytes' | 'type' | 'types' | 'properties'>): void {
		const key = what.path.join('/');
		const now = this.#clock.now();
		this.#removed.delete(key);
		this.#held.set(key, { createdAt: this.#held.get(key)?.createdAt ?? now, ...what, version: ++this.#version, modifiedAt: now });
	}

	#inside(path: DavPath): Held[] {
		return [...this.#held.values()].filter((one) => one.path.length === path.length + 1 && isWithin(one.path, path));
	}

	#drop(path: DavPath): void {
		for (const one of this.#held.values()) {
			if (!isWithin(one.path, path)) continue;
			this.#held.delete(one.path.join('/'));
			this.#removed.set(one.path.join('/'), { path: one.path, version: ++this.#version });
		}
	}

	#place(from: DavPath, to: DavPath, deep: boolean): void {
		// Listed first: what is placed would else be gone over as well.
		const before = Array.from(this.#held.values());
		for (const one of before)
			if (deep ? isWithin(one.path, from) : samePath(one.path, from))
				this.#keep({ ...one, path: [...to, ...one.path.slice(from.length)] });
	}

	#changes(path: DavPath, since: string | null, limit: number, seen: (held: Held) => DavResource): CollectionChanges {
		const from = since === null ? 0 : Number(/^urn:memory:(\d+)$/.exec(since)?.[1]);
		if (Number.isNaN(from)) throw new DavFailure(403, 'This token is not known.', dav('valid-sync-token'));
		const within = (one: { readonly path: DavPath; readonly version: number }) =>
			one.version > from && one.path.length === path.length + 1 && isWithin(one.path, path);
		const lines = [
			...[...this.#held.values()].filter(within).map((held) => ({ version: held.version, held, path: null })),
			...[...this.#removed.values()].filter((one) => since !== null && within(one)).map((one) => ({ ...one, held: null })),
		].toSorted((a, b) => a.version - b.version);
		const told = lines.slice(0, limit);
		const more = told.length < lines.length;
		return {
			changed: told.flatMap(({ held }) => (held ? [seen(held)] : [])),
			removed: told.flatMap(({ path }) => (path ? [path] : [])),
			token: `urn:memory:${more ? told.at(-1)!.version : this.#version}`,
			more,
		};
	}
}

function changed(before: ReadonlyMap<XmlName, XmlElement>, changes: readonly PropertyChange[]): ReadonlyMap<XmlName, XmlElement> {
	const after = new Map(before);
	for (const { name, value } of changes)
		if (value) after.set(name, value);
		else after.delete(name);
	return after;
}
