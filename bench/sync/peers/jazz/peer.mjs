// Jazz: what `jazz-run sync --in-memory` starts, and workers of one account; a record of one CoMap a row, owned by a group.
import { createRequire } from 'node:module';
import { LocalNode } from 'cojson';
import { NapiCrypto } from 'cojson/crypto/NapiCrypto';
import { createWebSocketPeer } from 'cojson-transport-ws';
import { Account, co, Group, z } from 'jazz-tools';
import { startWorker } from 'jazz-tools/worker';
import { WebSocket, WebSocketServer } from 'ws';
import { FIELDS, fieldName, isNumber, rowName, rowOf } from '../../actor/data.mjs';
import { versionsOf } from '../versions.mjs';

const fields = Array.from({ length: FIELDS }, (_, field) => fieldName(field));
const Row = co.map(Object.fromEntries(fields.map((name, field) => [name, isNumber(field) ? z.number() : z.string()])));
const Rows = co.record(z.string(), Row);

export const peer = {
	name: 'jazz',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['jazz-tools', 'cojson', 'cojson-transport-ws', 'ws']),
		config:
			'LocalNode behind ws as jazz-run sync --in-memory has it, NapiCrypto; startWorker of one account, one CoMap a row in a co.record',
		ack: 'the server says that it has it in memory',
		durable: false,
	}),

	async serve() {
		const port = await startServer();
		const url = `ws://127.0.0.1:${port}`;
		return { address: { url, ...(await newHome(url)) } };
	},

	async connect({ url, accountID, accountSecret, rowsId }) {
		const { worker } = await startWorker({
			accountID,
			accountSecret,
			syncServer: url,
			WebSocket,
			crypto: await NapiCrypto.create(),
			skipInboxLoad: true,
			asActiveAccount: false,
		});
		const rows = await Rows.load(rowsId, { loadAs: worker, resolve: { $each: true } });
		if (!rows.$isLoaded) throw new Error(`Jazz could not load the rows: ${rows.$jazz.loadingState}.`);
		return new Client(rows);
	},
};

/** The package `jazz-run` stands still at 0.15; this is its `startSyncServer` with today's packages. @returns its port */
async function startServer() {
	const crypto = await NapiCrypto.create();
	const secret = crypto.newRandomAgentSecret();
	const node = new LocalNode(secret, crypto.newRandomSessionID(crypto.getAgentID(secret)), crypto);
	const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
	let clients = 0;
	sockets.on('connection', (websocket) => {
		const pinging = setInterval(() => websocket.send(JSON.stringify({ type: 'ping', time: Date.now(), dc: 'unknown' })), 1500);
		websocket.on('close', () => clearInterval(pinging));
		websocket.on('error', (error) => console.error(error));
		node.syncManager.addPeer(
			createWebSocketPeer({
				id: `client ${++clients}`,
				role: 'client',
				websocket,
				expectPings: false,
				batchingByDefault: false,
				deletePeerStateOnClose: true,
			}),
		);
	});
	await new Promise((resolve) => sockets.once('listening', resolve));
	return sockets.address().port;
}

/** An account and its record of rows, as `jazz-run account create` makes one. */
async function newHome(url) {
	const account = await Account.create({
		creationProps: { name: 'bench' },
		peers: [createWebSocketPeer({ id: 'upstream', websocket: new WebSocket(url), role: 'server' })],
		crypto: await NapiCrypto.create(),
	});
	const rows = Rows.create({}, { owner: Group.create({ owner: account }) });
	await account.$jazz.waitForAllCoValuesSync();
	return {
		accountID: account.$jazz.id,
		accountSecret: account.$jazz.localNode.getCurrentAgent().agentSecret,
		rowsId: rows.$jazz.id,
	};
}

class Client {
	#rows;

	constructor(rows) {
		this.#rows = rows;
	}

	size() {
		return Object.keys(this.#rows).length;
	}

	read(row, field) {
		return this.#rows[rowName(row)]?.[fieldName(field)];
	}

	write(row, field, value) {
		const one = this.#rows[rowName(row)];
		one.$jazz.set(fieldName(field), value);
		return one.$jazz.waitForSync();
	}

	async writeRows(list) {
		const owner = this.#rows.$jazz.owner;
		const written = [this.#rows];
		for (const [row, values] of list) {
			const name = rowName(row);
			const one = this.#rows[name];
			if (one) one.$jazz.applyDiff(values);
			else this.#rows.$jazz.set(name, Row.create(values, { owner }));
			written.push(one ?? this.#rows[name]);
		}
		await Promise.all(written.map((one) => one.$jazz.waitForSync()));
	}

	/** Each row is subscribed to by itself, as a component that shows one does. */
	listen(listener) {
		for (const [name, row] of Object.entries(this.#rows)) {
			let before = valuesOf(row);
			row.$jazz.subscribe((now) => {
				const after = valuesOf(now);
				for (const [field, key] of fields.entries()) if (after[key] !== before[key]) listener(rowOf(name), field, after[key]);
				before = after;
			});
		}
	}

	*cells() {
		for (const [name, row] of Object.entries(this.#rows)) for (const key of fields) yield [rowOf(name), key, row[key]];
	}
}

const valuesOf = (row) => Object.fromEntries(fields.map((name) => [name, row[name]]));
