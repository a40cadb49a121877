import { deflateSync } from 'node:zlib';
import { flatten, type Segment } from './path.ts';

/** What an icon is made of: one source for favicon, PWA icon and maskable icon. */
export interface Sign {
	/** SVG path data on a 24 × 24 grid. */
	readonly glyph: string;
	/** `#rrggbb` */
	readonly ground: string;
}

/**
 * How an icon is cut: `tile` has round corners, `maskable` fills the square and keeps the sign in the safe zone (the middle circle of
 * 80 %, W3C manifest-app-info).
 */
export type Cut = 'tile' | 'maskable';

const cuts = { tile: { round: 0.28, part: 0.62 }, maskable: { round: 0, part: 0.5 } } as const;
const grid = 24;
const stroke = 1.75;

export function svgIcon({ glyph, ground }: Sign, cut: Cut): string {
	const { round, part } = cuts[cut];
	const inset = ((1 - part) / 2) * grid;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${grid} ${grid}"><rect width="${grid}" height="${grid}" rx="${round * grid}" fill="${ground}"/><path transform="translate(${inset} ${inset}) scale(${part})" d="${glyph}" fill="none" stroke="#fff" stroke-width="${stroke}" stroke-linecap="round" stroke-linejoin="round"/></svg>\n`;
}

/**
 * Draws the icon as PNG (RGBA, 8 bit). A sign is only strokes, so each pixel is covered by how near it lies to one.
 *
 * @param pixels width and height
 */
export function pngIcon({ glyph, ground }: Sign, cut: Cut, pixels: number): Uint8Array {
	const { round, part } = cuts[cut];
	const scale = (pixels * part) / grid;
	const inset = (pixels * (1 - part)) / 2;
	const segments = flatten(glyph).map(([from, to]): Segment => [
		{ x: from.x * scale + inset, y: from.y * scale + inset },
		{ x: to.x * scale + inset, y: to.y * scale + inset },
	]);
	const half = (stroke * scale) / 2;
	const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(ground.slice(at, at + 2), 16)) as [number, number, number];
	const rows = new Uint8Array(pixels * (pixels * 4 + 1));
	for (let y = 0; y < pixels; y++)
		for (let x = 0; x < pixels; x++) {
			const ink = covered(half - nearest(segments, x + 0.5, y + 0.5, half + 1));
			const tile = covered(-outside(x + 0.5, y + 0.5, pixels, round * pixels));
			// Each row begins with its filter: 0, none.
			const at = y * (pixels * 4 + 1) + 1 + x * 4;
			rows[at] = r + (255 - r) * ink;
			rows[at + 1] = g + (255 - g) * ink;
			rows[at + 2] = b + (255 - b) * ink;
			rows[at + 3] = 255 * tile;
		}
	return png(rows, pixels);
}

/** Distance to the nearest stroke, or something beyond `limit`. */
function nearest(segments: readonly Segment[], x: number, y: number, limit: number): number {
	let best = limit * limit;
	for (const [from, to] of segments) {
		const [dx, dy] = [to.x - from.x, to.y - from.y];
		const length = dx * dx + dy * dy;
		const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
		const [ox, oy] = [x - from.x - along * dx, y - from.y - along * dy];
		best = Math.min(best, ox * ox + oy * oy);
	}
	return Math.sqrt(best);
}

/** How far a point lies outside of a square with round corners; negative inside. */
function outside(x: number, y: number, size: number, radius: number): number {
	const [dx, dy] = [Math.abs(x - size / 2) - size / 2 + radius, Math.abs(y - size / 2) - size / 2 + radius];
	return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** Part of a pixel that lies within an edge, from the signed distance to it. */
function covered(distance: number): number {
	return Math.min(1, Math.max(0, distance + 0.5));
}

/** A PNG file (RFC 2083) of rows that begin with a filter byte. */
function png(rows: Uint8Array, pixels: number): Uint8Array {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(pixels, 0);
	header.writeUInt32BE(pixels, 4);
	header.set([8, 6, 0, 0, 0], 8); // 8 bit, RGBA
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(rows)),
		chunk('IEND', new Uint8Array()),
	]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
	const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(data.length, 0);
	framed.set(body, 4);
	framed.writeUInt32BE(Bun.hash.crc32(body), body.length + 4);
	return framed;
}
