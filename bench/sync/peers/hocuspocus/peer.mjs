// Hocuspocus: Yjs with a server of its own, as its documentation starts it; documents in memory, no extension.
import { createRequire } from 'node:module';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Server } from '@hocuspocus/server';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { versionsOf } from '../versions.mjs';
import { YjsClient } from '../yjs-client.mjs';

export const peer = {
	name: 'hocuspocus',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['yjs', '@hocuspocus/server', '@hocuspocus/provider', 'ws']),
		config: 'new Server({ port }) without extensions (documents in memory); one Y.Doc, Y.Map of Y.Map',
		ack: 'the server has applied it in memory',
		durable: false,
	}),

	async serve() {
		const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, stopOnSignals: false });
		await server.listen();
		return { address: { url: `ws://127.0.0.1:${server.address.port}` } };
	},

	async connect({ url }) {
		const doc = new Y.Doc();
		const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
		const provider = new HocuspocusProvider({ websocketProvider, name: 'bench', document: doc });
		const synced = new Promise((resolve) => provider.on('synced', resolve));
		provider.attach();
		await synced;
		const waiting = [];
		provider.on('unsyncedChanges', ({ number }) => {
			if (number === 0) for (const resolve of waiting.splice(0)) resolve();
		});
		return new YjsClient(doc, () =>
			provider.hasUnsyncedChanges ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(),
		);
	},
};
