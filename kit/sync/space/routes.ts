import { routeKey } from '@mana/model';
import { nameKey } from '../name.ts';
import type { RouteWrite, Rules, StoredCell } from './state.ts';

/**
 * Where the records of these cells stand by them. A routing field that none of them writes is said too, so that the record can be found
 * by the nothing that stands in it.
 *
 * @param cells ascending by seq
 */
export function routesOf(cells: readonly StoredCell[], { routes }: Rules): readonly RouteWrite[] {
	if (!routes) return [];
	const writes = new Map<string, RouteWrite>();
	for (const cell of cells) {
		const { collection, record, seq } = cell;
		for (const field of routes(collection)) {
			const name = `${nameKey(cell)} ${field}`;
			if (cell.field === field) writes.set(name, { collection, record, field, key: routeKey(cell.value), seq });
			else if (!writes.has(name)) writes.set(name, { collection, record, field, key: null, seq });
		}
	}
	return [...writes.values()];
}
