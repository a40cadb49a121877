import { Client, type Pool, type QueryResultRow } from 'pg';

/** A question that is not answered within this, in milliseconds, was asked on a connection that hangs. */
export const ANSWER_WITHIN_MS = 2000;

/** How PostgreSQL lists these connections (`pg_stat_activity`). */
export const LINE_NAME = 'mana-sync line';

/** What comes over a line without being asked for. */
export interface LineEvents {
	/** Some other connection said this on a channel. */
	heard(channel: string, payload: string): void;
}

/**
 * One connection beside all others: it hears notifications, sends them, and asks small questions. NOTIFY inside a transaction that writes would
 * let all commits of the database wait for one lock (sync.md §8). It waits for no disk: what it writes says who is there, and is written again.
 */
export class Line {
	readonly #client: Client;
	readonly #lost = Promise.withResolvers<never>();
	/** Questions are asked one after another. */
	#before: Promise<unknown> = Promise.resolve();
	#ended = false;

	private constructor(client: Client) {
		this.#client = client;
		this.#lost.promise.catch(() => undefined);
		client.on('error', (error) => this.#lost.reject(error));
		client.on('end', () => this.#lost.reject(new Error('The connection to PostgreSQL ended.')));
	}

	/** @param pool whose database it is about */
	static async open(pool: Pool, channels: readonly string[], events: LineEvents): Promise<Line> {
		const client = new Client({
			...pool.options,
			connectionTimeoutMillis: ANSWER_WITHIN_MS,
			keepAlive: true,
			application_name: LINE_NAME,
		});
		const line = new Line(client);
		try {
			await line.#within(client.connect());
			const own = await line.ask<{ pid: number }>('select pg_backend_pid() as pid', []);
			client.on('notification', ({ channel, payload = '', processId }) => {
				if (processId !== own[0]?.pid) events.heard(channel, payload);
			});
			await line.ask('set synchronous_commit = off', []);
			for (const channel of channels) await line.ask(`listen ${channel}`, []);
			return line;
		} catch (error) {
			await line.close();
			throw error;
		}
	}

	/** @throws when the connection is lost, or no answer comes in time; the line is then of no use any more */
	async ask<Row extends QueryResultRow>(sql: string, values: readonly unknown[]): Promise<Row[]> {
		const answer = this.#before.then(() => this.#within(this.#client.query<Row>(sql, [...values])));
		this.#before = answer.catch(() => undefined);
		return (await answer).rows;
	}

	/** Says something to whoever listens. Nobody waits for it, and it may get lost. */
	say(channel: string, payload: string): void {
		this.ask('select pg_notify($1, $2)', [channel, payload]).catch((error: unknown) => this.#lost.reject(error));
	}

	/** Rejects when the connection is lost. */
	get lost(): Promise<never> {
		return this.#lost.promise;
	}

	async close(): Promise<void> {
		if (this.#ended) return;
		this.#ended = true;
		// An end that the other side does not hear is one all the same.
		await Promise.race([this.#client.end(), new Promise((resolve) => setTimeout(resolve, 100))]).catch(() => undefined);
	}

	async #within<T>(work: Promise<T>): Promise<T> {
		const late = Promise.withResolvers<never>();
		const timer = setTimeout(() => late.reject(new Error('PostgreSQL does not answer.')), ANSWER_WITHIN_MS);
		// Whichever comes first; what the others come to later concerns nobody.
		work.catch(() => undefined);
		try {
			return await Promise.race([work, late.promise, this.#lost.promise]);
		} finally {
			clearTimeout(timer);
		}
	}
}
