// Loro over loro-websocket's SimpleServer, as its README has it; documents in memory.
import { createRequire } from 'node:module';
import { LoroAdaptor } from 'loro-adaptors/loro';
import { LoroMap } from 'loro-crdt';
import { LoroWebsocketClient } from 'loro-websocket';
import { SimpleServer } from 'loro-websocket/server';
import { WebSocket } from 'ws';
import { fieldName, rowName, rowOf } from '../../actor/data.mjs';
import { freePort } from '../free-port.mjs';
import { versionsOf } from '../versions.mjs';

globalThis.WebSocket ??= WebSocket;

export const peer = {
	name: 'loro',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['loro-crdt', 'loro-websocket', 'loro-adaptors', 'ws']),
		config: 'SimpleServer without storage hooks; LoroAdaptor, a map of maps, commit after each write',
		ack: null,
		durable: false,
	}),

	async serve() {
		const port = await freePort();
		const server = new SimpleServer({ port, host: '127.0.0.1' });
		await server.start();
		return { address: { url: `ws://127.0.0.1:${port}` } };
	},

	async connect({ url }) {
		const client = new LoroWebsocketClient({ url });
		await client.waitConnected();
		const adaptor = new LoroAdaptor();
		const room = await client.join({ roomId: 'bench', crdtAdaptor: adaptor });
		await room.waitForReachingServerVersion();
		return new Client(adaptor.getDoc());
	},
};

class Client {
	#doc;
	#rows;

	constructor(doc) {
		this.#doc = doc;
		this.#rows = doc.getMap('rows');
	}

	size() {
		return this.#rows.size;
	}

	read(row, field) {
		return this.#rows.get(rowName(row))?.get(fieldName(field));
	}

	write(row, field, value) {
		this.#rows.get(rowName(row)).set(fieldName(field), value);
		this.#doc.commit();
	}

	writeRows(list) {
		for (const [row, fields] of list) {
			const map = this.#rows.get(rowName(row)) ?? this.#rows.setContainer(rowName(row), new LoroMap());
			for (const name in fields) map.set(name, fields[name]);
		}
		this.#doc.commit();
	}

	listen(listener) {
		this.#doc.subscribe(({ by, events }) => {
			if (by === 'local') return;
			for (const { path, diff } of events) {
				if (path.length !== 2 || diff.type !== 'map') continue;
				for (const [name, value] of Object.entries(diff.updated)) listener(rowOf(path[1]), Number(name.slice(1)), value);
			}
		});
	}

	*cells() {
		for (const [name, row] of Object.entries(this.#rows.toJSON()))
			for (const [field, value] of Object.entries(row)) yield [rowOf(name), field, value];
	}
}
