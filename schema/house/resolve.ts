import { posix } from 'node:path';

/** What an import leads to: a file of this repository, or something installed, built in or virtual. */
export type Target = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'package'; readonly name: string };

/**
 * Follows an import by the conventions of the house: relative paths with their ending, `@mana/<room>/<file>` across packages.
 *
 * @param exists whether the repository has a file; a target that it lacks (generated later, a style sheet) keeps its path as written
 */
export function resolve(from: string, specifier: string, exists: (path: string) => boolean): Target {
	const path = pathOf(from, specifier);
	if (path === null) return { kind: 'package', name: specifier };
	const candidates = [path, `${path}.ts`, posix.join(path, 'index.ts')];
	return { kind: 'file', path: candidates.find((candidate) => exists(candidate)) ?? path };
}

function pathOf(from: string, specifier: string): string | null {
	const bare = specifier.replace(/\?.*$/, '');
	if (bare.startsWith('.')) return posix.join(posix.dirname(from), bare);
	if (!bare.startsWith('@mana/')) return null;
	const [name = '', ...rest] = bare.slice('@mana/'.length).split('/');
	return posix.join(name === 'schema' || name === 'web' ? name : `kit/${name}`, ...rest);
}

/** Whether a package is there only on a server: Bun's and Node's own. */
export function isBuiltin(name: string): boolean {
	return name === 'bun' || name.startsWith('bun:') || name.startsWith('node:');
}
