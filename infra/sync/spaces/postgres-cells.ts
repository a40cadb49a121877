import type { Name } from '@mana/sync';
import type { StoredCell, StoredRoute } from '@mana/sync/space/index';
import type { PoolClient } from 'pg';
import { all, ask, type CellRow, one, stored } from './postgres-rows.ts';
import { PART } from './space-keeper.ts';

/** Where records stand. */
export function routesOf(client: PoolClient, space: number, names: readonly Name[]): Promise<StoredRoute[]> {
	return ask<StoredRoute>(
		client,
		`select collection, record, field, key, seq, born from unnest($1::bigint[], $2::bigint[], $3::text[]) as asked (space, collection, record)
			join route using (space, collection, record)`,
		names.map(({ collection, record }) => [space, collection, record]),
	);
}

/** Everything of some records. */
export async function wholeOf(client: PoolClient, space: number, names: readonly Name[]): Promise<StoredCell[]> {
	const rows = await ask<CellRow>(
		client,
		`select cell.* from unnest($1::bigint[], $2::text[], $3::bigint[]) as asked (space, record, collection)
			join cell using (space, record, collection)`,
		names.map(({ collection, record }) => [space, record, collection]),
	);
	return rows.map(stored);
}

/** Up to `most` cells, fewer when they are large, but all of the last seq. */
export async function part(client: PoolClient, space: number, after: number, most: number): Promise<StoredCell[]> {
	const last = await one<{ seq: number | null }>(
		client,
		`select coalesce(min(seq) filter (where bytes >= $4), max(seq)) as seq from (
			select seq, sum(48 + length(key) + coalesce(length(value), 0)) over (order by seq rows unbounded preceding) as bytes from (
				select seq, key, value from cell where space = $1 and seq > $2 order by seq limit $3) as next) as summed`,
		[space, after, most, PART.bytes],
	);
	if (!last || last.seq === null) return [];
	const rows = await all<CellRow>(client, 'select * from cell where space = $1 and seq > $2 and seq <= $3 order by seq', [
		space,
		after,
		last.seq,
	]);
	return rows.map(stored);
}
