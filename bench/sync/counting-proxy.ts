import { connect, createServer, type Socket } from 'node:net';
import type { Address } from './stage.ts';

/** A TCP proxy on loopback that counts what passes: what an engine really sends, framing and headers included. */
export interface CountingProxy {
	readonly port: number;
	/** Bytes since the last call. */
	take(): { readonly up: number; readonly down: number };
	/** When something last passed, ms of `performance.now()`. */
	readonly lastAt: number;
	close(): void;
}

/** @param port where the server listens */
export async function startProxy(port: number): Promise<CountingProxy> {
	const open = new Set<Socket>();
	let up = 0;
	let down = 0;
	let lastAt = performance.now();
	const server = createServer({ noDelay: true }, (client) => {
		const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
		for (const socket of [client, upstream]) {
			open.add(socket);
			socket.on('close', () => open.delete(socket));
			socket.on('error', () => socket.destroy());
		}
		client.on('data', (bytes) => {
			up += bytes.length;
			lastAt = performance.now();
		});
		upstream.on('data', (bytes) => {
			down += bytes.length;
			lastAt = performance.now();
		});
		client.pipe(upstream).pipe(client);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
	return {
		port: address.port,
		take() {
			const taken = { up, down };
			up = down = 0;
			return taken;
		},
		get lastAt() {
			return lastAt;
		},
		close() {
			server.close();
			for (const socket of open) socket.destroy();
		},
	};
}

/** A proxy before a server, and the address at which clients go through it. */
export async function before(address: Address): Promise<{ readonly proxy: CountingProxy; readonly address: Address }> {
	const { port } = new URL(address.url);
	const proxy = await startProxy(Number(port));
	return { proxy, address: { ...address, url: address.url.replace(`:${port}`, `:${proxy.port}`) } };
}

/** Waits until nothing has passed for a while. */
export async function quiet(...proxies: readonly CountingProxy[]): Promise<void> {
	while (proxies.some(({ lastAt }) => performance.now() - lastAt < 400)) await Bun.sleep(50);
}
