import type { Erased } from '@mana/service/leaving';
import { type Kysely, sql } from 'kysely';
import type { SyncStore, SyncTables } from '../store.ts';

/**
 * The tables that have rows of a space, those that others hang on last. A test finds one that is missing.
 *
 * `by`: the column by which large ones are emptied a slice at a time, so that no writer waits long.
 */
export const ofSpaces = [
	{ table: 'segment' },
	{ table: 'chunk', by: 'hash', slice: 64 },
	{ table: 'route', by: 'record', slice: 500 },
	{ table: 'digest' },
	{ table: 'mark' },
	{ table: 'blob_reference' },
	{ table: 'blob_head' },
	{ table: 'log', by: 'to_seq', slice: 200 },
	{ table: 'cell', by: 'record', slice: 500 },
	{ table: 'blob' },
	{ table: 'blob_chunk' },
	{ table: 'actor' },
	{ table: 'invitation' },
	{ table: 'member' },
] as const satisfies readonly { table: keyof SyncTables; by?: string; slice?: number }[];

/**
 * Ends a space: nothing of it is left in any table. Whoever writes meanwhile is told that there is no such space; services that follow hear
 * that it is shut to them. Cut off at any moment, it can be done again.
 *
 * @param number of the space
 * @returns how many rows there were
 */
export async function endSpace({ db }: Pick<SyncStore, 'db'>, number: number): Promise<Erased[]> {
	const counts = new Map<string, number>();
	const count = (table: string, rows: bigint | undefined) => counts.set(table, (counts.get(table) ?? 0) + Number(rows ?? 0n));
	for (const one of ofSpaces) {
		if (!('by' in one)) continue;
		for (;;) {
			const by = sql.ref(one.by);
			const { numAffectedRows } = await sql`delete from ${sql.table(one.table)} where space = ${number} and ${by} in
				(select ${by} from ${sql.table(one.table)} where space = ${number} order by ${by} limit ${sql.lit(one.slice)})`.execute(
				db,
			);
			count(one.table, numAffectedRows);
			if (!numAffectedRows) break;
		}
	}
	await db.transaction().execute(async (within) => {
		for (const { table } of ofSpaces) {
			const { numAffectedRows } = await sql`delete from ${sql.table(table)} where space = ${number}`.execute(within);
			count(table, numAffectedRows);
		}
		count('membership', await dropMemberships(within, number));
		const { numDeletedRows } = await within.deleteFrom('space').where('number', '=', number).executeTakeFirst();
		count('space', numDeletedRows);
	});
	return [...counts].map(([table, erased]) => ({ table, erased, left: 0 }));
}

async function dropMemberships(db: Kysely<SyncTables>, number: number): Promise<bigint> {
	const { numDeletedRows } = await db
		.deleteFrom('membership')
		.where('space', 'in', (from) => from.selectFrom('space').select('id').where('number', '=', number))
		.executeTakeFirst();
	return numDeletedRows;
}
