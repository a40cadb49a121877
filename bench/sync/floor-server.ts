// The other side of the floors: echoes over TCP and WebSocket, and passes the text `all` on to everybody. Prints its ports.
import { createServer } from 'node:net';

const web = Bun.serve({
	hostname: '127.0.0.1',
	port: 0,
	fetch: (request, server) => (server.upgrade(request) ? undefined : new Response(null, { status: 426 })),
	websocket: {
		open: (socket) => void socket.subscribe('all'),
		message(socket, message) {
			if (typeof message === 'string') web.publish('all', new Uint8Array(150));
			else socket.send(message);
		},
	},
});
const tcp = createServer({ noDelay: true }, (socket) => socket.on('error', () => socket.destroy()).pipe(socket));
tcp.listen(0, '127.0.0.1', () => {
	const address = tcp.address();
	if (address === null || typeof address === 'string') throw new Error('No port.');
	console.log(JSON.stringify({ web: web.port, tcp: address.port }));
});
