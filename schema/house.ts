import { circles } from './house/circles.ts';
import { importsOf } from './house/imports.ts';
import { type Place, placeOf } from './house/places.ts';
import { pureFiles } from './house/pure.ts';
import { resolve } from './house/resolve.ts';
import { mayKnow, rules } from './house/rules.ts';

/** The source files of a repository: text by path from its root. */
export type Sources = ReadonlyMap<string, string>;

/** An arrow that the house forbids, with both of its ends and the rule that forbids it. */
export interface HouseFinding {
	readonly from: string;
	readonly to: string;
	readonly rule: string;
}

const importing = /\.(ts|mjs|js|svelte|css)$/;

/** Walks every import against the table "who may know whom", and finds files that load each other in a circle. */
export function checkHouse(sources: Sources): HouseFinding[] {
	const findings: HouseFinding[] = [];
	const loads = new Map<string, string[]>();
	const isPure = pureFiles(sources);
	for (const [path, text] of sources) {
		if (!importing.test(path)) continue;
		const from = placeOf(path);
		const loaded: string[] = [];
		loads.set(path, loaded);
		for (const { specifier, how } of importsOf(path, text)) {
			const target = resolve(path, specifier, (candidate) => sources.has(candidate));
			const allowed =
				target.kind === 'file'
					? mayKnow(from, placeOf(target.path), how) || sharesReckoning(from, target.path, isPure)
					: rules[from.kind].packages(target.name, from);
			const to = target.kind === 'file' ? target.path : target.name;
			if (!allowed) findings.push({ from: path, to, rule: rules[from.kind].says });
			if (how === 'value' && target.kind === 'file') loaded.push(target.path);
		}
	}
	for (const circle of circles(loads))
		findings.push({
			from: circle[0] ?? '',
			to: circle.at(-1) ?? '',
			rule: `no circle between files: ${[...circle, circle[0]].join(' → ')}`,
		});
	return findings;
}

/** An app's server stands on what its pages reckon with, as far as that is nothing but reckoning. */
function sharesReckoning(from: Place, path: string, isPure: (path: string) => boolean): boolean {
	return from.kind === 'server' && placeOf(path).room === from.room && isPure(path);
}
