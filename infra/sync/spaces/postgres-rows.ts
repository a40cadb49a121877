import type { StoredCell } from '@mana/sync/space/index';
import type { Pool, PoolClient } from 'pg';
import { valueFromBytes } from './bytes.ts';

/** A cell as PostgreSQL keeps it. */
export interface CellRow extends Omit<StoredCell, 'value'> {
	readonly space: number;
	readonly value: Uint8Array | null;
}

/** The cell of a row. */
export function stored({ record, collection, field, key, value, stamp, actor, seq }: CellRow): StoredCell {
	return { record, collection, field, key, value: valueFromBytes(value), stamp, actor, seq };
}

/** Runs a statement over many rows at once: they go as one array for each column, for `unnest`. Without rows there is nothing to run. */
export async function ask<Row extends object>(
	client: PoolClient,
	sql: string,
	rows: readonly (readonly unknown[])[],
): Promise<Row[]> {
	if (!rows[0]) return [];
	return all<Row>(
		client,
		sql,
		rows[0].map((_, column) => rows.map((row) => row[column])),
	);
}

/** Bytes as the driver takes them. */
export function buffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** All rows of an answer. */
export async function all<Row extends object>(client: Pool | PoolClient, sql: string, values: unknown[]): Promise<Row[]> {
	return (await client.query<Row>(sql, values)).rows;
}

/** The first row of an answer, if there is one. */
export async function one<Row extends object>(
	client: Pool | PoolClient,
	sql: string,
	values: unknown[],
): Promise<Row | undefined> {
	return (await all<Row>(client, sql, values))[0];
}
