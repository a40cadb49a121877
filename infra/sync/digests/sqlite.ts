import type { Database } from 'bun:sqlite';
import { accessOf, addSum, type SpaceId, type Sum, sumOfCell } from '@mana/sync';
import { sumsBetween } from '@mana/sync/space/index';
import { type CellRow, stored } from '../spaces/sqlite.ts';
import { SqliteMembers } from '../spaces/sqlite-members.ts';
import { ADD_SUM } from './add-sum.ts';
import { countNumber, type KeptSums, type SumKeeper, type SumRow, sumsFrom } from './sum-keeper.ts';
import { WHOLE } from './tables.ts';

interface Head {
	readonly number: number;
	readonly epoch: number;
	readonly seq: number;
	readonly acl_epoch: number;
	readonly digests: number;
}

/** Sums in a SQLite file that `openStore` made. Counting blocks its thread for as long as it takes to read the space: it belongs into the worker. */
export class SqliteSums implements SumKeeper {
	readonly #database: Database;
	readonly #members: SqliteMembers;
	readonly #count: (space: SpaceId) => Promise<void>;
	readonly #sql;

	/** @param count where cells are counted */
	constructor(database: Database, count: (space: SpaceId) => Promise<void>) {
		this.#database = database;
		this.#members = new SqliteMembers(database);
		this.#count = count;
		this.#sql = {
			head: database.prepare<Head, [string]>('select number, epoch, seq, acl_epoch, digests from space where id = ?'),
			sums: database.prepare<SumRow, [number]>('select collection, low, high from digest where space = ?'),
		};
	}

	async read(space: SpaceId, person: string): Promise<KeptSums | null> {
		return this.#database.transaction(() => {
			const head = this.#sql.head.get(space);
			if (!head) return null;
			const { number, epoch, seq, acl_epoch, digests } = head;
			const access = accessOf(person, this.#members.member(number, person)) ?? null;
			return { epoch, seq, aclEpoch: acl_epoch, access, whole: digests === WHOLE, sums: sumsFrom(this.#sql.sums.all(number)) };
		})();
	}

	count(space: SpaceId): Promise<void> {
		return this.#count(space);
	}
}

/** Counts all cells of a space. What is committed while they are read is kept apart by the committer and put on top. */
export function countSqlite(database: Database, space: SpaceId): void {
	const number = database.query<{ number: number }, [string]>('select number from space where id = ?').get(space)?.number;
	if (number === undefined) throw new Error(`Space ${space} is gone.`);
	const count = countNumber();
	database
		.transaction(() => {
			database.run('update space set digests = ? where number = ?', [count, number]);
			database.run('delete from digest where space = ?', [number]);
		})
		.immediate();
	const base = database.transaction(() => {
		const all = new Map<number, Sum>();
		const cells = database.query<CellRow, [number]>(
			'select record, collection, field, key, value, stamp, actor, seq from cell where space = ?',
		);
		for (const row of cells.iterate(number)) addSum(all, row.collection, sumOfCell(stored(row)));
		const since = database.query<SumRow, [number]>('select collection, low, high from digest where space = ?').all(number);
		return sumsBetween(sumsFrom(since), all);
	})();
	database
		.transaction(() => {
			const whole = database.run('update space set digests = ? where number = ? and digests = ?', [WHOLE, number, count]);
			if (whole.changes === 0) return; // a later count is under way
			for (const [collection, { low, high }] of base) database.run(ADD_SUM, [number, collection, low, high]);
		})
		.immediate();
}
