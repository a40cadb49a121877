// TinyBase: a mergeable store over its WebSocket synchronizer, as its guide has it; the server relays among clients and keeps nothing.
import { createRequire } from 'node:module';
import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { createWsServer } from 'tinybase/synchronizers/synchronizer-ws-server';
import { WebSocket, WebSocketServer } from 'ws';
import { fieldName, rowName, rowOf } from '../../actor/data.mjs';
import { versionsOf } from '../versions.mjs';

const TABLE = 'rows';

export const peer = {
	name: 'tinybase',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['tinybase', 'ws']),
		config:
			'createWsServer without a persister (a relay: data comes from clients that are online), createMergeableStore, createWsSynchronizer',
		ack: null,
		durable: false,
	}),

	async serve() {
		const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
		await new Promise((resolve) => sockets.once('listening', resolve));
		createWsServer(sockets);
		return { address: { url: `ws://127.0.0.1:${sockets.address().port}/bench` } };
	},

	async connect({ url }) {
		const store = createMergeableStore();
		const synchronizer = await createWsSynchronizer(store, new WebSocket(url));
		// The first client waits a second here, since nobody answers; only then are its own changes sent.
		await synchronizer.startSync();
		return new Client(store);
	},
};

class Client {
	#store;

	constructor(store) {
		this.#store = store;
	}

	size() {
		return this.#store.getRowCount(TABLE);
	}

	read(row, field) {
		return this.#store.getCell(TABLE, rowName(row), fieldName(field));
	}

	write(row, field, value) {
		this.#store.setCell(TABLE, rowName(row), fieldName(field), value);
	}

	writeRows(list) {
		this.#store.transaction(() => {
			for (const [row, fields] of list) this.#store.setPartialRow(TABLE, rowName(row), fields);
		});
	}

	listen(listener) {
		this.#store.addCellListener(TABLE, null, null, (_store, _table, row, cell, value) =>
			listener(rowOf(row), Number(cell.slice(1)), value),
		);
	}

	*cells() {
		const table = this.#store.getTable(TABLE);
		for (const row in table) for (const cell in table[row]) yield [rowOf(row), cell, table[row][cell]];
	}
}
