import { isInside, type Window } from '@mana/model';
import { type Name, nameKey } from '../name.ts';
import type { RouteWrite, StoredCell, StoredRoute } from './state.ts';
import type { Look, RouteMark } from './store.ts';

/** Routes as a store in memory has them (the simulator's disk, tests), by record and field. */
export type MemoryRoutes = ReadonlyMap<string, StoredRoute>;

/** The routes after a commit. */
export function withRoutes(routes: MemoryRoutes, writes: readonly RouteWrite[]): MemoryRoutes {
	const after = new Map(routes);
	for (const write of writes) {
		const name = `${nameKey(write)} ${write.field}`;
		const before = after.get(name);
		if (!before) after.set(name, { ...write, key: write.key ?? '', born: write.seq });
		else if (write.key !== null && write.key !== before.key) after.set(name, { ...before, key: write.key, seq: write.seq });
	}
	return after;
}

/** The routes after records were forgotten. */
export function withoutRoutes(routes: MemoryRoutes, forgotten: readonly Name[]): MemoryRoutes {
	const gone = new Set(forgotten.map(nameKey));
	return gone.size === 0 ? routes : new Map([...routes].filter(([, route]) => !gone.has(nameKey(route))));
}

/** What `look` asks for beside the cells of a part. */
export function lookIn(all: Iterable<StoredCell>, routes: MemoryRoutes, part: readonly StoredCell[], look: Look) {
	const names = new Set(part.filter(({ collection }) => look.routes(collection)).map(nameKey));
	const found = names.size === 0 ? [] : [...routes.values()].filter((route) => names.has(nameKey(route)));
	return { routes: found, whole: wholeOf(all, look.whole(found)) };
}

/** One record of a window, and where to go on: as few at once as possible, so that much happens in between. */
export function windowIn(all: Iterable<StoredCell>, routes: MemoryRoutes, window: Window, after: RouteMark | null) {
	const standing = [...routes.values()]
		.filter(({ collection, field, key }) => collection === window.collection && field === window.field && isInside(window, key))
		.filter(({ key, record }) => !after || key > after.key || (key === after.key && record > after.record))
		.sort((a, b) => (a.key < b.key || (a.key === b.key && a.record < b.record) ? -1 : 1));
	const [first, second] = standing;
	return { cells: wholeOf(all, first ? [first] : []), next: first && second ? { key: first.key, record: first.record } : null };
}

function wholeOf(all: Iterable<StoredCell>, names: readonly Name[]): StoredCell[] {
	if (names.length === 0) return [];
	const wanted = new Set(names.map(nameKey));
	return [...all].filter((cell) => wanted.has(nameKey(cell)));
}
