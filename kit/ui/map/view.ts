/** A point on earth, in degrees: north and east are positive. */
export interface Spot {
	readonly latitude: number;
	readonly longitude: number;
}

/** A point of the map: the whole world is a square from 0 to 1, in the projection of Mercator as maps of the web have it. */
export interface Point {
	readonly x: number;
	readonly y: number;
}

/** What part of the map one sees: its middle, and how often the world would fit into its width. */
export interface View {
	readonly middle: Point;
	/** 1: the whole world. */
	readonly zoom: number;
}

/** The whole world. */
export const WORLD: View = { middle: { x: 0.5, y: 0.45 }, zoom: 1 };
/** Nearer there is nothing more to be seen: the base knows borders, not streets. */
export const NEAREST = 4_096;
/** As far as Mercator goes on a square. */
const MOST_LATITUDE = 85.051_129;

/** Where a place stands on the map. Poles stand at its edge. */
export function pointOf({ latitude, longitude }: Spot): Point {
	const clamped = Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, latitude));
	const sine = Math.sin((clamped * Math.PI) / 180);
	return { x: (longitude + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

/** Where a point is in what one sees, [0,1] of its width each. @param height of what one sees, as part of its width */
export function inView({ middle, zoom }: View, { x, y }: Point, height: number): Point {
	return { x: 0.5 + (x - middle.x) * zoom, y: height / 2 + (y - middle.y) * zoom };
}

/** The same turned round: the point of the map that is at a place of what one sees. */
export function atView({ middle, zoom }: View, { x, y }: Point, height: number): Point {
	return { x: middle.x + (x - 0.5) / zoom, y: middle.y + (y - height / 2) / zoom };
}

/** Nearer (`factor` above 1) or further away, with the point at `about` staying where it is. @param about in what one sees */
export function zoomed(view: View, factor: number, about: Point, height: number): View {
	const zoom = Math.max(WORLD.zoom, Math.min(NEAREST, view.zoom * factor));
	const kept = atView(view, about, height);
	return within({ middle: { x: kept.x - (about.x - 0.5) / zoom, y: kept.y - (about.y - height / 2) / zoom }, zoom });
}

/** What one sees, moved by parts of its width: to the east and to the south. */
export function moved({ middle, zoom }: View, { x, y }: Point): View {
	return within({ middle: { x: middle.x + x / zoom, y: middle.y + y / zoom }, zoom });
}

/** The nearest view with all points in it, with room around them; the whole world where there are none. */
export function viewOf(points: readonly Point[], height: number): View {
	if (points.length === 0) return WORLD;
	const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
	const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	const span = Math.max(east - west, (south - north) / height);
	// One town alone is shown with the country around it.
	const zoom = Math.max(WORLD.zoom, Math.min(NEAREST, ROOM / Math.max(span, 1 / 64)));
	return { middle: { x: (west + east) / 2, y: (north + south) / 2 }, zoom };
}

/** How much of the width the points take at most. */
const ROOM = 0.75;

/** Some that would lie on one another in what one sees. */
export interface Cluster<T> {
	/** In the middle of them, on the map. */
	readonly at: Point;
	readonly of: readonly T[];
}

/**
 * Puts those together that are nearer to one another than `apart`, a part of the width of what one sees. Each stands in one; the same ones always come
 * together the same way.
 */
export function clustered<T extends { readonly point: Point }>(all: readonly T[], { zoom }: View, apart: number): Cluster<T>[] {
	const cell = apart / zoom;
	const taken = new Map<string, { sum: { x: number; y: number }; of: T[] }>();
	for (const one of all) {
		const key = `${Math.floor(one.point.x / cell)} ${Math.floor(one.point.y / cell)}`;
		const there = taken.get(key) ?? { sum: { x: 0, y: 0 }, of: [] };
		there.sum = { x: there.sum.x + one.point.x, y: there.sum.y + one.point.y };
		there.of.push(one);
		taken.set(key, there);
	}
	return [...taken.values()].map(({ sum, of }) => ({ at: { x: sum.x / of.length, y: sum.y / of.length }, of }));
}

function within({ middle, zoom }: View): View {
	const kept = (value: number) => Math.max(0, Math.min(1, value));
	return { middle: { x: kept(middle.x), y: kept(middle.y) }, zoom };
}
