// Everything of the HTTP side that only Bun has. A Node adapter would be another file with these two functions.
import type { ServerWebSocket, WebSocketHandler as BunWebSocketHandler } from 'bun';
import type { Connection } from './request.ts';

export type Socket<Data> = ServerWebSocket<Data>;
/** Bun's handlers and limits: `message(socket, data)`, `open`, `close`, `drain`, `maxPayloadLength`, `idleTimeout` … */
export type SocketHandlers<Data> = Omit<BunWebSocketHandler<Data>, 'data'>;

export interface Tls {
	readonly key: string;
	readonly cert: string;
}

export interface ListenOptions {
	readonly host: string;
	/** 0: any free one. */
	readonly port: number;
	readonly fetch: (request: Request, connection: Connection) => Response | Promise<Response>;
	// oxlint-disable-next-line typescript/no-explicit-any -- each service has its own socket data; the listener only passes it on
	readonly websocket?: SocketHandlers<any> | undefined;
	readonly tls?: Tls | undefined;
}

export interface Listener {
	readonly port: number;
	/** Sends one encoded message to every socket that subscribed to the topic; answers the bytes sent. */
	publish(topic: string, message: string | Uint8Array<ArrayBuffer>): number;
	/** Takes no new connections; those that are open go on. */
	refuse(): void;
	/** Ends every connection. */
	end(): Promise<void>;
}

/** @throws an error with `code: 'EADDRINUSE'` when the port is taken */
export function listen({ host, port, fetch, websocket, tls }: ListenOptions): Listener {
	const server = Bun.serve({
		hostname: host,
		port,
		// Requests have their own time limit with a proper answer; Bun's would cut a long poll without one.
		idleTimeout: 255,
		// The same for the size: the limit of the service answers, this one only cuts.
		maxRequestBodySize: Number.MAX_SAFE_INTEGER,
		...(tls ? { tls } : {}),
		fetch: (request, server) =>
			fetch(request, {
				ip: server.requestIP(request)?.address ?? '',
				upgrade: (data) => server.upgrade(request, { data: data as undefined }),
			}),
		websocket: websocket ?? { message: (socket) => socket.close() },
	});
	return {
		port: server.port ?? port,
		publish: (topic, message) => server.publish(topic, message),
		refuse: () => void server.stop(false),
		end: () => server.stop(true),
	};
}
