import { type ArchivedRecord, type HeldCell, isHeld, recordOf, Tally, type Counts } from '@mana/archive';
import { appOf, type BlobReference, type RecordId, referenceOf } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { type Access, reaches } from '@mana/sync';
import { sql } from 'kysely';
import { followReferences } from '../blobs/references.ts';
import { valueFromBytes } from '../spaces/bytes.ts';
import type { SyncStore } from '../store.ts';

/** Cells, or files, that are read at once. */
const STEP = 2_000;

/** What of a space somebody may read, for their archive. */
export interface Readable {
	readonly number: number;
	readonly access: Access;
}

/** A line of a space's records: one of them, or at the end what they come to. */
export type RecordLine = ArchivedRecord | { readonly counts: Counts };

/** Everything that somebody may read in a space, record by record; last, what it comes to. Changes meanwhile are in it or not. */
export async function* archivedRecords({ db }: Pick<SyncStore, 'db'>, { number, access }: Readable): AsyncGenerator<RecordLine> {
	const tally = new Tally();
	let held: HeldCell[] = [];
	const whole = (): ArchivedRecord => {
		const record = recordOf(held, collectionNumbered);
		tally.record(record.collection);
		for (const cell of held) tally.cell(cell);
		return record;
	};
	for await (const cell of cellsOf(db, number)) {
		if (!isHeld(cell) || !reaches(access, appOf(cell.collection))) continue;
		const [first] = held;
		if (first && (first.record !== cell.record || first.collection !== cell.collection)) {
			yield whole();
			held = [];
		}
		held.push(cell);
	}
	if (held.length > 0) yield whole();
	yield { counts: tally.counts };
}

/** The cells of a space in the order of their places. */
async function* cellsOf(db: SyncStore['db'], space: number): AsyncGenerator<HeldCell> {
	let last: readonly [string, number, number, string] = ['', 0, 0, ''];
	for (;;) {
		const rows = await db
			.selectFrom('cell')
			.select(['record', 'collection', 'field', 'key', 'value', 'stamp', 'actor'])
			.where('space', '=', space)
			.where('value', 'is not', null)
			.where(sql<boolean>`(record, collection, field, key) > (${sql.join(last)})`)
			.orderBy('record')
			.orderBy('collection')
			.orderBy('field')
			.orderBy('key')
			.limit(STEP)
			.execute();
		for (const { record, value, ...cell } of rows) {
			last = [record, cell.collection, cell.field, cell.key];
			yield { ...cell, record: record as RecordId, value: valueFromBytes(value) as HeldCell['value'] };
		}
		if (rows.length < STEP) return;
	}
}

/** A file that records name, as the first of them describes it; `here`: whether it has come. */
export interface ReadableFile extends BlobReference {
	readonly here: boolean;
}

/** The files that records name which somebody may read, in the order of their hashes. @param after the last one that is had already */
export async function* archivedFiles(
	{ db }: Pick<SyncStore, 'db'>,
	{ number, access }: Readable,
	after: string,
): AsyncGenerator<ReadableFile> {
	await followReferences(db, number);
	let last = after;
	for (;;) {
		const hashes = await db
			.selectFrom('blob_reference')
			.select('hash')
			.distinct()
			.where('space', '=', number)
			.where('hash', '>', last)
			.orderBy('hash')
			.limit(STEP)
			.execute();
		for (const { hash } of hashes) {
			last = hash;
			const file = await fileOf(db, number, access, hash);
			if (file) yield file;
		}
		if (hashes.length < STEP) return;
	}
}

/** A file of a space as somebody may read it; `null`: no record that they may read names it. */
export async function fileOf(db: SyncStore['db'], space: number, access: Access, hash: string): Promise<ReadableFile | null> {
	const cells = await db
		.selectFrom('blob_reference')
		.innerJoin('cell', (join) =>
			join
				.onRef('cell.space', '=', 'blob_reference.space')
				.onRef('cell.record', '=', 'blob_reference.record')
				.onRef('cell.collection', '=', 'blob_reference.collection')
				.onRef('cell.field', '=', 'blob_reference.field')
				.onRef('cell.key', '=', 'blob_reference.key'),
		)
		.select(['cell.collection', 'cell.value'])
		.where('blob_reference.space', '=', space)
		.where('blob_reference.hash', '=', hash)
		.orderBy('cell.record')
		.execute();
	const shown = cells.filter(({ collection }) => reaches(access, appOf(collection)));
	const reference = shown.map(({ value }) => referenceOf(valueFromBytes(value))).find((one) => one?.hash === hash);
	if (!reference) return null;
	const blob = await db
		.selectFrom('blob')
		.select('bytes')
		.where('space', '=', space)
		.where('hash', '=', hash)
		.limit(1)
		.executeTakeFirst();
	return { ...reference, size: blob?.bytes ?? reference.size, here: blob !== undefined };
}
