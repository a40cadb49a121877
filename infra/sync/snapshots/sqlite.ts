import type { Database } from 'bun:sqlite';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import type { ChunkHash, Manifest, PressedChunk, Segment } from '@mana/sync/snapshot/index';
import type { StoredCell, Tail } from '@mana/sync/space/index';
import { type CellRow, SqliteSpaces, stored } from '../spaces/sqlite.ts';
import {
	type ChunkKeeper,
	type ChunkRow,
	type FoundChunk,
	foundChunk,
	lastOf,
	refsToBytes,
	replaced,
	type SegmentRow,
	segmentOf,
} from './chunk-keeper.ts';

/** Snapshots in a SQLite file that `openStore` made. Blocks its thread: building belongs into the worker, serving is a single read. */
export class SqliteChunks implements ChunkKeeper {
	readonly #database: Database;
	readonly #spaces: SqliteSpaces;
	readonly #sql;

	/** @param now ms since 1970 */
	constructor(database: Database, now: () => number) {
		this.#database = database;
		this.#spaces = new SqliteSpaces(database, now);
		this.#sql = {
			space: database.prepare<{ number: number; epoch: number; seq: number }, [string]>(
				'select number, epoch, seq from space where id = ?',
			),
			segments: database.prepare<SegmentRow, [number]>(
				'select from_seq, to_seq, cells, chunks from segment where space = ? order by to_seq',
			),
			chunk: database.prepare<ChunkRow, [string, string, string]>(
				`select chunk.body, chunk.collection, member.role, member.apps from space
				join member on member.space = space.number and member.person = ?
				join chunk on chunk.space = space.number and chunk.hash = ? where space.id = ?`,
			),
			count: database.prepare<{ count: number }, [number, number]>(
				'select count(*) as count from cell where space = ? and seq > ?',
			),
			records: database.prepare<CellRow, [number, string]>(
				'select record, collection, field, key, value, stamp, actor, seq from cell where space = ? and record > ? order by record, collection, field, key',
			),
			keep: database.prepare<null, [number, string, number, Uint8Array, number]>(
				`insert into chunk (space, hash, collection, body, unnamed_at) values (?, ?, ?, ?, ?)
				on conflict (space, hash) do update set unnamed_at = excluded.unnamed_at where unnamed_at is not null`,
			),
			cover: database.prepare<null, [number, number]>('delete from segment where space = ? and to_seq > ?'),
			put: database.prepare<null, [number, number, number, number, Uint8Array]>(
				'insert into segment (space, from_seq, to_seq, cells, chunks) values (?, ?, ?, ?, ?)',
			),
			name: database.prepare<null, [number | null, number, string]>(
				'update chunk set unnamed_at = ? where space = ? and hash = ?',
			),
		};
	}

	async manifest(space: SpaceId): Promise<Manifest | null> {
		return this.#database.transaction(() => {
			const row = this.#sql.space.get(space);
			return row && { epoch: row.epoch, seq: row.seq, segments: this.#segments(row.number) };
		})();
	}

	async chunk(space: SpaceId, hash: ChunkHash, person: string): Promise<FoundChunk | null> {
		const row = this.#sql.chunk.get(person, hash, space);
		return row && foundChunk(row);
	}

	readSince(space: SpaceId, after: number, chunk: number): Promise<Tail | null> {
		return this.#spaces.readSince(space, after, chunk);
	}

	async countSince(space: SpaceId, after: number): Promise<number> {
		return this.#sql.count.get(this.#number(space), after)!.count;
	}

	async readRecords(space: SpaceId, after: RecordId | '', most: number): Promise<readonly StoredCell[]> {
		const cells: StoredCell[] = [];
		for (const row of this.#sql.records.iterate(this.#number(space), after)) {
			if (cells.length >= most && row.record !== cells.at(-1)!.record) break;
			cells.push(stored(row));
		}
		return cells;
	}

	async keep(space: SpaceId, chunks: readonly PressedChunk[], now: number): Promise<void> {
		const number = this.#number(space);
		this.#locked(() => {
			for (const { hash, collection, body } of chunks) this.#sql.keep.run(number, hash, collection, body, now);
		});
	}

	async replace(space: SpaceId, last: number, segment: Segment, now: number): Promise<boolean> {
		const number = this.#number(space);
		return this.#locked(() => {
			const segments = this.#segments(number);
			if (lastOf({ segments }) !== last) return false;
			this.#sql.cover.run(number, segment.from);
			this.#sql.put.run(number, segment.from, segment.to, segment.cells, refsToBytes(segment.chunks));
			for (const hash of replaced(segments, segment).dropped) this.#sql.name.run(now, number, hash);
			for (const { hash } of segment.chunks) this.#sql.name.run(null, number, hash);
			return true;
		});
	}

	#number(space: SpaceId): number {
		const row = this.#sql.space.get(space);
		if (!row) throw new Error(`Space ${space} is gone.`);
		return row.number;
	}

	#segments(number: number): Segment[] {
		return this.#sql.segments.all(number).map(segmentOf);
	}

	#locked<T>(work: () => T): T {
		return this.#database.transaction(work).immediate();
	}
}
