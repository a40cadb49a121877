/** What the bundler knows of the files: what each imports at once. */
export interface Imports {
	getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/**
 * Sorts files by the first visits that need them: those files come together, everything else when it is asked for. A visit is told by the
 * files that it begins with; it needs what they import, and what that imports, though not what is only fetched later.
 *
 * @param visits the beginnings of each
 * @param isLater files that a module of many parts hands on and nobody needs at first
 * @returns the names of the visits that need a file, in the order of `visits`. The graph must be whole when it is first asked
 */
export function firstVisits<Visit extends string>(
	visits: Readonly<Record<Visit, readonly string[]>>,
	isLater: (id: string) => boolean,
): (id: string, modules: Imports) => readonly Visit[] {
	let needed: ReadonlyMap<string, readonly Visit[]> | null = null;
	return (id, modules) => (needed ??= neededBy(visits, isLater, modules)).get(id) ?? [];
}

function neededBy<Visit extends string>(
	visits: Readonly<Record<Visit, readonly string[]>>,
	isLater: (id: string) => boolean,
	modules: Imports,
): Map<string, Visit[]> {
	const needed = new Map<string, Visit[]>();
	for (const visit in visits) {
		const seen = new Set<string>();
		const queue = [...visits[visit]];
		for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
			if (seen.has(id) || isLater(id)) continue;
			seen.add(id);
			needed.set(id, [...(needed.get(id) ?? []), visit]);
			queue.push(...(modules.getModuleInfo(id)?.importedIds ?? []));
		}
	}
	return needed;
}
