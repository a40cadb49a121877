import type { RecordId } from '@mana/model';
import type { Cell } from '../cell.ts';
import { BadFrame } from '../codec/bad-frame.ts';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readRuns, readStamps, writeRuns, writeStamps } from '../codec/columns.ts';
import { readFlags, writeFlags } from '../codec/flags.ts';
import { readColumn, writeColumn } from './column.ts';
import { PackedChunk } from './packed.ts';

export { PackedChunk };

/** First byte of a chunk. A reader of another version takes the state by DELTA instead. */
const CHUNK_VERSION = 1;
const MAX_ACTOR = 0x7fffffff;

/** Records of one chunk at most, whatever their size: what bounds the memory that a claimed count costs. */
export const CHUNK_RECORDS = 8192;

/**
 * Records of one collection, column by column (sync.md §6.5): ids in ascending order, then for each field its values. A cell's stamp
 * and actor are its record's unless the column says otherwise, so what one action wrote costs them once.
 *
 * @param cells of one collection, each place once, at most `CHUNK_RECORDS` records
 */
export function encodeChunk(collection: number, cells: readonly Cell[]): Uint8Array {
	const ordered = cells.toSorted((a, b) => a.field - b.field || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
	const records = [...Map.groupBy(ordered, ({ record }) => record)].sort(([a], [b]) => (a < b ? -1 : 1));
	if (records.length > CHUNK_RECORDS) throw new BadFrame('too-many', `${records.length} records in a chunk`);
	const heads = records.map(([, own]) => own[0]!);
	const out = new ByteWriter();
	out.byte(CHUNK_VERSION);
	writeFlags(out);
	out.varint(collection);
	out.varint(records.length);
	for (const [id] of records) out.id(id);
	writeStamps(
		out,
		heads.map(({ stamp }) => [stamp, 1] as const),
	);
	writeRuns(out, heads, ({ actor }) => actor);
	const fields = [...new Set(cells.map(({ field }) => field))].sort((a, b) => a - b);
	const byRecord = records.map(([, own]) => Map.groupBy(own, ({ field }) => field));
	out.varint(fields.length);
	for (const field of fields) {
		writeColumn(
			out,
			field,
			byRecord.map((own) => own.get(field) ?? []),
			heads,
		);
	}
	return out.finish();
}

/** Reads a chunk into packed storage, without an object for any cell. Total, like `decodeFrame`: throws `BadFrame` and nothing else. */
export function decodeChunk(bytes: Uint8Array): PackedChunk {
	const from = new ByteReader(bytes);
	const version = from.byte();
	if (version !== CHUNK_VERSION) throw new BadFrame('version', `chunk version ${version}, this side reads ${CHUNK_VERSION}`);
	readFlags(from);
	const collection = from.varint(0xffff);
	const count = from.varint();
	if (count > CHUNK_RECORDS) throw new BadFrame('too-many', `${count} records in a chunk`);
	const ids = from.raw(count * 16);
	ascending(ids, count);
	const stamps = new Float64Array(count);
	for (const [i, [stamp, length]] of readStamps(from, count, count).entries()) {
		if (length !== 1) throw new BadFrame('bad-run', 'a record without a stamp of its own');
		stamps[i] = stamp;
	}
	const actors = Uint32Array.from(readRuns(from, count, MAX_ACTOR));
	const width = from.varint();
	if (width > from.remaining) throw new BadFrame('truncated', `${width} columns in ${from.remaining} bytes`);
	const columns = [];
	for (let last = -1; columns.length < width;) {
		const column = readColumn(from, stamps, actors);
		if (column.field <= last) throw new BadFrame('bad-run', `field ${column.field} after ${last}`);
		last = column.field;
		columns.push(column);
	}
	from.end();
	return new PackedChunk(collection, ids, columns);
}

function ascending(ids: Uint8Array, count: number): void {
	for (let row = 1; row < count; row++) {
		let at = row * 16;
		const end = at + 16;
		while (at < end && ids[at] === ids[at - 16]) at++;
		if (at === end || ids[at]! < ids[at - 16]!) throw new BadFrame('bad-run', 'records of a chunk are not in order');
	}
}

/** All cells of a chunk, record by record. */
export function* cellsOfChunk(chunk: PackedChunk): IterableIterator<Cell> {
	for (let row = 0; row < chunk.count; row++) yield* chunk.cells(row, chunk.idAt(row) as RecordId);
}
