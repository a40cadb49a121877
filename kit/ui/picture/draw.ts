import { isDecodable } from '../attachments/thumbnail.ts';
import { type Crop, squareOf } from './crop.ts';

/** A file is no picture that this browser can show, or is too large to be one. */
export class NoPicture extends Error {
	override readonly name = 'NoPicture';
}

/** Decodes a picture, upright. @throws NoPicture */
export async function decode(file: File): Promise<ImageBitmap> {
	if (!(await isDecodable(file, file.type))) throw new NoPicture(file.name);
	try {
		return await createImageBitmap(file);
	} catch (problem) {
		if (problem instanceof DOMException) throw new NoPicture(file.name, { cause: problem });
		throw problem;
	}
}

/** The square that was chosen, as a small file of its own. @param pixels of its side: 512 are sharp at 256 points on a phone */
export async function draw(picture: ImageBitmap, crop: Crop, pixels: number): Promise<Blob> {
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = pixels;
	const context = canvas.getContext('2d');
	if (!context) throw new Error('This browser gives no canvas to draw the picture on.');
	context.imageSmoothingQuality = 'high';
	const { left, top, side } = squareOf(crop, picture);
	// What is see-through would be black in a JPEG.
	context.fillStyle = 'white';
	context.fillRect(0, 0, pixels, pixels);
	context.drawImage(picture, left, top, side, side, 0, 0, pixels, pixels);
	return new Promise((resolve, reject) => {
		canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn.'))), 'image/jpeg', 0.86);
	});
}
