import type { Collection } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { Memberships } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { calendarServer } from '../caldav/names.ts';
import type { Span } from '../caldav/time-range.ts';
import { DavFailure } from '../failure.ts';
import { dav } from '../names.ts';
import type { DavPath } from '../path.ts';
import {
	type CollectionChanges,
	type Content,
	type DavResource,
	type DavTree,
	type Document,
	type PropertyChange,
	RefusedProperties,
} from '../tree.ts';
import { element, type XmlName } from '../xml.ts';
import { FolderFiles } from './files.ts';
import { type Folder, type FolderApp, plainCollection, PRINCIPALS, type SpecialCollection } from './folder.ts';
import { principalReports } from './principals.ts';
import { leftSince, readingsOf, type RecordDb } from './objects.ts';
import { freeName, openForms, type OpenPart } from './open-forms.ts';
import type { SpaceCards } from './spaces.ts';
import type { Texts } from './texts.ts';

/** Files whose texts are read together for the files of others. */
const TOGETHER = 200;

export interface RecordTreeParts {
	readonly db: RecordDb;
	readonly memberships: Memberships;
	readonly cards: SpaceCards;
	readonly texts: Texts;
	readonly grant: AppGrant;
	/** The address of a resource of this tree, as a client sees it. */
	hrefOf(path: DavPath): string;
	/** The address of a place in the tree of another server; `null` where clients cannot go there from here. */
	siblingHref(service: string, path: DavPath): string | null;
	/** Resolves to whether a write can be read here, once it can or after a while. */
	reached(space: SpaceId, seq: number): Promise<boolean>;
}

/** A person's records of one app by DAV: the folders of all their spaces, side by side, and in them files. */
export class RecordTree<C extends Collection, F extends Folder> implements DavTree {
	readonly principal: DavPath;
	readonly notInAllprop: ReadonlySet<XmlName>;
	readonly reports: DavTree['reports'];
	readonly #app: FolderApp<C, F>;
	readonly #parts: RecordTreeParts;
	readonly #files: FolderFiles<C, F>;
	#folders: Promise<readonly F[]> | null = null;

