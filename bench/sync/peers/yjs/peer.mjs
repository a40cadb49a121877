// Yjs over its own relay, as the README of y-websocket has it: one document, a map of maps; the server keeps documents in memory.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setupWSConnection } from '@y/websocket-server/utils';
import { WebSocket, WebSocketServer } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { versionsOf } from '../versions.mjs';
import { YjsClient } from '../yjs-client.mjs';

export const peer = {
	name: 'yjs',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['yjs', 'y-websocket', '@y/websocket-server', 'ws']),
		config: 'setupWSConnection on ws, documents in memory (no YPERSISTENCE); one Y.Doc, Y.Map of Y.Map; disableBc',
		ack: null,
		durable: false,
	}),

	async serve() {
		const server = createServer();
		const sockets = new WebSocketServer({ server });
		sockets.on('connection', setupWSConnection);
		await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
		return { address: { url: `ws://127.0.0.1:${server.address().port}` } };
	},

	async connect({ url }) {
		const doc = new Y.Doc();
		const provider = new WebsocketProvider(url, 'bench', doc, { WebSocketPolyfill: WebSocket, disableBc: true });
		await new Promise((resolve) => provider.once('sync', resolve));
		return new YjsClient(doc);
	},
};
