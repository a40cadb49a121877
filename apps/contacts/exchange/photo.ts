import type { BlobReference, RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import type { SaidPhoto } from '../cards/read.ts';
import { people } from '../model.ts';

/** Pictures that browsers show, and how big one may be. */
const types: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const MOST_BYTES = 8_000_000;

/** Keeps the photo of a card with a contact; `null` where it is none that can be shown, or this device has no room for it. */
export async function keepPhoto(mana: Mana, photo: SaidPhoto | null, id: RecordId): Promise<BlobReference | null> {
	if (photo?.kind !== 'bytes' || !types.has(photo.type) || photo.bytes.length > (MOST_BYTES * 4) / 3) return null;
	let content: Blob;
	try {
		content = new Blob([Uint8Array.from(atob(photo.bytes), (unit) => unit.charCodeAt(0))], { type: photo.type });
	} catch (error) {
		// No base64: there is no picture in it.
		if (error instanceof DOMException) return null;
		throw error;
	}
	if (content.size === 0) return null;
	const files = await mana.files();
	const { hash, size } = await files.add(content, { collection: people.number, record: id });
	return { hash, size, type: photo.type, name: `photo.${photo.type.slice(6)}` };
}

/** The photo of a contact as a card has it; `null` where it cannot be had now. */
export async function photoOf(mana: Mana, reference: BlobReference | null, id: RecordId): Promise<SaidPhoto | null> {
	if (!reference) return null;
	const files = await mana.files();
	try {
		const content = await files.get(reference, { collection: people.number, record: id });
		const bytes = new Uint8Array(await content.arrayBuffer());
		let text = '';
		for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
		return { kind: 'bytes', bytes: btoa(text), type: reference.type };
	} catch (error) {
		// It is not on this device and there is no network: the card is worth having without it.
		console.warn('A photo is left out of the export:', error);
		return null;
	}
}
