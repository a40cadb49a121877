import { connect, createServer, type Server, type Socket } from 'node:net';

/** Which way a link is cut: what the client sends, what it gets, or both. Bytes then vanish; nobody is told. */
export type Cut = 'up' | 'down' | 'both';

/** A line between two programs, as a client and a server. It can be cut like a cable or broken like a connection. */
export interface Link {
	readonly url: string;
	/** Where new connections lead, as a URL; a server may be elsewhere after each start. */
	lead(to: string): void;
	cut(way: Cut): void;
	/** Ends every connection and lets new ones through. */
	mend(): void;
	/** Ends every connection in the middle of whatever it said. */
	break(): void;
	close(): void;
}

/** Opens a line on loopback, on a port that the system chooses. */
export async function openLink(): Promise<Link> {
	let target: URL | null = null;
	let lost: Cut | null = null;
	const pairs = new Set<readonly [Socket, Socket]>();
	const server = createServer({ noDelay: true }, (near) => {
		if (!target) return void near.destroy();
		const far = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
		const pair = [near, far] as const;
		pairs.add(pair);
		// Who stops reading would be told by TCP that the other side is slow. What is read and dropped is a cut cable.
		near.on('data', (bytes) => lost === 'up' || lost === 'both' || far.write(bytes));
		far.on('data', (bytes) => lost === 'down' || lost === 'both' || near.write(bytes));
		for (const [socket, other] of [
			[near, far],
			[far, near],
		] as const) {
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				// A cut cable does not tell that the other end is gone.
				if (lost === null) other.destroy();
				// Until the line is mended: then the end that is left hears it from the machine on the other side.
				if (near.destroyed && far.destroyed) pairs.delete(pair);
			});
		}
	});
	const port = await listening(server);
	const breakAll = () => {
		for (const [near, far] of pairs) {
			near.destroy();
			far.destroy();
		}
		pairs.clear();
	};
	return {
		url: `http://127.0.0.1:${port}`,
		lead: (to) => (target = new URL(to)),
		cut: (way) => (lost = way),
		mend() {
			// Connections from before the cut have lost bytes: TCP would have sent them again, so these must end.
			if (lost !== null) breakAll();
			lost = null;
		},
		break: breakAll,
		close() {
			breakAll();
			server.close();
		},
	};
}

function listening(server: Server): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			resolve(typeof address === 'object' && address !== null ? address.port : 0);
		});
	});
}
