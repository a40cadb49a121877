// Triplit: its own Node server over a tree in memory, one entity a row, a live query over all of them.
import { createHmac, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Schema as S, TriplitClient } from '@triplit/client';
import { createServer, createTriplitStorageProvider } from '@triplit/server';
import { WebSocket } from 'ws';
import { FIELDS, fieldName, isNumber, rowName, rowOf } from '../../actor/data.mjs';
import { freePort } from '../free-port.mjs';
import { SeenRows } from '../seen-rows.mjs';
import { versionsOf } from '../versions.mjs';

globalThis.WebSocket ??= WebSocket;

const fields = Array.from({ length: FIELDS }, (_, field) => fieldName(field));
const schema = S.Collections({
	rows: {
		schema: S.Schema({
			id: S.Id(),
			...Object.fromEntries(fields.map((name, field) => [name, isNumber(field) ? S.Number() : S.String()])),
		}),
	},
});

export const peer = {
	name: 'triplit',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['@triplit/server', '@triplit/client', '@triplit/db', 'ws']),
		config:
			"createServer with storage 'memory' and a schema; TriplitClient with storage 'memory', one entity a row, subscribe to all",
		ack: null,
		durable: false,
	}),

	async serve() {
		const port = await freePort();
		const jwtSecret = randomBytes(32).toString('hex');
		const start = await createServer({
			storage: await createTriplitStorageProvider('memory'),
			dbOptions: { schema: { collections: schema } },
			jwtSecret,
			logHandler: { log() {} },
		});
		await new Promise((resolve) => start(port, resolve));
		return { address: { url: `http://127.0.0.1:${port}`, token: tokenOf(jwtSecret) } };
	},

	async connect({ url, token }) {
		const triplit = new TriplitClient({ serverUrl: url, token, schema, storage: 'memory' });
		const client = new Client(triplit);
		await client.opened;
		return client;
	},
};

/** What Triplit calls a secret key: whoever has it may do everything. */
function tokenOf(secret) {
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const told = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ 'x-triplit-token-type': 'secret' })}`;
	return `${told}.${createHmac('sha256', secret).update(told).digest('base64url')}`;
}

class Client extends SeenRows {
	opened;
	#triplit;
	#queue = Promise.resolve();

	constructor(triplit) {
		super();
		this.#triplit = triplit;
		const show = (rows) => rows.forEach((values) => this.take(rowOf(values.id), values));
		this.opened = new Promise((resolve, reject) => {
			triplit.subscribe(triplit.query('rows'), show, reject, { onRemoteFulfilled: resolve });
		});
	}

	write(row, field, value) {
		this.#inTurn(() => this.#triplit.update('rows', rowName(row), { [fieldName(field)]: value }));
	}

	writeRows(list) {
		return this.#inTurn(() =>
			this.#triplit.transact(async (tx) => {
				for (const [row, values] of list) await tx.insert('rows', { id: rowName(row), ...values });
			}),
		);
	}

	/** A change is made of promises, and two at once would see each other's half. */
	#inTurn(work) {
		return (this.#queue = this.#queue.then(work));
	}
}
