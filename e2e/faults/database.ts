import { Client } from 'pg';
import { LINE_NAME } from '../../infra/sync/nodes/line.ts';
import { type Link, openLink } from '../../kit/store/testing/line.ts';
import { type OwnPostgres, startOwnPostgres } from '../../kit/store/testing/postgres.ts';

/** The PostgreSQL that several nodes share, and the line of each to it. */
export class Database {
	readonly links: readonly Link[];
	readonly #postgres: OwnPostgres;

	private constructor(postgres: OwnPostgres, links: readonly Link[]) {
		this.#postgres = postgres;
		this.links = links;
	}

	static async start(nodes: number): Promise<Database> {
		const postgres = await startOwnPostgres();
		const links = await Promise.all(Array.from({ length: nodes }, openLink));
		for (const link of links) link.lead(postgres.url);
		return new Database(postgres, links);
	}

	/** Where a node finds it. */
	urlFor(node: number): string {
		const url = new URL(this.#postgres.url);
		url.host = new URL(this.links[node]!.url).host;
		return url.href;
	}

	/** It dies and starts again. */
	crash(): Promise<void> {
		return this.#postgres.crash();
	}

	/** Ends the connections over which nodes hear of each other, and what was said on them. */
	async loseHints(): Promise<void> {
		await this.#ask('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [LINE_NAME]);
	}

	/** What is wrong with what it holds: a seq that two nodes gave, or one that nobody did. */
	async faults(): Promise<string[]> {
		const rows = await this.#ask<{ space: number; from_seq: number; to_seq: number; before: number; chained: boolean }>(
			`select space, from_seq::int, to_seq::int, lag(to_seq, 1, 0::bigint) over chain::int as before,
				lag(hash, 1, previous_hash) over chain = previous_hash as chained
			from mana_sync.log window chain as (partition by space order by to_seq)`,
		);
		return rows.flatMap(({ space, from_seq, to_seq, before, chained }) =>
			from_seq === before && chained ? [] : [`I5: in space ${space} ${to_seq} continues ${from_seq}, behind it stands ${before}`],
		);
	}

	async close(): Promise<void> {
		for (const link of this.links) link.close();
		await this.#postgres.stop();
	}

	async #ask<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
		const client = new Client({ connectionString: this.#postgres.url });
		client.on('error', () => undefined);
		await client.connect();
		try {
			return (await client.query<Row>(text, values)).rows;
		} finally {
			await client.end();
		}
	}
}
