import type { BlobReference, RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { SvelteMap } from 'svelte/reactivity';
import { people } from '../model.ts';

/** So many photos are held as addresses; the one that was looked at longest ago goes first. */
const MOST = 300;
/** A photo that is not here yet, as whoever added it still sends it, is asked for again after this long, in ms. */
const AGAIN_MS = 15_000;

/** Photos of contacts as addresses that an `img` can show, by their content: made when they are first shown. */
class Photos {
	readonly #shown = new SvelteMap<string, string>();
	readonly #askAt = new Map<string, number>();

	/** Where a photo is; `null`: there is none, or it is on its way. */
	of(mana: Mana, id: RecordId, photo: BlobReference | null): string | null {
		if (photo === null) return null;
		const known = this.#shown.get(photo.hash);
		if (known === undefined && (this.#askAt.get(photo.hash) ?? 0) <= Date.now()) {
			this.#askAt.set(photo.hash, Infinity);
			this.#fetch(mana, id, photo).catch((problem: unknown) => {
				this.#askAt.set(photo.hash, Date.now() + AGAIN_MS);
				console.warn('A photo is not here yet:', problem);
			});
		}
		return known ?? null;
	}

	async #fetch(mana: Mana, record: RecordId, photo: BlobReference): Promise<void> {
		const files = await mana.files();
		const content = await files.get(photo, { collection: people.number, record });
		this.#shown.set(photo.hash, URL.createObjectURL(content.slice(0, content.size, safeType(photo.type))));
		for (const [hash, url] of this.#shown) {
			if (this.#shown.size <= MOST) break;
			URL.revokeObjectURL(url);
			this.#shown.delete(hash);
			this.#askAt.delete(hash);
		}
	}
}

/** Pictures of pixels only: an SVG can hold scripts. */
function safeType(type: string): string {
	return /^image\/(jpeg|png|gif|webp|avif|bmp)$/.test(type) ? type : 'application/octet-stream';
}

export const photos = new Photos();
