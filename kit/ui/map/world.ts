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
		land: polygons.flatMap((rings) => rings.map((ring) => `${pathOf(ring)}Z`)).join(''),
		borders: lines.map(pathOf).join(''),
	};
}

type World = Topology<{ readonly land: GeometryCollection; readonly countries: GeometryCollection }>;

function isWorld(topology: { readonly type: string; readonly objects: object }): topology is World {
	return topology.type === 'Topology' && 'land' in topology.objects && 'countries' in topology.objects;
}

function pathOf(line: readonly (readonly number[])[]): string {
	const points = line.map(([longitude = 0, latitude = 0]) => {
		const { x, y } = pointOf({ latitude, longitude });
		return `${(x * UNITS).toFixed(2)} ${(y * UNITS).toFixed(2)}`;
	});
	return `M${points.join('L')}`;
}
