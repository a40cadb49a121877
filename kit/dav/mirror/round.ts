import { decide } from './decide.ts';
import { both, emptyItem, type Item } from './item.ts';
import { type ChangesThere, type Here, Moved, NotYet, RefusedThere, type Texts, type There, type Version } from './sides.ts';
import { Trouble } from './trouble.ts';

/** What is known of the objects of one folder. */
export interface Items<Within> {
	all(): Promise<readonly Item[]>;
	/** Runs `work` and everything that it notes as one step: both are kept, or neither. */
	step(work: (within: Within) => Promise<void>): Promise<void>;
	keep(within: Within, item: Item): Promise<void>;
	drop(within: Within, href: string): Promise<void>;
	/** Of `total` objects that changed there `done` are looked at. */
	progress(done: number, total: number): Promise<void>;
}

export interface RoundParts<Within> {
	readonly there: There;
	readonly here: Here<Within>;
	readonly items: Items<Within>;
	readonly texts: Texts;
	readonly clock: { now(): number };
	/** Whether its person agreed to lose here what is gone there, however much it is. */
	readonly mayLoseMany: boolean;
}

/** What a round leads to. */
export interface RoundEnd {
	readonly token: string | null;
	/** In how many milliseconds something is left to be done; `null`: nothing is. */
	readonly againMs: number | null;
}

/** How long something may be missing here before it is removed there, in ms: whoever takes a deletion back has by then done so. */
export const GRACE_MS = 15_000;
/** What is gone there all at once and has to be agreed to: more than so many, and more than this share of all. */
export const MANY = { objects: 10, share: 0.5 } as const;
/** How many objects are asked for at once, and how often one is looked at anew that changes all the while. */
const [AT_ONCE, MOST_TRIES] = [50, 5];

/** What is known of the other side of an object: what it says now, that it is gone, or that it is as it was. */
type Seen = Version | 'gone' | 'as-was';

/**
 * Brings two folders to say the same, object by object. Whatever breaks it off, the next round goes on from there: each step is noted with
 * what it did, and one that was not noted is found done.
 *
 * @throws Trouble where the account cannot be read or written now, `many-gone` where its person is to be asked first; what was done until then
 *   stays done
 */
export async function runRound<Within>(parts: RoundParts<Within>, token: string | null): Promise<RoundEnd> {
	const round = new Round(parts);
	return round.run(token);
}

class Round<Within> {
	readonly #parts: RoundParts<Within>;
	readonly #byHref = new Map<string, Item>();
	readonly #byUid = new Map<string, Item>();
	#versions: ReadonlyMap<string, string> = new Map();
	#texts: ReadonlyMap<string, string> = new Map();
	readonly #done = new Set<string>();
	#againMs: number | null = null;

	constructor(parts: RoundParts<Within>) {
		this.#parts = parts;
	}

