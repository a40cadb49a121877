/** A picture in pixels. */
export interface Size {
	readonly width: number;
	readonly height: number;
}

/** Which square of a picture is taken: its middle, in parts of the picture, and how near one is. */
export interface Crop {
	/** [0,1] from the left. */
	readonly x: number;
	/** [0,1] from the top. */
	readonly y: number;
	/** 1: the largest square that there is; 4: a quarter of its side. */
	readonly zoom: number;
}

export const zooms = { least: 1, most: 4 } as const;
export const whole: Crop = { x: 0.5, y: 0.5, zoom: 1 };

/** The same crop where it lies inside the picture. */
export function held({ x, y, zoom }: Crop, size: Size): Crop {
	const near = between(zoom, zooms.least, zooms.most);
	const side = sideOf(near, size);
	const [halfX, halfY] = [side / size.width / 2, side / size.height / 2];
	return { x: between(x, halfX, 1 - halfX), y: between(y, halfY, 1 - halfY), zoom: near };
}

/** The square of the picture that a crop takes, in its pixels. */
export function squareOf(crop: Crop, size: Size): { readonly left: number; readonly top: number; readonly side: number } {
	const { x, y, zoom } = held(crop, size);
	const side = sideOf(zoom, size);
	return { left: x * size.width - side / 2, top: y * size.height - side / 2, side };
}

/**
 * The crop after the picture was pushed under its frame.
 *
 * @param by how far, in parts of the frame's side: to the right and down
 */
export function pushed(crop: Crop, size: Size, by: { readonly right: number; readonly down: number }): Crop {
	const { side } = squareOf(crop, size);
	return held({ ...crop, x: crop.x - (by.right * side) / size.width, y: crop.y - (by.down * side) / size.height }, size);
}

function sideOf(zoom: number, { width, height }: Size): number {
	return Math.min(width, height) / zoom;
}

function between(value: number, least: number, most: number): number {
	return Math.min(Math.max(value, least), Math.max(least, most));
}
