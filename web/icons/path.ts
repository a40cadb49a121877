export interface Point {
	readonly x: number;
	readonly y: number;
}

/** A straight stroke. */
export type Segment = readonly [Point, Point];

/** Straight pieces that a curve is drawn with. At icon sizes more cannot be seen. */
const pieces = 24;
const counts: Record<string, number> = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 };

/**
 * Flattens SVG path data into straight strokes (SVG 2, chapter 9). All commands, absolute and relative.
 *
 * @throws when the data holds something that is no path command
 */
export function flatten(data: string): Segment[] {
	const segments: Segment[] = [];
	let at: Point = { x: 0, y: 0 };
	let start = at;
	let control: Point | null = null;
	let last = '';
	const lineTo = (to: Point) => {
		segments.push([at, to]);
		at = to;
	};
	for (const { letter, numbers } of commands(data)) {
		const relative = letter === letter.toLowerCase();
		const base = at;
		const point = (index: number): Point => ({
			x: (numbers[index] ?? 0) + (relative ? base.x : 0),
			y: (numbers[index + 1] ?? 0) + (relative ? base.y : 0),
		});
		const kind = letter.toUpperCase();
		// The reflected control point of the curve before, for S and T.
		const mirrored = (of: string): Point =>
			control && of.includes(last) ? { x: 2 * base.x - control.x, y: 2 * base.y - control.y } : base;
		let next: Point | null = null;
		if (kind === 'M') at = start = point(0);
		else if (kind === 'L') lineTo(point(0));
		else if (kind === 'H') lineTo({ x: (numbers[0] ?? 0) + (relative ? base.x : 0), y: base.y });
		else if (kind === 'V') lineTo({ x: base.x, y: (numbers[0] ?? 0) + (relative ? base.y : 0) });
		else if (kind === 'Z') lineTo(start);
		else if (kind === 'C') curve(base, point(0), (next = point(2)), point(4)).forEach(lineTo);
		else if (kind === 'S') curve(base, mirrored('CS'), (next = point(0)), point(2)).forEach(lineTo);
		else if (kind === 'A') arc(base, numbers, point(5)).forEach(lineTo);
		else {
			const bend = kind === 'Q' ? point(0) : mirrored('QT');
			const end = kind === 'Q' ? point(2) : point(0);
			const third = (from: Point): Point => ({
				x: from.x + (2 / 3) * (bend.x - from.x),
				y: from.y + (2 / 3) * (bend.y - from.y),
			});
			curve(base, third(base), third(end), end).forEach(lineTo);
			next = bend;
		}
		control = next;
		last = kind;
	}
	return segments;
}

function* commands(data: string): Generator<{ letter: string; numbers: number[] }> {
	for (const [, letter = '', rest = ''] of data.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
		const count = counts[letter.toUpperCase()];
		if (count === undefined) throw new Error(`"${letter}" in "${data}" is no path command.`);
		if (letter.toUpperCase() === 'A') {
			yield* arcsIn(letter, rest);
			continue;
		}
		const numbers = [...rest.matchAll(/-?(?:\d+\.?\d*|\.\d+)/g)].map(Number);
		if (count === 0) {
			yield { letter, numbers: [] };
			continue;
		}
		for (let from = 0; from + count <= numbers.length; from += count) {
			// Further pairs after a move are lines.
			const repeated = from > 0 && letter.toUpperCase() === 'M' ? (letter === 'm' ? 'l' : 'L') : letter;
			yield { letter: repeated, numbers: numbers.slice(from, from + count) };
		}
	}
}

/** Flags of an arc may stand without a space between them: `a2 2 0 012-2`. */
function* arcsIn(letter: string, rest: string): Generator<{ letter: string; numbers: number[] }> {
	const number = String.raw`(-?(?:\d+\.?\d*|\.\d+))[\s,]*`;
	const flag = String.raw`([01])[\s,]*`;
	const arcs = new RegExp(number.repeat(3) + flag.repeat(2) + number.repeat(2), 'g');
	for (const match of rest.matchAll(arcs)) yield { letter, numbers: match.slice(1).map(Number) };
}

function curve(from: Point, one: Point, two: Point, to: Point): Point[] {
	return Array.from({ length: pieces }, (_, index) => {
		const t = (index + 1) / pieces;
		const u = 1 - t;
		const mix = (a: number, b: number, c: number, d: number) =>
			u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
		return { x: mix(from.x, one.x, two.x, to.x), y: mix(from.y, one.y, two.y, to.y) };
	});
}

/** An elliptical arc by its centre (SVG 2, appendix B.2.4). */
function arc(from: Point, [rx0 = 0, ry0 = 0, degrees = 0, large = 0, sweep = 0]: readonly number[], to: Point): Point[] {
	if (rx0 === 0 || ry0 === 0) return [to];
	const turn = (degrees * Math.PI) / 180;
	const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
	const half = { x: (from.x - to.x) / 2, y: (from.y - to.y) / 2 };
	const x1 = cos * half.x + sin * half.y;
	const y1 = cos * half.y - sin * half.x;
	const scale = Math.max(1, Math.sqrt((x1 / rx0) ** 2 + (y1 / ry0) ** 2));
	const [rx, ry] = [Math.abs(rx0) * scale, Math.abs(ry0) * scale];
	const square = (rx * ry) ** 2 / ((rx * y1) ** 2 + (ry * x1) ** 2) - 1;
	const root = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(0, square));
	const cx1 = (root * rx * y1) / ry;
	const cy1 = (-root * ry * x1) / rx;
	const centre = { x: cos * cx1 - sin * cy1 + (from.x + to.x) / 2, y: sin * cx1 + cos * cy1 + (from.y + to.y) / 2 };
	const begin = Math.atan2((y1 - cy1) / ry, (x1 - cx1) / rx);
	let extent = Math.atan2((-y1 - cy1) / ry, (-x1 - cx1) / rx) - begin;
	if (sweep === 1 && extent < 0) extent += 2 * Math.PI;
	if (sweep === 0 && extent > 0) extent -= 2 * Math.PI;
	return Array.from({ length: pieces }, (_, index) => {
		if (index === pieces - 1) return to;
		const angle = begin + (extent * (index + 1)) / pieces;
		const [x, y] = [rx * Math.cos(angle), ry * Math.sin(angle)];
		return { x: centre.x + cos * x - sin * y, y: centre.y + sin * x + cos * y };
	});
}
