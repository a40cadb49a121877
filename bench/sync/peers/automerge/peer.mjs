// automerge-repo as its documentation starts it: one document, storage in a folder on the server, WebSocket adapters.
import { createRequire } from 'node:module';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter, WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs';
import { WebSocketServer } from 'ws';
import { fieldName, rowName, rowOf } from '../../actor/data.mjs';
import { versionsOf } from '../versions.mjs';

export const peer = {
	name: 'automerge',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['@automerge/automerge', '@automerge/automerge-repo', 'ws']),
		config:
			'Repo with NodeFSStorageAdapter on the server (saved with its own delay), default sync debounce; one document, an object of objects',
		ack: null,
		durable: false,
	}),

	async serve(folder) {
		const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
		await new Promise((resolve) => sockets.once('listening', resolve));
		const repo = new Repo({
			network: [new WebSocketServerAdapter(sockets)],
			storage: new NodeFSStorageAdapter(folder),
			sharePolicy: async () => false,
		});
		const handle = repo.create({ rows: {} });
		return { address: { url: `ws://127.0.0.1:${sockets.address().port}`, document: handle.url } };
	},

	async connect({ url, document }) {
		const adapter = new WebSocketClientAdapter(url);
		// Before the server is there, a document is called unavailable.
		const joined = new Promise((resolve) => adapter.once('peer-candidate', resolve));
		const repo = new Repo({ network: [adapter] });
		await joined;
		const handle = await repo.find(document);
		return new Client(handle);
	},
};

class Client {
	#handle;

	constructor(handle) {
		this.#handle = handle;
	}

	size() {
		return Object.keys(this.#handle.doc().rows).length;
	}

	read(row, field) {
		return this.#handle.doc().rows[rowName(row)]?.[fieldName(field)];
	}

	write(row, field, value) {
		this.#handle.change((doc) => {
			doc.rows[rowName(row)][fieldName(field)] = value;
		});
	}

	writeRows(list) {
		this.#handle.change((doc) => {
			for (const [row, fields] of list) {
				const known = doc.rows[rowName(row)];
				if (known) Object.assign(known, fields);
				else doc.rows[rowName(row)] = fields;
			}
		});
	}

	listen(listener) {
		this.#handle.on('change', ({ patches, doc }) => {
			const told = new Set();
			for (const { path } of patches) {
				if (path[0] !== 'rows' || path.length < 3) continue;
				const name = `${path[1]}/${path[2]}`;
				if (told.has(name)) continue;
				told.add(name);
				listener(rowOf(path[1]), Number(path[2].slice(1)), doc.rows[path[1]]?.[path[2]]);
			}
		});
	}

	*cells() {
		const { rows } = this.#handle.doc();
		for (const [name, row] of Object.entries(rows))
			for (const [field, value] of Object.entries(row)) yield [rowOf(name), field, value];
	}
}
