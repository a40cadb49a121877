import { type Cell, decodeFrame, type FrameOf, type Place } from '@mana/sync';
import type { RecordId } from '@mana/model';
import { sql } from 'kysely';
import { memberRecordId, members } from '@mana/sync/spaces';
import { replacedFromBytes, splitFrames, valueToBytes } from '../spaces/bytes.ts';
import type { SyncStore } from '../store.ts';

/** Seqs that are looked through at once. */
const STEP = 20_000;
/** Rows of the log that are read at once. */
const ROWS = 100;

/** Where a space names a person by their id: what was given to them, what they said. What they wrote is not looked into. */
export async function placesNaming({ db }: Pick<SyncStore, 'db'>, space: number, person: string): Promise<Place[]> {
	const value = valueToBytes(person);
	const found: Place[] = [];
	const { seq: head } = await db.selectFrom('space').select('seq').where('number', '=', space).executeTakeFirstOrThrow();
	for (let after = 0; after < head; after += STEP) {
		const rows = await db
			.selectFrom('cell')
			.select(['collection', 'record', 'field', 'key'])
			.where('space', '=', space)
			.where('seq', '>', after)
			.where('seq', '<=', after + STEP)
			.where('value', 'is not', null)
			.where((is) => is.or([is('value', '=', value), is('key', '=', person)]))
			.where('collection', '!=', members.number)
			.execute();
		found.push(...rows.map((row) => ({ ...row, record: row.record as RecordId })));
	}
	return found;
}

/**
 * Empties the rows of a space's log that name a person, and drops its snapshots, which may. Both are only what helps: the state stays as it is.
 *
 * @param wasIn whether they were in the space: then their name may stand in a row in which their id does not
 */
export async function emptyTraces({ db, engine }: SyncStore, space: number, person: string, wasIn: boolean): Promise<number> {
	const has = (column: string) =>
		engine === 'postgres'
			? sql<boolean>`position(${Buffer.from(person)}::bytea in ${sql.ref(column)}) > 0`
			: sql<boolean>`instr(${sql.ref(column)}, ${Buffer.from(person)}) > 0`;
	let emptied = 0;
	for (let after = -1; ;) {
		const rows = await db
			.selectFrom('log')
			.select(['to_seq', 'frames', 'replaced'])
			.where('space', '=', space)
			.where('to_seq', '>', after)
			.$if(!wasIn, (query) => query.where((is) => is.or([has('frames'), has('replaced')])))
			.orderBy('to_seq')
			.limit(ROWS)
			.execute();
		for (const { to_seq, frames, replaced } of rows) {
			after = to_seq;
			if (!names(frames, replaced, person)) continue;
			// Its hash stays, so that the chain of those around it does.
			await db
				.updateTable('log')
				.set({ frames: new Uint8Array(), replaced: null })
				.where('space', '=', space)
				.where('to_seq', '=', to_seq)
				.execute();
			emptied++;
		}
		if (rows.length < ROWS) break;
	}
	if (!wasIn && emptied === 0) return 0;
	await db.deleteFrom('segment').where('space', '=', space).execute();
	await db.deleteFrom('chunk').where('space', '=', space).execute();
	return emptied;
}

function names(frames: Uint8Array, replaced: Uint8Array | null, person: string): boolean {
	const record = memberRecordId(person);
	const isAbout = (cell: Cell) => cell.record === record || cell.value === person || cell.key === person;
	const deltas = [...splitFrames(frames)].map((frame) => decodeFrame(frame) as FrameOf<'delta'>);
	return deltas.some(({ cells }) => cells.some(isAbout)) || (replaced !== null && replacedFromBytes(replaced).some(isAbout));
}
