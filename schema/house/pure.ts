import { importsOf } from './imports.ts';
import { placeOf } from './places.ts';
import { resolve } from './resolve.ts';

/** What of the kit is only reckoning: no network, no disk, no page. */
const reckoning = /^kit\/(time|model)(\/|$)|^kit\/dav\/(ical|vcard)\//;

/**
 * Finds the files of an app that are only reckoning, all they load included, so that its pages and its server can both stand on them: they
 * load nothing but `kit/time`, `kit/model`, the formats of `kit/dav` and each other.
 */
export function pureFiles(sources: ReadonlyMap<string, string>): (path: string) => boolean {
	const known = new Map<string, boolean>();
	const isPure = (path: string): boolean => {
		const found = known.get(path);
		if (found !== undefined) return found;
		const { kind, room } = placeOf(path);
		const text = sources.get(path);
		if (kind === 'model') return true;
		if (kind !== 'page' || text === undefined || !/(?<!\.svelte)\.ts$/.test(path)) return false;
		// A circle is found elsewhere; here it is no reason.
		known.set(path, true);
		const pure = importsOf(path, text).every(({ specifier, how }) => {
			if (how === 'type') return true;
			const target = resolve(path, specifier, (candidate) => sources.has(candidate));
			return (
				target.kind === 'file' && (reckoning.test(target.path) || (placeOf(target.path).room === room && isPure(target.path)))
			);
		});
		known.set(path, pure);
		return pure;
	};
	return isPure;
}