	constructor(parts: RecordTreeParts, app: FolderApp<C, F>) {
		this.#parts = parts;
		this.#app = app;
		this.principal = [PRINCIPALS, parts.grant.person.id];
		this.#files = new FolderFiles(parts, app, this.principal);
		this.notInAllprop = new Set([
			dav('sync-token'),
			dav('principal-URL'),
			dav('group-membership'),
			dav('alternate-URI-set'),
			calendarServer('getctag'),
			app.data,
			...app.quiet,
		]);
		this.reports = new Map([
			...app.reports({
				all: (resource, span) => this.#inside(resource, span),
				these: (paths) => this.#filesAt(paths),
			}),
			...principalReports(async (text) => [await this.#person(), ...((await app.principalsLike?.(text)) ?? [])]),
		]);
	}

	async find(path: DavPath): Promise<DavResource | null> {
		const { top } = this.#app;
		const [first, second, file, ...deeper] = path;
		if (deeper.length > 0) return null;
		if (first === undefined) return plainCollection([], null);
		if (second === undefined) return first === top ? this.#home() : first === PRINCIPALS ? plainCollection(path, null) : null;
		if (first === PRINCIPALS) {
			if (file !== undefined) return null;
			return second === this.#parts.grant.person.id ? this.#person() : ((await this.#app.principal?.(second)) ?? null);
		}
		const special = first === top ? this.#app.special?.get(second) : undefined;
		if (special) {
			if (file === undefined) return this.#specialResource(second, special);
			return (await special.files(path.slice(0, 2))).find((one) => one.path[2] === file) ?? null;
		}
		const folder = first === top ? await this.#folder(second) : null;
		if (!folder) return null;
		if (file === undefined) return this.#folderResource(folder);
		return (await this.#files.resources(folder, { names: [file] }))[0] ?? null;
	}

	children(collection: DavResource): Promise<readonly DavResource[]> {
		return this.#inside(collection);
	}

	async #inside({ path }: DavResource, span?: Span): Promise<readonly DavResource[]> {
		const [first, second] = path;
		if (first === undefined) return [plainCollection([this.#app.top], null), plainCollection([PRINCIPALS], null)];
		if (first === PRINCIPALS) return second === undefined ? [await this.#person()] : [];
		const special = second === undefined ? undefined : this.#app.special?.get(second);
		if (special) return special.files(path);
		if (second === undefined) {
			const folders = (await this.#all()).map((folder) => this.#folderResource(folder));
			return [...folders, ...[...(this.#app.special ?? [])].map(([name, one]) => this.#specialResource(name, one))];
		}
		const folder = await this.#folder(second);
		if (!folder) return [];
		const placed = await this.#files.placedIn(folder, {});
		const { near } = this.#app;
		return this.#files.described(folder, span && near ? placed.filter((one) => near(one, span)) : placed);
	}

	/** Everything that the person may see, a file for each folder, as other programs take it in: one calendar, the cards of one book; and in what other formats its app has. */
	async *openFiles(): AsyncGenerator<OpenPart> {
		const taken = new Set<string>();
		for (const folder of await this.#all()) {
			const placed = await this.#files.placedIn(folder, {});
			if (placed.length === 0) continue;
			const form = openForms.find(({ type }) => this.#app.typeOf(placed[0]!).startsWith(type));
			if (!form) continue;
			const file = freeName(folder.name, form.ending, taken);
			const writer = form.writer(folder.name);
			for (let at = 0; at < placed.length; at += TOGETHER)
				for (const text of await this.#files.texts(folder, placed.slice(at, at + TOGETHER)))
					yield { file, text: writer.add(text) };
			yield { file, text: writer.end() };
			const files = new Map<string, string>();
			for await (const { ending, text } of this.#app.taken?.(folder, placed) ?? []) {
				const more = files.get(ending) ?? freeName(folder.name, ending, taken);
				files.set(ending, more);
				yield { file: more, text };
			}
		}
	}

	async read({ properties, type }: DavResource): Promise<Blob> {
		return new Blob([this.#files.textOf(properties)], { type: type ?? '' });
	}

	async put(path: DavPath, current: DavResource | null, content: Content): ReturnType<DavTree['put']> {
		const folder = await this.#writable(path);
		const name = path[2]!;
		const sent = await this.#app.writes.put(folder, name, current && (await this.#files.placed(folder, name, current)), content);
		const kept = await this.#after(folder.space, sent.seq, path);
		const etag = kept && this.#files.textOf(kept.properties) === sent.text ? kept.etag : null;
		return { etag, ...(kept?.scheduleTag !== undefined && { scheduleTag: kept.scheduleTag }) };
	}

	async post({ path }: DavResource, content: Content): Promise<Document> {
		const special = path[0] === this.#app.top && path.length === 2 ? this.#app.special?.get(path[1]!) : undefined;
		if (!special?.post) throw new DavFailure(405, 'Nothing can be posted here.');
		return special.post(content);
	}

	async remove(resource: DavResource): Promise<void> {
		const { path, kind } = resource;
		const special = path[0] === this.#app.top && path[1] !== undefined ? this.#app.special?.get(path[1]) : undefined;
		if (special) {
			if (kind === 'collection') throw new DavFailure(403, 'This one stays.');
			return special.remove(resource);
		}
		const folder = await this.#writable(path);
		const { writes } = this.#app;
		if (kind === 'file') {
			const found = await this.find(path);
			const placed = found && (await this.#files.placed(folder, path[2]!, found));
			if (placed) await this.#after(folder.space, await writes.trash(folder, placed), path);
			return;
		}
		if (!folder.removable) throw new DavFailure(403, 'This one stays. Remove or move what is in it.');
		await this.#after(folder.space, await writes.trashFolder(folder), path);
	}

	async makeCollection(path: DavPath, types: readonly XmlName[], changes: readonly PropertyChange[]): Promise<void> {
		const [first, name, ...deeper] = path;
		const { top, type, writes } = this.#app;
		if (first !== top || name === undefined || deeper.length > 0 || !types.includes(type))
			throw new DavFailure(403, `In /${top}/, side by side, is the place for new ones.`, this.#app.conditions.place);
		const space = this.#personal();
		await this.#after(space, await writes.makeFolder(space, name, types, changes), path);
	}

	async patch({ path, kind }: DavResource, changes: readonly PropertyChange[]): Promise<void> {
		if (kind !== 'collection' || path[0] !== this.#app.top || path.length !== 2) throw refusing(changes);
		const folder = await this.#writable(path);
		await this.#after(folder.space, await this.#app.writes.changeFolder(folder, changes), path);
	}

	async copy(
		{ path, kind, type, properties }: DavResource,
		to: DavPath,
		{ replaces }: { readonly replaces: DavResource | null; readonly deep: boolean },
	): Promise<void> {
		if (kind !== 'file' || to.length !== 3 || path[0] !== this.#app.top)
			throw new DavFailure(403, 'Files can be copied; what they lie in stays.');
		await this.put(to, replaces, { bytes: new TextEncoder().encode(this.#files.textOf(properties)), type });
	}

	async move({ path }: DavResource, to: DavPath, { replaces }: { readonly replaces: DavResource | null }): Promise<void> {
		const [source, target] = [await this.#writable(path), await this.#writable(to)];
		if (path.length !== 3 || to.length !== 3) throw new DavFailure(403, 'Files can be moved; what they lie in stays.');
		if (replaces) throw new DavFailure(403, 'There is another one at that place. Remove it first.', this.#app.conditions.taken);
		if (source.space !== target.space)
			throw new DavFailure(403, 'What is in a space stays in it. Copy it there, then remove it here.');
		const found = await this.find(path);
		const placed = found && (await this.#files.placed(source, path[2]!, found));
		if (!placed) throw new DavFailure(404, 'There is nothing at this address.');
		await this.#after(source.space, await this.#app.writes.move(placed, target, to[2]!), to);
	}

	async changes({ path }: DavResource, since: string | null, limit: number): Promise<CollectionChanges> {
		const folder = path[0] === this.#app.top && path[1] !== undefined ? await this.#folder(path[1]) : null;
		if (!folder) throw new DavFailure(403, 'What changed here is not kept.', dav('supported-report'));
		const [name, head] = splitToken(folder.token);
		const [before, from] = since === null ? [name, 0] : splitToken(since);
		if (before !== name || from > head || Number.isNaN(from))
			throw new DavFailure(403, 'This token is of another history. Begin again without one.', dav('valid-sync-token'));
		const present = await this.#files.placedIn(folder, since === null ? {} : { after: from });
		const gone = since === null ? [] : await leftSince(this.#parts.db, folder.space, folder.home, from);
		const lines = [
			...present.map((placed) => ({ seq: placed.seq, placed, left: null })),
			...gone.map(({ name, seq }) => ({ seq, placed: null, left: name })),
		].toSorted((a, b) => a.seq - b.seq);
		// What came by one change is told together, so that a token never stands in the middle of it.
		let count = Math.min(limit, lines.length);
		while (count > 0 && count < lines.length && lines[count]!.seq === lines[count - 1]!.seq) count++;
		const told = lines.slice(0, count);
		const more = count < lines.length;
		return {
			changed: await this.#files.described(
				folder,
				told.flatMap(({ placed }) => (placed ? [placed] : [])),
			),
			removed: told.flatMap(({ left }) => (left === null ? [] : [[...folder.path, left]])),
			token: `${name}.${more ? told.at(-1)!.seq : head}`,
			more,
		};
	}

	#home(): DavResource {
		// Folders can be made in it.
		return { ...plainCollection([this.#app.top], this.principal), access: this.#mayWrite ? 'write' : 'read' };
	}

	get #mayWrite(): boolean {
		return this.#parts.grant.password.access === 'write';
	}

	async #person(): Promise<DavResource> {
		const { grant, hrefOf } = this.#parts;
		return {
			...plainCollection(
				this.principal,
				this.principal,
				element(dav('displayname'), grant.person.name),
				element(dav('principal-URL'), element(dav('href'), hrefOf(this.principal))),
				element(dav('group-membership')),
				element(dav('alternate-URI-set')),
				...(await this.#app.person(grant, hrefOf)),
			),
			types: [dav('principal')],
		};
	}

	#specialResource(name: string, { types, properties }: SpecialCollection): DavResource {
		const own = plainCollection([this.#app.top, name], this.principal, ...properties);
		return { ...own, types, access: this.#mayWrite ? 'write' : 'read' };
	}

	#folderResource(folder: F): DavResource {
		const { path, name, token, access, createdAt } = folder;
		return {
			...plainCollection(
				path,
				this.principal,
				element(dav('displayname'), name),
				element(dav('sync-token'), token),
				element(calendarServer('getctag'), token),
				...this.#app.properties(folder),
			),
			types: [this.#app.type],
			access,
			createdAt,
		};
	}

	/** Every folder that the person may see now. */
	#all(): Promise<readonly F[]> {
		return (this.#folders ??= this.#list());
	}

	async #list(): Promise<readonly F[]> {
		const { memberships, cards, db, grant } = this.#parts;
		const { app, urn } = this.#app;
		const { id, language } = grant.person;
		const spaces = memberships.spacesOf(id).filter((space) => memberships.can(id, space, 'read', app));
		const known = await cards.of(grant, spaces);
		const readings = await readingsOf(db, spaces);
		const open = spaces.flatMap((space) => {
			const card = known.get(space);
			if (!card) return [];
			const access: DavResource['access'] = this.#mayWrite && memberships.can(id, space, 'write', app) ? 'write' : 'read';
			const reading = readings.get(space);
			return [{ id: space, card, access, token: `${urn}:${reading?.name ?? 'new'}.${reading?.seq ?? 0}` }];
		});
		return this.#app.folders(open, language);
	}

	async #folder(segment: string): Promise<F | null> {
		return (await this.#all()).find(({ path }) => path[1] === segment) ?? null;
	}

	/** @throws DavFailure 403 */
	async #writable([first, segment]: DavPath): Promise<F> {
		const folder = first === this.#app.top && segment !== undefined ? await this.#folder(segment) : null;
		if (!folder) throw new DavFailure(403, `Files lie in the folders of /${this.#app.top}/.`);
		if (folder.access !== 'write') throw new DavFailure(403, 'You may read this, not change it.');
		return folder;
	}

	/** @throws DavFailure 403 */
	#personal(): SpaceId {
		const { memberships, grant } = this.#parts;
		const { id } = grant.person;
		const own = memberships.personalSpace(id) as SpaceId | null;
		if (own === null || !this.#mayWrite || !memberships.can(id, own, 'write', this.#app.app))
			throw new DavFailure(403, 'You may not make anything here.');
		return own;
	}

	/** The files at these paths, in as few questions as there are folders among them. */
	async #filesAt(paths: readonly DavPath[]): Promise<DavResource[]> {
		const byFolder = new Map<string, string[]>();
		for (const [first, segment, name, ...deeper] of paths)
			if (first === this.#app.top && segment !== undefined && name !== undefined && deeper.length === 0)
				byFolder.set(segment, [...(byFolder.get(segment) ?? []), name]);
		const found: DavResource[] = [];
		for (const [segment, names] of byFolder) {
			const folder = await this.#folder(segment);
			if (folder) found.push(...(await this.#files.resources(folder, { names })));
		}
		return found;
	}

	/** Waits until what was written can be read here. @returns what is at the place then; `null` when that takes too long */
	async #after(space: SpaceId, seq: number, path: DavPath): Promise<DavResource | null> {
		const reached = await this.#parts.reached(space, seq);
		this.#folders = null;
		return reached ? this.find(path) : null;
	}
}

/** None of these properties can be set. */
export function refusing(changes: readonly PropertyChange[]): RefusedProperties {
	return new RefusedProperties(new Map(changes.map(({ name }) => [name, 403])));
}

function splitToken(token: string): [name: string, seq: number] {
	const at = token.lastIndexOf('.');
	return [token.slice(0, at), Number(token.slice(at + 1))];
}
