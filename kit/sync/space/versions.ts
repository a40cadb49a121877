import type { Hello } from '../frames.ts';
import type { Rules } from './state.ts';
import { isSystem } from './system.ts';

/** The versions that HELLO names, by collection. */
export function versionsOf(schema: Hello['schema']): ReadonlyMap<number, number> {
	return new Map(schema.map(({ collection, version }) => [collection, version]));
}

/** The collections of HELLO that the build is too old to write. What the engine tells of itself in the same place is none of them. */
export function outdatedIn(schema: Hello['schema'], minVersion: NonNullable<Rules['minVersion']>): number[] {
	const outdated = schema.filter(({ collection, version }) => !isSystem(collection) && version < minVersion(collection));
	return outdated.map(({ collection }) => collection);
}