	async run(token: string | null): Promise<RoundEnd> {
		const { there, here, items } = this.#parts;
		for (const item of await items.all()) this.#know(item);
		const changes = await there.changes(token);
		this.#versions = await here.versions();
		const gone = this.#goneIn(changes);
		const known = this.#bothSides();
		const fresh = [...changes.changed].filter(([href, etag]) => etag === '' || this.#byHref.get(href)?.etag !== etag);
		for (let at = 0; at < fresh.length; at += AT_ONCE) {
			await items.progress(at, fresh.length);
			const hrefs = fresh.slice(at, at + AT_ONCE).map(([href]) => href);
			const versions = await this.#read(hrefs);
			for (const href of hrefs) {
				const version = versions.get(href);
				if (version) await this.#arrived(href, version, gone);
				else if (this.#byHref.has(href)) gone.add(href);
			}
		}
		this.#askFirst(gone, known);
		for (const href of gone) {
			const item = this.#byHref.get(href);
			if (item && !this.#done.has(item.uid)) await this.#settle(item.uid, item, 'gone');
		}
		for (const [uid, version] of this.#versions) {
			const item = this.#byUid.get(uid);
			if (!this.#done.has(uid) && this.#differs(uid, version))
				await this.#settle(uid, item ?? null, item && item.etag !== null ? 'as-was' : 'gone');
		}
		for (const item of Array.from(this.#byUid.values()))
			if (!this.#versions.has(item.uid) && !this.#done.has(item.uid) && item.note === null)
				await this.#settle(item.uid, item, item.etag === null ? 'gone' : 'as-was');
		await items.progress(0, 0);
		return { token: changes.token, againMs: this.#againMs };
	}

	#know(item: Item): void {
		this.#byHref.set(item.href, item);
		if (item.uid !== '' && item.note !== 'twice') this.#byUid.set(item.uid, item);
	}

	#goneIn({ changed, removed, whole }: ChangesThere): Set<string> {
		const known = [...this.#byHref.values()].filter(({ etag }) => etag !== null).map(({ href }) => href);
		return new Set(known.filter((href) => (whole ? !changed.has(href) : removed.has(href))));
	}

	/** How many objects are on both sides. */
	#bothSides(): number {
		return [...this.#byUid.values()].filter(({ uid, base }) => base !== null && this.#versions.has(uid)).length;
	}

	/** A server that lost a calendar, or lists nothing for an hour, is not to empty this one. What lies elsewhere there by now is settled already. */
	#askFirst(gone: ReadonlySet<string>, known: number): void {
		const lost = [...gone].filter((href) => {
			const item = this.#byHref.get(href);
			return item && item.base !== null && !this.#done.has(item.uid) && this.#versions.has(item.uid);
		});
		if (this.#parts.mayLoseMany || lost.length <= MANY.objects || lost.length <= known * MANY.share) return;
		throw new Trouble('many-gone', `${lost.length} of ${known} are not there any more. Nothing was removed here.`);
	}

	/** Whether an object here is otherwise than when it was common last, or never was. */
	#differs(uid: string, version: string): boolean {
		const item = this.#byUid.get(uid);
		return item?.version !== version || (item.etag === null && item.note === null) || item.gone_at !== null;
	}

	/** What an object says here; those that come next are read with it. */
	async #mine(uid: string): Promise<string | null> {
		if (!this.#versions.has(uid)) return null;
		if (!this.#texts.has(uid)) {
			const next = [...this.#versions].filter(([one, version]) => !this.#done.has(one) && this.#differs(one, version));
			this.#texts = await this.#parts.here.texts([uid, ...next.slice(0, AT_ONCE).map(([one]) => one)]);
		}
		return this.#texts.get(uid) ?? null;
	}

	/** Objects as they stand there; those that are known under the UID by which they are known here. */
	async #read(hrefs: readonly string[]): Promise<Map<string, Version>> {
		const { there, texts } = this.#parts;
		const found = await there.read(hrefs);
		if (there.manners.namesObjects)
			for (const [href, { etag, text }] of found) {
				const uid = this.#byHref.get(href)?.uid ?? '';
				if (uid !== '') found.set(href, { etag, text: texts.withUid(text, uid) });
			}
		return found;
	}

	/** Something there is new or changed. */
	async #arrived(href: string, version: Version, gone: Set<string>): Promise<void> {
		const sent = this.#byHref.has(href) ? null : this.#sentAs(version.text);
		if (sent) {
			await this.#drop(sent);
			const text = this.#parts.texts.withUid(version.text, sent.uid);
			this.#done.add(sent.uid);
			return this.#settleAsKept({ ...sent, href }, sent.base, { etag: version.etag, text }, sent.version);
		}
		const uid = this.#parts.texts.uidOf(version.text);
		const held = this.#byHref.get(href);
		if (uid === null) return this.#keep({ ...emptyItem(href, ''), etag: version.etag, note: 'not-ours' });
		const other = this.#byUid.get(uid);
		if (other && other.href !== href) {
			if (other.etag !== null && other.note === null && !gone.has(other.href))
				return this.#keep({ ...emptyItem(href, uid), etag: version.etag, note: 'twice' });
			// It lies elsewhere by now, under another name.
			gone.delete(other.href);
			await this.#drop(other);
			return this.#settle(uid, { ...other, href }, version);
		}
		if (held && held.uid !== '' && held.uid !== uid)
			await this.#settle(held.uid, { ...held, href: this.#parts.there.hrefFor(held.uid) }, 'gone');
		return this.#settle(uid, held?.uid === uid ? held : { ...emptyItem(href, uid), etag: '' }, version);
	}

	/** Of a server that names objects itself: what was sent to it, and nobody heard under which name it lies there. */
	#sentAs(text: string): (Item & { readonly base: string }) | null {
		const { there, texts } = this.#parts;
		if (!there.manners.namesObjects) return null;
		for (const item of this.#byUid.values()) {
			const { uid, etag, base } = item;
			if (etag !== null || base === null || this.#done.has(uid)) continue;
			if (texts.same(texts.withUnplaced(base, texts.withUid(text, uid)), base)) return { ...item, base };
		}
		return null;
	}

	/** Does what is to be done about one object. */
	async #settle(uid: string, known: Item | null, seen: Seen): Promise<void> {
		this.#done.add(uid);
		let [item, there]: [Item, Seen] = [known ?? emptyItem(this.#parts.there.hrefFor(uid), uid), seen];
		for (let tries = 0; tries < MOST_TRIES; tries++) {
			const again = await this.#try(item, there);
			if (again === null) return;
			[item, there] = [again.item, again.there];
		}
		// Somebody writes it all the while: the next round looks again.
		this.#again(GRACE_MS);
	}

	/** @returns what to look at instead, where the other side was otherwise than it seemed */
	async #try(item: Item, there: Seen): Promise<{ readonly item: Item; readonly there: Seen } | null> {
		const { texts, here } = this.#parts;
		const { uid, href } = item;
		const version = this.#versions.get(uid) ?? '';
		const mine = await this.#mine(uid);
		if (there === 'as-was' && item.base === null) return this.#reread(item);
		const theirs = there === 'gone' ? null : there === 'as-was' ? item.base : there.text;
		// What never arrived was never common.
		const base = there === 'gone' && item.etag === null ? null : item.base;
		const etag = typeof there === 'object' ? there.etag : there === 'as-was' ? (item.etag ?? '') : null;
		try {
			if (typeof there === 'object' && texts.uidOf(there.text) !== uid)
				throw new RefusedThere('Another object has this name there.');
			// What was sent and never heard of again: what the server had no place for is not what somebody removed.
			const sent = this.#parts.there.manners.rewrites && item.etag === null && base !== null && theirs !== null;
			const seen = sent ? texts.withUnplaced(base, theirs) : theirs;
			const step = decide(texts, { base, whole: base === null ? null : item.whole }, mine, seen);
			switch (step.what) {
				case 'forget':
					await this.#drop(item);
					return null;
				case 'agree':
					await this.#keep({ ...item, etag, ...both(texts, mine!, theirs!), version, gone_at: null, note: null });
					return null;
				case 'take':
					await this.#take(item, { etag: etag!, text: step.text }, theirs!);
					return null;
				case 'trash-here':
					await this.#parts.items.step(async (within) => {
						await here.trash(within, uid);
						await this.#parts.items.drop(within, href);
					});
					this.#forget(item);
					return null;
				case 'remove-there':
					return await this.#remove({ ...item, etag });
				case 'put':
				case 'both':
					return etag === null
						? await this.#create(item, step.text, version)
						: await this.#replace({ ...item, etag }, step.text, { version, alsoHere: step.what === 'both' });
			}
		} catch (error) {
			if (error instanceof Moved) return this.#reread({ ...item, etag: etag ?? item.etag });
			if (error instanceof NotYet) {
				this.#again(GRACE_MS);
				return null;
			}
			if (!(error instanceof RefusedThere)) throw error;
			await this.#keep({ ...item, etag, base: item.base, version, gone_at: null, note: 'refused' });
			return null;
		}
	}

	async #create(item: Item, text: string, version: string): Promise<{ item: Item; there: Seen } | null> {
		const { there } = this.#parts;
		// Noted before it is done: what is found there later under this name is this.
		const begun = { ...item, etag: null, base: text, whole: null, version, gone_at: null, note: null };
		await this.#keep(begun);
		const { href, etag } = await there.create(item.href, text);
		if (href !== item.href) await this.#move(begun, href);
		if (etag !== null) await this.#keep({ ...begun, href, etag });
		else if (!there.manners.rewrites) return this.#reread({ ...begun, href });
		else {
			const kept = (await this.#read([href])).get(href);
			if (kept) await this.#settleAsKept({ ...begun, href }, text, kept, version);
			// It lies there under another name: the next round hears which.
			else this.#again(GRACE_MS);
		}
		return null;
	}

	async #replace(
		item: Item,
		text: string,
		{ version, alsoHere }: { readonly version: string; readonly alsoHere: boolean },
	): Promise<{ item: Item; there: Seen } | null> {
		const etag = await this.#parts.there.replace(item.href, item.etag ?? '', text);
		const { there } = this.#parts;
		if (etag === null && (alsoHere || there.manners.rewrites)) {
			const kept = (await this.#read([item.href])).get(item.href);
			if (!kept) return { item: { ...item, base: text, whole: null }, there: 'gone' };
			if (there.manners.rewrites) await this.#settleAsKept(item, text, kept, alsoHere ? null : version);
			else await this.#take(item, kept, kept.text);
			return null;
		}
		if (etag === null) return this.#reread({ ...item, base: text, whole: null });
		if (alsoHere) await this.#take(item, { etag, text }, text);
		else await this.#keep({ ...item, etag, base: text, whole: null, version, gone_at: null, note: null });
		return null;
	}

	/**
	 * Both sides have what was written, there in the words of the server and without what it has no place for; here that stays.
	 *
	 * @param version of what stands here, where that is what was sent; `null`: it is yet to be written here
	 */
	async #settleAsKept(item: Item, sent: string, { etag, text: kept }: Version, version: string | null): Promise<void> {
		const { texts } = this.#parts;
		const whole = texts.withUnplaced(sent, kept);
		if (version === null || !texts.same(whole, sent)) await this.#take(item, { etag, text: whole }, kept);
		else await this.#keep({ ...item, etag, ...both(texts, whole, kept), version, gone_at: null, note: null });
	}

	async #remove(item: Item): Promise<null> {
		const { clock, there, items } = this.#parts;
		const since = item.gone_at ?? clock.now();
		const left = since + GRACE_MS - clock.now();
		if (left > 0) {
			this.#again(left);
			if (item.gone_at === null) await this.#keep({ ...item, gone_at: since });
			return null;
		}
		try {
			await there.remove(item.href, item.etag ?? '');
		} catch (error) {
			if (!(error instanceof RefusedThere) || item.base === null) throw error;
			// It cannot be removed there, so it is still here.
			await this.#take(item, { etag: item.etag ?? '', text: item.whole ?? item.base }, item.base);
			return null;
		}
		await items.step((within) => items.drop(within, item.href));
		this.#forget(item);
		return null;
	}

	/** @param base what stands there */
	async #take(item: Item, { etag, text }: Version, base: string): Promise<void> {
		const { items, here, texts } = this.#parts;
		let kept: Item = item;
		await items.step(async (within) => {
			const taken = await here.take(within, item.uid, text);
			kept =
				'unfit' in taken
					? {
							...item,
							etag,
							base: null,
							whole: null,
							version: this.#versions.get(item.uid) ?? '',
							gone_at: null,
							note: taken.unfit,
						}
					: { ...item, record: taken.record, etag, ...both(texts, text, base), version: '', gone_at: null, note: null };
			await items.keep(within, kept);
		});
		this.#know(kept);
	}

	async #reread(item: Item): Promise<{ item: Item; there: Seen }> {
		const version = (await this.#read([item.href])).get(item.href);
		return { item: version ? { ...item, etag: item.etag ?? '' } : item, there: version ?? 'gone' };
	}

	async #keep(item: Item): Promise<void> {
		const { items } = this.#parts;
		await items.step((within) => items.keep(within, item));
		this.#know(item);
	}

	/** An object lies under another name than it was sent to. */
	async #move(item: Item, href: string): Promise<void> {
		const { items } = this.#parts;
		await items.step(async (within) => {
			await items.drop(within, item.href);
			await items.keep(within, { ...item, href });
		});
		this.#forget(item);
		this.#know({ ...item, href });
	}

	async #drop(item: Item): Promise<void> {
		const { items } = this.#parts;
		await items.step((within) => items.drop(within, item.href));
		this.#forget(item);
	}

	#forget({ href, uid }: Item): void {
		this.#byHref.delete(href);
		if (this.#byUid.get(uid)?.href === href) this.#byUid.delete(uid);
	}

	#again(inMs: number): void {
		this.#againMs = Math.min(this.#againMs ?? Infinity, inMs);
	}
}
