import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Logger, ServiceEnv, SocketHandlers } from '@mana/service';
import { getPath } from 'hono/utils/url';
import { plainUrlOf } from './addresses.ts';
import type { HubCertificate } from './authority.ts';
import { trustAnswer } from './trust-page.ts';

export interface LanFrontOptions {
	/** The addresses of this machine on the local network. */
	readonly addresses: readonly string[];
	/** The hub's port; 0 for any free one. Where `publicUrl` names another one, that is opened too. */
	readonly port: number;
	readonly publicUrl: URL;
	readonly certificate: HubCertificate;
	readonly log: Logger;
	readonly fetch: (request: Request, connection: ServiceEnv['Bindings']) => Response | Promise<Response>;
	// oxlint-disable-next-line typescript/no-explicit-any -- the hub's own handlers; the front only passes them on
	readonly websocket: SocketHandlers<any>;
	/** How long a connection may say nothing at all, in milliseconds. */
	readonly silenceMs?: number;
}

export interface LanFront {
	/** `address:port` of each. */
	readonly listening: readonly string[];
	close(): Promise<void>;
}

/** A TLS connection begins with a handshake record (RFC 8446 §5.1). */
const tlsHandshake = 0x16;
const httpsPort = 443;
/** Whoever only holds a connection open must not use up what this process may open. */
const longestSilenceMs = 10_000;

/**
 * Opens the hub to the local network. Both https and http are answered on the hub's one port, told apart by the first byte: https
 * leads to the hub, http to the page that explains how to trust it.
 */
export async function openLanFront(options: LanFrontOptions): Promise<LanFront> {
	const peers = new Map<number, string>();
	const secure = serveHub(options, peers);
	const plainUrl = plainUrlOf(options.publicUrl, options.port);
	const plain = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		fetch: (request) => trustAnswer(request, options.publicUrl, plainUrl, options.certificate),
	});
	const sockets = new Set<Socket>();
	const fronts = await Promise.all(
		options.addresses
			.flatMap((address) => portsOf(options).map((port) => ({ address, port })))
			.map(({ address, port }) =>
				listen(address, port, (socket) => {
					sockets.add(socket);
					socket.on('close', () => sockets.delete(socket));
					socket.on('error', (error) => options.log.debug({ err: error }, 'a connection of the local network broke'));
					socket.setTimeout(options.silenceMs ?? longestSilenceMs, () => socket.destroy());
					socket.once('data', (first: Buffer) => {
						socket.setTimeout(0);
						join(socket, first, (first[0] === tlsHandshake ? secure.port : plain.port) ?? 0, peers);
					});
				}),
			),
	);
	return {
		listening: fronts.map(({ address, server }) => `${address}:${portOf(server)}`),
		async close() {
			for (const { server } of fronts) server.close();
			for (const socket of sockets) socket.destroy();
			await Promise.all([secure.stop(true), plain.stop(true)]);
		},
	};
}

function portsOf({ port, publicUrl }: LanFrontOptions): number[] {
	return port === 0 ? [0] : [...new Set([port, Number(publicUrl.port || httpsPort)])];
}

function serveHub(
	{ certificate, publicUrl, fetch, websocket }: LanFrontOptions,
	peers: ReadonlyMap<number, string>,
): Bun.Server<unknown> {
	return Bun.serve<unknown>({
		hostname: '127.0.0.1',
		port: 0,
		tls: { key: certificate.key, cert: certificate.cert },
		idleTimeout: 255,
		maxRequestBodySize: Number.MAX_SAFE_INTEGER,
		fetch: (request, server) => {
			// As the router reads it: it knows more than one spelling of a path.
			if (['/metrics', '/health/needs'].includes(getPath(request))) return new Response(null, { status: 404 });
			// Whoever comes by an address of this machine is taken for one of its own programs, unless somebody says that they came from outside.
			request.headers.set('x-forwarded-host', publicUrl.host);
			return fetch(request, {
				ip: peers.get(server.requestIP(request)?.port ?? 0) ?? '',
				upgrade: (data) => server.upgrade(request, { data }),
			});
		},
		websocket,
	});
}

/** Joins a connection of the network with one to a server of ours, whose port then stands for the far address. */
function join(socket: Socket, first: Buffer, port: number, peers: Map<number, string>): void {
	socket.pause();
	const inner = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
		const local = inner.localPort ?? 0;
		peers.set(local, (socket.remoteAddress ?? '').replace('::ffff:', ''));
		inner.on('close', () => peers.delete(local));
		inner.write(first);
		socket.pipe(inner);
		inner.pipe(socket);
	});
	inner.on('error', () => socket.destroy());
	socket.on('close', () => inner.destroy());
}

function listen(address: string, port: number, take: (socket: Socket) => void): Promise<{ address: string; server: Server }> {
	const server = createServer({ noDelay: true }, take);
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, address, () => resolve({ address, server }));
	});
}

function portOf(server: Server): number {
	const address = server.address();
	return typeof address === 'object' && address !== null ? address.port : 0;
}
