import { createServer } from 'node:net';

/** A port on loopback that nobody has, for servers that do not say which one they took. */
export async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}
