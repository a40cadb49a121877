import { expect } from 'bun:test';
import { type Kysely, sql } from 'kysely';
import type { Leaving } from '../leaving.ts';
import type { AccessRow } from './authorisation.ts';

/** The two routes by which mana-auth asks, for the table of who may do what: they are for no other service and for no person. */
export const leavingAccess: readonly AccessRow[] = [
	{ method: 'POST', path: '/v1/persons/:id/export', body: { address: null }, status: { 'foreign service': 403 } },
	{ method: 'POST', path: '/v1/persons/:id/erase', body: { address: null, ended: [] }, status: { 'foreign service': 403 } },
];

/** Tables that the kit keeps beside a service's own, and what they hold. */
const ofTheKit = /^(sqlite_|mana_)/;

/**
 * Fails when a store has a table that its registry of leaving does not name, or the other way round; and when an entry names a column that
 * is not there.
 */
export async function everyTableIsEntered<Tables>(db: Kysely<Tables>, entries: Leaving<Tables>): Promise<void> {
	const tables = (await db.introspection.getTables()).filter(({ name }) => !ofTheKit.test(name));
	const named = Object.keys(entries);
	expect(tables.map(({ name }) => name).sort()).toEqual([...named].sort());
	for (const { name, columns } of tables) {
		const entry = entries[name as keyof Tables & string];
		if (!('holds' in entry)) continue;
		const has = columns.map((column) => column.name);
		for (const column of [...(entry.without ?? []), ...Object.keys(entry.blank ?? {})])
			expect([name, has]).toEqual([name, expect.arrayContaining([column])]);
		// A condition that the database does not understand shows here.
		await sql`select 1 from ${sql.table(name)} where ${entry.where({ person: 'nobody', address: null })}`.execute(db);
	}
}
