import type { Hello } from '../frames.ts';
import type { Rules } from './state.ts';

/** The versions that HELLO names, by collection. */
export function versionsOf(schema: Hello['schema']): ReadonlyMap<number, number> {
	return new Map(schema.map(({ collection, version }) => [collection, version]));
}

/** The collections of HELLO that the build is too old to write. */
export function outdatedIn(schema: Hello['schema'], minVersion: NonNullable<Rules['minVersion']>): number[] {
	return schema.filter(({ collection, version }) => version < minVersion(collection)).map(({ collection }) => collection);
}
