import type { BlobReference } from '@mana/model';

/** Begins what stands for a photo where its bytes are not needed. */
const PREFIX = 'urn:mana:photo:';

/** What stands in a card for a photo that is a file of its space: so that cards are compared and noted without the bytes. */
export function photoAddress({ hash, size, type }: Omit<BlobReference, 'name'>): string {
	return `${PREFIX}${hash}:${size}:${type}`;
}

/** The file that stands for a photo in a card; `null` where an address is any other. */
export function photoAt(address: string): BlobReference | null {
	const [, hash, size, type] = /^urn:mana:photo:([0-9a-f]{64}):(\d{1,15}):(image\/[a-z0-9.+-]{1,40})$/.exec(address) ?? [];
	if (hash === undefined || size === undefined || type === undefined) return null;
	return { hash, size: Number(size), type, name: `photo.${type.slice(6)}` };
}
