import type { Connector, Link } from './link.ts';

/** Sockets that brought nothing, one after another, until we take HTTP instead; and for how long, first and at most. */
const SOCKET_TRIES = 2;
const EXCHANGE_MIN_MS = 10_000;
const EXCHANGE_MAX_MS = 300_000;

/** Frames over a WebSocket, one per message. */
export function socketConnector(open: () => WebSocket): Connector {
	return {
		open(handlers) {
			const socket = open();
			socket.binaryType = 'arraybuffer';
			const listening = new AbortController();
			const { signal } = listening;
			socket.addEventListener('open', () => handlers.opened(), { signal });
			socket.addEventListener('close', () => handlers.closed('lost'), { signal });
			socket.addEventListener('message', ({ data }) => handlers.received(bytesOf(data)), { signal });
			return {
				kind: 'stream',
				send: (frame) => socket.send(frame as Uint8Array<ArrayBuffer>),
				close() {
					listening.abort();
					socket.close();
				},
			};
		},
	};
}

/**
 * Takes sockets, and HTTP for a while when sockets do not get through (proxies, captive portals): for twice as long each time, since a
 * server that only came back, or was slow, looks the same at first.
 */
export function fallbackConnector(socket: Connector, exchange: Connector, elapsed: () => number): Connector {
	let failures = 0;
	let exchangeUntil = -Infinity;
	return {
		open(handlers) {
			if (elapsed() < exchangeUntil) return exchange.open(handlers);
			let heard = false;
			const link = socket.open({
				...handlers,
				received(frame) {
					heard = true;
					failures = 0;
					handlers.received(frame);
				},
			});
			return {
				...link,
				close() {
					if (!heard && ++failures >= SOCKET_TRIES)
						exchangeUntil = elapsed() + Math.min(EXCHANGE_MIN_MS * 2 ** (failures - SOCKET_TRIES), EXCHANGE_MAX_MS);
					link.close();
				},
			};
		},
	};
}

/** A connector that is loaded when the first link is opened; a link is lost where it cannot be. */
export function laterConnector(kind: Link['kind'], load: () => Promise<Connector>): Connector {
	return {
		open(handlers) {
			let link: Link | null = null;
			let closed = false;
			load().then(
				(connector) => {
					if (!closed) link = connector.open(handlers);
				},
				() => {
					if (!closed) handlers.closed('lost');
				},
			);
			return {
				kind,
				send: (frame) => link?.send(frame),
				close() {
					closed = true;
					link?.close();
				},
			};
		},
	};
}

/** A text message is no frame; an empty one is not either, and is refused as such. */
function bytesOf(data: unknown): Uint8Array {
	return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
}
