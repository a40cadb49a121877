// RxDB: its own websocket replication, a server database in memory, as its documentation starts it.
import { createRequire } from 'node:module';
import { createRxDatabase } from 'rxdb/plugins/core';
import { replicateWithWebsocketServer, startWebsocketServer } from 'rxdb/plugins/replication-websocket';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { WebSocket } from 'ws';
import { FIELDS, fieldName, isNumber, rowName, rowOf } from '../../actor/data.mjs';
import { freePort } from '../free-port.mjs';
import { SeenRows } from '../seen-rows.mjs';
import { versionsOf } from '../versions.mjs';

globalThis.WebSocket ??= WebSocket;

const schema = {
	version: 0,
	primaryKey: 'id',
	type: 'object',
	properties: {
		id: { type: 'string', maxLength: 20 },
		...Object.fromEntries(
			Array.from({ length: FIELDS }, (_, field) => [fieldName(field), { type: isNumber(field) ? 'integer' : 'string' }]),
		),
	},
};

export const peer = {
	name: 'rxdb',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['rxdb', 'rxjs', 'ws']),
		config:
			'startWebsocketServer over a database in memory, replicateWithWebsocketServer; client: memory storage, one document a row',
		ack: null,
		durable: false,
	}),

	async serve() {
		const port = await freePort();
		const database = await open();
		await startWebsocketServer({ port, hostname: '127.0.0.1', path: '/socket', database });
		return { address: { url: `ws://127.0.0.1:${port}/socket` } };
	},

	async connect({ url }) {
		const database = await open();
		const replication = await replicateWithWebsocketServer({
			replicationIdentifier: 'bench',
			collection: database.rows,
			url,
			batchSize: 1000,
		});
		replication.error$.subscribe((error) => console.error(error));
		await replication.awaitInitialReplication();
		return new Client(database);
	},
};

async function open() {
	const database = await createRxDatabase({
		name: `bench${Math.random()}`.replace('.', ''),
		storage: getRxStorageMemory(),
		multiInstance: false,
	});
	await database.addCollections({ rows: { schema } });
	return database;
}

class Client extends SeenRows {
	#database;
	#queue = Promise.resolve();

	constructor(database) {
		super();
		this.#database = database;
		database.rows.$.subscribe(({ documentId, documentData }) => this.take(rowOf(documentId), documentData));
		this.#queue = database.rows
			.find()
			.exec()
			.then((docs) => docs.forEach((doc) => this.take(rowOf(doc.id), doc.toJSON())));
	}

	write(row, field, value) {
		this.#inTurn(async () => {
			const doc = await this.#database.rows.findOne(rowName(row)).exec();
			await doc.incrementalPatch({ [fieldName(field)]: value });
		});
	}

	writeRows(list) {
		return this.#inTurn(() => this.#database.rows.bulkUpsert(list.map(([row, fields]) => ({ id: rowName(row), ...fields }))));
	}

	/** A document must be read before it is written, so writes wait for each other. */
	#inTurn(work) {
		return (this.#queue = this.#queue.then(work));
	}
}
