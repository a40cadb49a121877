import { type Kysely, sql, type Transaction } from 'kysely';
import type { Migrations } from '../migrate.ts';
import type { Store } from '../open.ts';

/**
 * - `waiting`: to be run at `run_at`, for the first time or again.
 * - `running`: some worker has it until `lease_until`; after that it is free again.
 * - `done`, `dead` (its attempts are used up), `cancelled`: finished.
 */
export type JobState = 'waiting' | 'running' | 'done' | 'dead' | 'cancelled';

export interface JobRow {
	id: string;
	name: string;
	key: string | null;
	payload: string;
	state: JobState;
	run_at: number;
	/** How often it was taken; the number of the last taking proves that an outcome is the present worker's. */
	attempts: number;
	max_attempts: number;
	lease_until: number | null;
	reason: string | null;
	created_at: number;
	finished_at: number | null;
}

export interface JobTables {
	mana_jobs: JobRow;
}

export const jobMigrations: Migrations = {
	'001-jobs': {
		async up(db) {
			await db.schema
				.createTable('mana_jobs')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('name', 'text', (column) => column.notNull())
				.addColumn('key', 'text')
				.addColumn('payload', 'text', (column) => column.notNull())
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('run_at', 'integer', (column) => column.notNull())
				.addColumn('attempts', 'integer', (column) => column.notNull())
				.addColumn('max_attempts', 'integer', (column) => column.notNull())
				.addColumn('lease_until', 'integer')
				.addColumn('reason', 'text')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('finished_at', 'integer')
				.addUniqueConstraint('mana_jobs_key', ['name', 'key'])
				.execute();
			await db.schema.createIndex('mana_jobs_due').on('mana_jobs').columns(['state', 'run_at']).execute();
		},
	},
};

// oxlint-disable-next-line typescript/no-explicit-any -- the transaction of a caller with other tables
export type AnyTransaction = Transaction<any>;

/** The queries of the job table, named by intent. */
export class JobTable {
	readonly #db: Kysely<JobTables>;
	readonly #engine: Store<unknown>['engine'];

	/** @param store of any service: the table stands beside its own */
	constructor(store: { readonly db: object; readonly engine: Store<unknown>['engine'] }) {
		this.#db = store.db as Kysely<JobTables>;
		this.#engine = store.engine;
	}

	/** @returns the id of the new job, or of the one that has the same name and key */
	async add(row: JobRow, within?: AnyTransaction): Promise<string> {
		const db = (within ?? this.#db) as Kysely<JobTables>;
		const added = await db
			.insertInto('mana_jobs')
			.values(row)
			.onConflict((conflict) => conflict.columns(['name', 'key']).doNothing())
			.returning('id')
			.executeTakeFirst();
		if (added) return added.id;
		const { id } = await db
			.selectFrom('mana_jobs')
			.select('id')
			.where('name', '=', row.name)
			.where('key', '=', row.key)
			.executeTakeFirstOrThrow();
		return id;
	}

	/** Takes up to `limit` jobs that are due or whose worker is gone, the longest due first; no other worker gets the same. */
	async take(names: readonly string[], now: number, leaseUntil: number, limit: number): Promise<JobRow[]> {
		if (names.length === 0 || limit === 0) return [];
		return this.#db.transaction().execute(async (trx) => {
			let due = trx
				.selectFrom('mana_jobs')
				.select('id')
				.where('name', 'in', names)
				.where(({ or, and, eb }) =>
					or([
						and([eb('state', '=', 'waiting'), eb('run_at', '<=', now)]),
						and([eb('state', '=', 'running'), eb('lease_until', '<=', now)]),
					]),
				)
				.orderBy('run_at')
				.limit(limit);
			// Another worker on PostgreSQL takes the next ones instead of waiting; SQLite has one writer anyway.
			if (this.#engine === 'postgres') due = due.forUpdate().skipLocked();
			const ids = (await due.execute()).map(({ id }) => id);
			if (ids.length === 0) return [];
			const taken = await trx
				.updateTable('mana_jobs')
				.set({ state: 'running', lease_until: leaseUntil, attempts: sql`attempts + 1` })
				.where('id', 'in', ids)
				.returningAll()
				.execute();
			return taken.sort((a, b) => a.run_at - b.run_at);
		});
	}

	/** Writes an outcome, unless the lease was lost and another worker has the job now. */
	async settle(job: JobRow, outcome: Partial<JobRow>): Promise<boolean> {
		const { numUpdatedRows } = await this.#db
			.updateTable('mana_jobs')
			.set({ lease_until: null, ...outcome })
			.where('id', '=', job.id)
			.where('state', '=', 'running')
			.where('attempts', '=', job.attempts)
			.executeTakeFirst();
		return numUpdatedRows > 0n;
	}

	/** Lengthens the lease. @returns `false` where another worker has the job now, or nobody */
	async hold(job: JobRow, leaseUntil: number): Promise<boolean> {
		const { numUpdatedRows } = await this.#db
			.updateTable('mana_jobs')
			.set({ lease_until: leaseUntil })
			.where('id', '=', job.id)
			.where('state', '=', 'running')
			.where('attempts', '=', job.attempts)
			.executeTakeFirst();
		return numUpdatedRows > 0n;
	}

	/** Moves a job from one state to another; `false` when it was not in the first. */
	async move(id: string, from: JobState, to: Partial<JobRow>): Promise<boolean> {
		const { numUpdatedRows } = await this.#db
			.updateTable('mana_jobs')
			.set(to)
			.where('id', '=', id)
			.where('state', '=', from)
			.executeTakeFirst();
		return numUpdatedRows > 0n;
	}

	async inState(state: JobState): Promise<JobRow[]> {
		return this.#db.selectFrom('mana_jobs').selectAll().where('state', '=', state).orderBy('finished_at').execute();
	}

	async byId(id: string): Promise<JobRow | undefined> {
		return this.#db.selectFrom('mana_jobs').selectAll().where('id', '=', id).executeTakeFirst();
	}

	/** When the next job is due; `null` when none waits. */
	async nextDue(names: readonly string[]): Promise<number | null> {
		if (names.length === 0) return null;
		const row = await this.#db
			.selectFrom('mana_jobs')
			.select(({ fn }) => fn.min('run_at').as('at'))
			.where('state', '=', 'waiting')
			.where('name', 'in', names)
			.executeTakeFirst();
		return row?.at ?? null;
	}

	/** Dead jobs stay until somebody looks at them. */
	async forgetFinished(before: number): Promise<void> {
		await this.#db
			.deleteFrom('mana_jobs')
			.where('state', 'in', ['done', 'cancelled'])
			.where('finished_at', '<', before)
			.execute();
	}
}
