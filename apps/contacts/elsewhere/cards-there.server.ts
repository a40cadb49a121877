import { type ChangesThere, type Created, type Manners, NotYet, type There, type Version } from '@mana/dav/mirror/index';
import { type Card, writeCard } from '@mana/dav/vcard/index';
import { Problem } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { cardKept } from '../cards/kept.ts';
import { photoAddress, photoAt } from '../cards/photo-address.ts';
import { photoIn, type SaidPhoto } from '../cards/read.ts';
import { withPhoto } from '../cards/write.ts';
import type { Photos } from '../dav/photos.server.ts';

/** An address book elsewhere whose photos are files of a space here: cards come with what stands for them, and go with their bytes. */
export class CardsThere implements There {
	readonly #there: There;
	readonly #photos: Pick<Photos, 'read' | 'keep'>;
	readonly #space: SpaceId;

	constructor(there: There, photos: Pick<Photos, 'read' | 'keep'>, space: SpaceId) {
		this.#there = there;
		this.#photos = photos;
		this.#space = space;
	}

	get manners(): Manners {
		return this.#there.manners;
	}

	changes(token: string | null): Promise<ChangesThere> {
		return this.#there.changes(token);
	}

	async read(hrefs: readonly string[]): Promise<Map<string, Version>> {
		const found = await this.#there.read(hrefs);
		for (const [href, { etag, text }] of found) found.set(href, { etag, text: await this.#brief(text) });
		return found;
	}

	hrefFor(uid: string): string {
		return this.#there.hrefFor(uid);
	}

	async create(href: string, text: string): Promise<Created> {
		return this.#there.create(href, await this.#whole(text));
	}

	async replace(href: string, etag: string, text: string): Promise<string | null> {
		return this.#there.replace(href, etag, await this.#whole(text));
	}

	remove(href: string, etag: string): Promise<void> {
		return this.#there.remove(href, etag);
	}

	/** A card whose photo is kept here. One that cannot be (no picture, too large, no room) stays in the card. */
	async #brief(text: string): Promise<string> {
		const { card, photo } = photoOf(text);
		if (!card || photo?.kind !== 'bytes') return text;
		try {
			const kept = await this.#photos.keep(null, this.#space, photo, null);
			return kept ? writeCard(withPhoto(card, { kind: 'address', address: photoAddress(kept) })) : text;
		} catch (error) {
			if (!(error instanceof Problem) || error.status === 503) throw error;
			return text;
		}
	}

	async #whole(text: string): Promise<string> {
		const { card, photo } = photoOf(text);
		const reference = photo?.kind === 'address' ? photoAt(photo.address) : null;
		if (!card || !reference) return text;
		const bytes = (await this.#photos.read(null, this.#space, [reference])).get(reference.hash);
		if (!bytes) throw new NotYet('Whoever chose the photo has yet to send it.');
		return writeCard(withPhoto(card, bytes));
	}
}

function photoOf(text: string): { readonly card: Card | null; readonly photo: SaidPhoto | null } {
	const card = cardKept(text);
	return { card, photo: card && photoIn(card) };
}
