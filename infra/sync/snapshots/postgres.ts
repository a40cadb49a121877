import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import type { ChunkHash, Manifest, PressedChunk, Segment } from '@mana/sync/snapshot/index';
import type { StoredCell, Tail } from '@mana/sync/space/index';
import type { Pool, PoolClient } from 'pg';
import type { PostgresSpaces } from '../spaces/postgres.ts';
import { type CellRow, stored } from '../spaces/postgres-rows.ts';
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

/** Snapshots in PostgreSQL. Several nodes may build at the same time: the first one is kept. */
export class PostgresChunks implements ChunkKeeper {
	readonly #pool: Pool;
	readonly #spaces: PostgresSpaces;

	constructor(pool: Pool, spaces: PostgresSpaces) {
		this.#pool = pool;
		this.#spaces = spaces;
	}

	async manifest(space: SpaceId): Promise<Manifest | null> {
		const { rows } = await this.#pool.query<{ epoch: number; seq: number } & { [K in keyof SegmentRow]: SegmentRow[K] | null }>(
			`select space.epoch, space.seq, from_seq, to_seq, cells, chunks
			from space left join segment on segment.space = space.number where space.id = $1 order by to_seq`,
			[space],
		);
		if (!rows[0]) return null;
		const { epoch, seq } = rows[0];
		return { epoch, seq, segments: rows.flatMap((row) => (row.to_seq === null ? [] : segmentOf(row as SegmentRow))) };
	}

	async chunk(space: SpaceId, hash: ChunkHash, person: string): Promise<FoundChunk | null> {
		const { rows } = await this.#pool.query<ChunkRow>(
			`select chunk.body, chunk.collection, member.role, member.apps from space
			join member on member.space = space.number and member.person = $3
			join chunk on chunk.space = space.number and chunk.hash = $2 where space.id = $1`,
			[space, hash, person],
		);
		return rows[0] ? foundChunk(rows[0]) : null;
	}

	readSince(space: SpaceId, after: number, chunk: number): Promise<Tail | null> {
		return this.#spaces.readSince(space, after, chunk);
	}

	async countSince(space: SpaceId, after: number): Promise<number> {
		const { rows } = await this.#pool.query<{ count: number }>(
			'select count(*) as count from cell where space = (select number from space where id = $1) and seq > $2',
			[space, after],
		);
		return rows[0]!.count;
	}

	async readRecords(space: SpaceId, after: RecordId | '', most: number): Promise<readonly StoredCell[]> {
		// All of the last record, which may go on beyond `most`.
		const { rows } = await this.#pool.query<CellRow>(
			`with part as (select record from cell where space = (select number from space where id = $1) and record > $2
				order by record limit $3)
			select cell.* from cell where space = (select number from space where id = $1) and record > $2
				and record <= (select max(record) from part) order by record, collection, field, key`,
			[space, after, most],
		);
		return rows.map(stored);
	}

	async keep(space: SpaceId, chunks: readonly PressedChunk[], now: number): Promise<void> {
		await this.#pool.query(
			`insert into chunk (space, hash, collection, body, unnamed_at)
			select (select number from space where id = $1), hash, collection, body, $5
			from unnest($2::text[], $3::bigint[], $4::bytea[]) as made (hash, collection, body)
			on conflict (space, hash) do update set unnamed_at = excluded.unnamed_at where chunk.unnamed_at is not null`,
			[
				space,
				chunks.map(({ hash }) => hash),
				chunks.map(({ collection }) => collection),
				chunks.map(({ body }) => Buffer.from(body)),
				now,
			],
		);
	}

	async replace(space: SpaceId, last: number, segment: Segment, now: number): Promise<boolean> {
		return this.#transaction(async (client) => {
			const { rows } = await client.query<{ number: number }>('select number from space where id = $1 for update', [space]);
			const number = rows[0]?.number;
			if (number === undefined) throw new Error(`Space ${space} is gone.`);
			const found = await client.query<SegmentRow>('select * from segment where space = $1 order by to_seq', [number]);
			const segments = found.rows.map(segmentOf);
			if (lastOf({ segments }) !== last) return false;
			await client.query('delete from segment where space = $1 and to_seq > $2', [number, segment.from]);
			await client.query('insert into segment (space, from_seq, to_seq, cells, chunks) values ($1, $2, $3, $4, $5)', [
				number,
				segment.from,
				segment.to,
				segment.cells,
				Buffer.from(refsToBytes(segment.chunks)),
			]);
			const name = 'update chunk set unnamed_at = $1 where space = $2 and hash = any($3::text[])';
			await client.query(name, [now, number, replaced(segments, segment).dropped]);
			await client.query(name, [null, number, segment.chunks.map(({ hash }) => hash)]);
			return true;
		});
	}

	async #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
		const client = await this.#pool.connect();
		let failed: Error | undefined;
		try {
			await client.query('begin');
			const result = await work(client);
			await client.query('commit');
			return result;
		} catch (error) {
			// Whatever state the connection is in, nobody gets it again.
			failed = error instanceof Error ? error : new Error(String(error));
			throw error;
		} finally {
			client.release(failed);
		}
	}
}
