import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A browser's way to the network, which can be cut like a cable: what is connected breaks off, and nothing new gets through. */
export interface Line {
	/** For `browser.newContext`. */
	readonly proxy: { readonly server: string; readonly bypass: string };
	cut(): void;
	mend(): void;
	close(): void;
}

const version = 5;
const success = 0;
const hostUnreachable = 4;
const addressKinds = { v4: 1, name: 3 } as const;

/**
 * Lays a line: a SOCKS proxy (RFC 1928) for one browser. Unlike what browsers offer for testing, it also cuts sockets that are open and
 * what a service worker asks for.
 */
export async function layLine(): Promise<Line> {
	const open = new Set<Socket>();
	let isCut = false;
	const server = createServer((near) => {
		if (isCut) return void near.destroy();
		keep(near, open);
		converse(near, (host, port) => {
			const far = connect({ host, port, family: 4 });
			keep(far, open);
			return far;
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const drop = (): void => open.forEach((socket) => socket.destroy());
	return {
		// Browsers leave loopback addresses out of a proxy unless told otherwise.
		proxy: { server: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`, bypass: '<-loopback>' },
		cut() {
			isCut = true;
			drop();
		},
		mend() {
			isCut = false;
		},
		close() {
			server.close();
			drop();
		},
	};
}

function keep(socket: Socket, open: Set<Socket>): void {
	open.add(socket);
	// A line that is cut ends in an error at both ends, and that is all there is to say.
	socket.on('error', () => socket.destroy());
	socket.on('close', () => open.delete(socket));
}

/** The greeting, the one request, then bytes in both directions. */
function converse(near: Socket, reach: (host: string, port: number) => Socket): void {
	near.once('data', () => {
		near.write(Uint8Array.of(version, 0));
		near.once('data', (request: Buffer) => {
			const { host, port } = destination(request);
			const far = reach(host, port);
			const answer = (code: number): void => void near.write(Uint8Array.of(version, code, 0, addressKinds.v4, 0, 0, 0, 0, 0, 0));
			far.once('connect', () => {
				answer(success);
				near.pipe(far).pipe(near);
			});
			far.once('error', () => answer(hostUnreachable));
			far.once('close', () => near.destroy());
			near.once('close', () => far.destroy());
		});
	});
}

function destination(request: Buffer): { readonly host: string; readonly port: number } {
	const kind = request[3];
	if (kind === addressKinds.name) {
		const end = 5 + request[4]!;
		return { host: request.toString('latin1', 5, end), port: request.readUInt16BE(end) };
	}
	if (kind !== addressKinds.v4) throw new Error(`A browser of a test asked for an address of kind ${kind}.`);
	return { host: request.subarray(4, 8).join('.'), port: request.readUInt16BE(8) };
}
