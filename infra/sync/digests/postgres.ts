import { accessOf, addSum, type SpaceId, type Sum, sumOfCell } from '@mana/sync';
import { sumsBetween } from '@mana/sync/space/index';
import type { Pool, PoolClient } from 'pg';
import { memberOf, type MemberRow } from '../spaces/member-rows.ts';
import { type CellRow, stored } from '../spaces/postgres-rows.ts';
import { addSums } from './add-sum.ts';
import { countNumber, type KeptSums, type SumKeeper, type SumRow, sumsFrom } from './sum-keeper.ts';
import { WHOLE } from './tables.ts';

/** Cells that are fetched at once. */
const FETCH = 2000;

/** Sums in PostgreSQL. */
export class PostgresSums implements SumKeeper {
	readonly #pool: Pool;

	constructor(pool: Pool) {
		this.#pool = pool;
	}

	/** One statement, so one snapshot. */
	async read(space: SpaceId, person: string): Promise<KeptSums | null> {
		const { rows } = await this.#pool.query<Head & MemberRow & { [K in keyof SumRow]: SumRow[K] | null }>(
			`select space.epoch, space.seq, space.acl_epoch, space.digests, member.role, member.apps, member.name, member.since,
				digest.collection, digest.low, digest.high
			from space left join member on member.space = space.number and member.person = $2
			left join digest on digest.space = space.number where space.id = $1`,
			[space, person],
		);
		const [head] = rows;
		if (!head) return null;
		const { epoch, seq, acl_epoch, digests } = head;
		const access = accessOf(person, head.role === null ? undefined : memberOf(head)) ?? null;
		const sums = sumsFrom(rows.filter((row): row is Head & MemberRow & SumRow => row.collection !== null));
		return { epoch, seq, aclEpoch: acl_epoch, access, whole: digests === WHOLE, sums };
	}

	async count(space: SpaceId): Promise<void> {
		const count = countNumber();
		const number = await this.#transaction('begin', async (client) => {
			const { rows } = await client.query<{ number: number }>('update space set digests = $2 where id = $1 returning number', [
				space,
				count,
			]);
			if (!rows[0]) throw new Error(`Space ${space} is gone.`);
			await client.query('delete from digest where space = $1', [rows[0].number]);
			return rows[0].number;
		});
		const base = await this.#transaction('begin isolation level repeatable read read only', async (client) => {
			const all = new Map<number, Sum>();
			await client.query('declare cells cursor for select * from cell where space = ' + number);
			for (let part = FETCH; part === FETCH;) {
				const { rows } = await client.query<CellRow>(`fetch ${FETCH} from cells`);
				for (const row of rows) addSum(all, row.collection, sumOfCell(stored(row)));
				part = rows.length;
			}
			const since = await client.query<SumRow>('select collection, low, high from digest where space = $1', [number]);
			return sumsBetween(sumsFrom(since.rows), all);
		});
		await this.#transaction('begin', async (client) => {
			const whole = await client.query('update space set digests = $2 where number = $1 and digests = $3', [
				number,
				WHOLE,
				count,
			]);
			if (whole.rowCount === 0) return; // a later count is under way
			const rows = [...base].map(([collection, { low, high }]) => [number, collection, low, high]);
			await addSums(client, rows);
		});
	}

	async #transaction<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
		const client = await this.#pool.connect();
		let failed: Error | undefined;
		try {
			await client.query(begin);
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

interface Head {
	readonly epoch: number;
	readonly seq: number;
	readonly acl_epoch: number;
	readonly digests: number;
}
