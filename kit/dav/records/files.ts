import type { Collection } from '@mana/model';
import { DavFailure } from '../failure.ts';
import type { DavPath } from '../path.ts';
import type { DavResource } from '../tree.ts';
import { element } from '../xml.ts';
import { byName, type Folder, type FolderApp } from './folder.ts';
import type { Placed, Wanted } from './kind.ts';
import { objectsOf, type RecordDb } from './objects.ts';
import type { Texts } from './texts.ts';

/** The records of folders as files: their texts, worked out once for as long as nobody changes them, and their etags. */
export class FolderFiles<C extends Collection, F extends Folder> {
	readonly #parts: { readonly db: RecordDb; readonly texts: Texts };
	readonly #app: FolderApp<C, F>;
	readonly #owner: DavPath;

	/** @param owner the principal whose files they are */
	constructor(parts: { readonly db: RecordDb; readonly texts: Texts }, app: FolderApp<C, F>, owner: DavPath) {
		this.#parts = parts;
		this.#app = app;
		this.#owner = owner;
	}

	/** Records of a folder that are wanted. */
	async placedIn(folder: F, wanted: Wanted): Promise<readonly Placed<C>[]> {
		const { db } = this.#parts;
		const found: Placed<C>[] = [];
		for (const kind of this.#app.kinds)
			found.push(...(await objectsOf(db, kind, folder.space, { home: folder.home, ...wanted })));
		return found;
	}

	/** The record behind a resource, as long as it is still what the resource says. @throws DavFailure 412 */
	async placed(folder: F, name: string, { etag }: DavResource): Promise<Placed<C>> {
		const [placed] = await this.placedIn(folder, { names: [name] });
		if (!placed || etagOf(placed, folder) !== etag) throw new DavFailure(412, 'It has changed since.');
		return placed;
	}

	/** The same as files. */
	async resources(folder: F, wanted: Wanted): Promise<DavResource[]> {
		return this.described(folder, await this.placedIn(folder, wanted));
	}

	/** Records as files, with their texts. */
	async described(folder: F, placed: readonly Placed<C>[]): Promise<DavResource[]> {
		const { data, typeOf } = this.#app;
		const all = await this.texts(folder, placed);
		return placed.map((one, i): DavResource => {
			const text = all[i]!;
			const scheduleTag = this.#app.scheduleTag?.(one, text);
			return {
				...(scheduleTag !== undefined && { scheduleTag }),
				path: [...folder.path, one.name],
				kind: 'file',
				access: folder.access,
				etag: etagOf(one, folder),
				type: typeOf(one),
				bytes: Buffer.byteLength(text),
				createdAt: one.row.createdAt,
				modifiedAt: one.changedAt,
				owner: this.#owner,
				properties: byName([element(data, text)]),
			};
		});
	}

	/** What they say. */
	async texts(folder: F, placed: readonly Placed<C>[]): Promise<readonly string[]> {
		const { texts } = this.#parts;
		if (!this.#app.keepsTexts) return this.#app.texts(folder, placed);
		const keys = placed.map((one) => `${folder.space} ${one.row.id} ${etagOf(one, folder)} ${folder.reads ?? ''}`);
		const known = keys.map((key) => texts.get(key));
		const missing = placed.filter((_, i) => known[i] === undefined);
		const fresh = missing.length === 0 ? [] : await this.#app.texts(folder, missing);
		let next = 0;
		return known.map((text, i) => {
			if (text !== undefined) return text;
			const made = fresh[next++]!;
			texts.set(keys[i]!, made);
			return made;
		});
	}

	/** The text of a file. */
	textOf(properties: DavResource['properties']): string {
		return String(properties.get(this.#app.data)?.children[0] ?? '');
	}
}

/** Another one for every other content, and for every other reading of the space. */
function etagOf({ seq }: Placed, { token }: Folder): string {
	return `"${token.replace(/\.\d+$/, '')}.${seq}"`;
}
