import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import { pointOf } from './view.ts';

/** The base of the map as paths of SVG: land, and the borders of countries in it. */
export interface Base {
	readonly land: string;
	readonly borders: string;
}

/** So many units make the whole world: coordinates of a path stay short. */
export const UNITS = 1_000;

/** Natural Earth at 1:110 million (public domain, by the package world-atlas): it lies in the app, so no stranger is asked for it. */
export function worldBase(): Base {
	if (!isWorld(world)) throw new Error('The base of the map has another form than this app knows.');
	const { land, countries } = world.objects;
	const shape = feature(world, land);
	const polygons = shape.features.flatMap(({ geometry }) =>
		geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : [],
	);
	const lines = mesh(world, countries, (a, b) => a !== b).coordinates;
	return {
		land: polygons.flatMap((rings) => rings.flatMap(ringPaths)).join(''),
		borders: lines.map(pathOf).join(''),
	};
}

type World = Topology<{ readonly land: GeometryCollection; readonly countries: GeometryCollection }>;

function isWorld(topology: { readonly type: string; readonly objects: object }): topology is World {
	return topology.type === 'Topology' && 'land' in topology.objects && 'countries' in topology.objects;
}

/** A coast as it lies on the map: one that goes over the edge of the world in the east comes in again in the west, and is drawn at both. */
function ringPaths(ring: readonly (readonly number[])[]): string[] {
	const walked = walk(ring);
	const [first, last] = [walked[0], walked.at(-1)];
	if (!first || !last) return [];
	// Once round the world: what it holds is a pole.
	const around = last[0] - first[0];
	if (Math.abs(around) > 180) walked.push([last[0], -90], [first[0], -90]);
	return [-360, 0, 360].flatMap((turn) => {
		const copy = walked.map(([longitude, latitude]) => [Math.max(-180, Math.min(180, longitude + turn)), latitude] as const);
		return copy.some(([longitude]) => Math.abs(longitude) < 180) ? [`${pathOf(copy)}Z`] : [];
	});
}

/** The same points without a jump from one edge of the world to the other: longitudes go on beyond 180 degrees. */
function walk(ring: readonly (readonly number[])[]): [longitude: number, latitude: number][] {
	let turn = 0;
	let before: number | null = null;
	return ring.map(([longitude = 0, latitude = 0]) => {
		if (before !== null && Math.abs(longitude - before) > 180) turn += longitude < before ? 360 : -360;
		before = longitude;
		return [longitude + turn, latitude];
	});
}

function pathOf(line: readonly (readonly number[])[]): string {
	const points = line.map(([longitude = 0, latitude = 0]) => {
		const { x, y } = pointOf({ latitude, longitude });
		return `${(x * UNITS).toFixed(2)} ${(y * UNITS).toFixed(2)}`;
	});
	return `M${points.join('L')}`;
}
