import { kindOf, safeType } from './file-kind.ts';
import { HEAD_BYTES, imageSize } from './image-size.ts';

/** Pictures with more pixels, or larger files whose head we cannot read, are not decoded for a preview. */
const MOST_PIXELS = 100_000_000;
const MOST_BYTES = 64 * 1024 * 1024;

let turn: Promise<unknown> = Promise.resolve();

/**
 * A small picture of an image, decoded by the browser off the page's thread; `null` where there is none to show: another kind of file, one that
 * is too large, or broken. One at a time, so that fifty photos do not lie in memory at once.
 *
 * @param width in device pixels; the height follows
 */
export function thumbnail(content: Blob, type: string, width: number): Promise<ImageBitmap | null> {
	const made = turn.then(() => decode(content, type, width));
	turn = made.catch(() => undefined); // who asked hears of it
	return made;
}

/** Whether a picture may be decoded at all. */
export async function isDecodable(content: Blob, type: string): Promise<boolean> {
	if (kindOf(type) !== 'image' || content.size > MOST_BYTES) return false;
	const size = imageSize(new Uint8Array(await content.slice(0, HEAD_BYTES).arrayBuffer()));
	return size === null ? content.size < MOST_BYTES / 8 : size.width * size.height <= MOST_PIXELS;
}

async function decode(content: Blob, type: string, resizeWidth: number): Promise<ImageBitmap | null> {
	if (!(await isDecodable(content, type))) return null;
	try {
		return await createImageBitmap(content.slice(0, content.size, safeType(type)), { resizeWidth, resizeQuality: 'medium' });
	} catch (error) {
		if (error instanceof DOMException) return null; // it only says that it is a picture
		throw error;
	}
}
