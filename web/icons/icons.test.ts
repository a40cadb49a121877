import { expect, test } from 'bun:test';
import { inflateSync } from 'node:zlib';
import { pngIcon, svgIcon } from './draw.ts';
import { flatten } from './path.ts';

const sign = { glyph: 'M4 12h16', ground: '#336699' };

test('lines, moves and closing come out as they are written, absolute and relative', () => {
	expect(flatten('M1 2L3 4l1-1h2V9z')).toEqual([
		[
			{ x: 1, y: 2 },
			{ x: 3, y: 4 },
		],
		[
			{ x: 3, y: 4 },
			{ x: 4, y: 3 },
		],
		[
			{ x: 4, y: 3 },
			{ x: 6, y: 3 },
		],
		[
			{ x: 6, y: 3 },
			{ x: 6, y: 9 },
		],
		[
			{ x: 6, y: 9 },
			{ x: 1, y: 2 },
		],
	]);
});

test('every point of a circle of two arcs lies on the circle, also with flags that stand close', () => {
	for (const data of ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18', 'M12 3a9 9 0 100 18 9 9 0 000-18'])
		for (const [, to] of flatten(data)) expect(Math.hypot(to.x - 12, to.y - 12)).toBeCloseTo(9, 6);
});

test('curves end where they say', () => {
	expect(flatten('M0 0C1 1 2 1 3 0S5-1 6 0').at(-1)?.[1]).toEqual({ x: 6, y: 0 });
	expect(flatten('M0 0q5 5 10 0t10 0').at(-1)?.[1]).toEqual({ x: 20, y: 0 });
});

test('what is no path is refused', () => {
	expect(() => flatten('M0 0 X 1')).toThrow('no path command');
});

test('the sign is white on its ground, and the corners of a tile are clear', () => {
	const pixels = 48;
	const rgba = pixelsOf(pngIcon(sign, 'tile', pixels), pixels);
	expect(rgba(24, 24)).toEqual([255, 255, 255, 255]);
	expect(rgba(24, 6)).toEqual([0x33, 0x66, 0x99, 255]);
	expect(rgba(0, 0)[3]).toBe(0);
	expect(pixelsOf(pngIcon(sign, 'maskable', pixels), pixels)(0, 0)).toEqual([0x33, 0x66, 0x99, 255]);
});

test('the same source gives the SVG', () => {
	expect(svgIcon(sign, 'tile')).toContain('d="M4 12h16"');
});

function pixelsOf(file: Uint8Array, size: number): (x: number, y: number) => number[] {
	const buffer = Buffer.from(file);
	const at = buffer.indexOf('IDAT');
	const rows = inflateSync(buffer.subarray(at + 4, at + 4 + buffer.readUInt32BE(at - 4)));
	return (x, y) => [...rows.subarray(y * (size * 4 + 1) + 1 + x * 4, y * (size * 4 + 1) + 5 + x * 4)];
}
