import type { PoolClient } from 'pg';

const ADD = `on conflict (space, collection) do update
	set low = (digest.low + excluded.low) & 4294967295, high = (digest.high + excluded.high) & 4294967295`;

/** Adds to a sum, in SQLite. Parameters: space, collection, low, high. */
export const ADD_SUM = `insert into digest (space, collection, low, high) values (?, ?, ?, ?) ${ADD}`;

/** Adds to sums, in PostgreSQL. @param rows space, collection, low, high */
export async function addSums(client: PoolClient, rows: readonly (readonly number[])[]): Promise<void> {
	if (rows.length === 0) return;
	await client.query(
		`insert into digest (space, collection, low, high) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) ${ADD}`,
		[0, 1, 2, 3].map((column) => rows.map((row) => row[column])),
	);
}
