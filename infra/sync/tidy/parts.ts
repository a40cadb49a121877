import { systemFields } from '@mana/model';
import { SERVER } from '@mana/sync';
import type { Due } from '@mana/sync/space/index';
import { sql } from 'kysely';
import { valueFromBytes } from '../spaces/bytes.ts';
import type { SyncStore } from '../store.ts';
import { dueOf } from './due.ts';

/** A field that says what a record is a part of, by its numbers. */
export interface PartField {
	readonly collection: number;
	readonly field: number;
}

/** How many seqs are looked at at once, so that nothing else waits for long. */
const WINDOW = 5_000;

/**
 * Records that are a part of one that has gone for good: a number of a contact is not found without it, yet would be kept for ever. Each is named by the
 * register that says so: who makes it a part of something else meanwhile keeps it.
 *
 * @param since the tombstones above this seq are looked at
 */
export async function partsOfGone({ db }: SyncStore, space: number, parts: readonly PartField[], since: number): Promise<Due[]> {
	const tombstones = await db
		.selectFrom('cell')
		.select('record')
		.distinct()
		.where('space', '=', space)
		.where('field', '=', sql.lit(systemFields.purged.number))
		.where('value', 'is not', null)
		.where('actor', '=', SERVER)
		.where('seq', '>', since)
		.execute();
	if (tombstones.length === 0 || parts.length === 0) return [];
	const gone = new Set<unknown>(tombstones.map(({ record }) => record));
	const { seq: head } = await db.selectFrom('space').select('seq').where('number', '=', space).executeTakeFirstOrThrow();
	const due: Due[] = [];
	for (let from = 0; from < head; from += WINDOW) {
		const rows = await db
			.selectFrom('cell')
			.select(['collection', 'record', 'field', 'key', 'seq', 'value'])
			.where('space', '=', space)
			.where('seq', '>', from)
			.where('seq', '<=', from + WINDOW)
			.where((eb) => eb.or(parts.map(({ collection, field }) => eb.and({ collection, field }))))
			.where('value', 'is not', null)
			.execute();
		due.push(...dueOf(rows.filter(({ value, record }) => gone.has(valueFromBytes(value)) && !gone.has(record))));
	}
	return due;
}
