// PouchDB: a server of express-pouchdb on LevelDB, clients in memory with live replication both ways, one document a row.
import { createRequire } from 'node:module';
import express from 'express';
import expressPouch from 'express-pouchdb';
import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';
import { FIELDS, fieldName, rowName, rowOf } from '../../actor/data.mjs';
import { versionsOf } from '../versions.mjs';

export const peer = {
	name: 'pouchdb',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['pouchdb', 'express-pouchdb', 'pouchdb-adapter-memory', 'express']),
		config:
			'express-pouchdb (mode minimumForPouchDB) on LevelDB without forced sync; client: memory adapter, sync({ live, retry })',
		ack: null,
		durable: false,
	}),

	async serve(folder) {
		const Stored = PouchDB.defaults({ prefix: `${folder}/` });
		const app = express();
		app.use('/', expressPouch(Stored, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: `${folder}/log.txt` }));
		const server = await new Promise((resolve) => {
			const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
		});
		const url = `http://127.0.0.1:${server.address().port}/bench`;
		await new Stored('bench').info();
		return { address: { url } };
	},

	async connect({ url }) {
		PouchDB.plugin(memory);
		const database = new PouchDB(`bench-${Math.random()}`, { adapter: 'memory' });
		const client = new Client(database);
		await client.sync(url);
		return client;
	},
};

class Client {
	#database;
	#rows = new Map();
	#listeners = [];
	#queue = Promise.resolve();

	constructor(database) {
		this.#database = database;
		database.changes({ since: 0, live: true, include_docs: true }).on('change', ({ doc }) => {
			const row = rowOf(doc._id);
			const before = this.#rows.get(row);
			this.#rows.set(row, doc);
			if (!before || before._rev === doc._rev) return;
			for (let field = 0; field < FIELDS; field++) {
				const name = fieldName(field);
				if (before[name] !== doc[name]) for (const listener of this.#listeners) listener(row, field, doc[name]);
			}
		});
	}

	sync(url) {
		this.#database.sync(url, { live: true, retry: true, batch_size: 1000 });
	}

	size() {
		return this.#rows.size;
	}

	read(row, field) {
		return this.#rows.get(row)?.[fieldName(field)];
	}

	write(row, field, value) {
		this.#inTurn(async () => {
			const doc = await this.#database.get(rowName(row));
			await this.#database.put({ ...doc, [fieldName(field)]: value });
		});
	}

	writeRows(list) {
		return this.#inTurn(async () => {
			const found = await this.#database.allDocs({ keys: list.map(([row]) => rowName(row)) });
			const docs = list.map(([row, fields], at) => {
				const { rev } = found.rows[at].value ?? {};
				return { _id: rowName(row), ...(rev && { _rev: rev }), ...fields };
			});
			await this.#database.bulkDocs(docs);
		});
	}

	listen(listener) {
		this.#listeners.push(listener);
	}

	*cells() {
		for (const [row, doc] of this.#rows)
			for (let field = 0; field < FIELDS; field++) yield [row, fieldName(field), doc[fieldName(field)]];
	}

	/** A document must be read before it is written, so writes wait for each other. */
	#inTurn(work) {
		return (this.#queue = this.#queue.then(work));
	}
}
