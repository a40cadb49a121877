import { afterAll, describe, expect, test } from 'bun:test';
import type { Connector, LinkHandlers } from './link.ts';
import { exchangeConnector, join, split } from './exchange.ts';
import { fallbackConnector, laterConnector, socketConnector } from './transport.ts';

const frame = (...bytes: number[]) => new Uint8Array(bytes);

const service = Bun.serve({
	port: 0,
	hostname: '127.0.0.1',
	async fetch(request, server) {
		const { pathname } = new URL(request.url);
		if (pathname === '/socket' && server.upgrade(request)) return undefined;
		if (pathname === '/portal') return new Response('<html>Pay for the network first</html>');
		if (pathname === '/exchange') return new Response(join(split(await request.bytes()).map((one) => one.toReversed())));
		return new Response(null, { status: 503 });
	},
	websocket: { message: (socket, data) => void socket.sendBinary(new Uint8Array(data as Buffer).toReversed()) },
});
afterAll(() => service.stop(true));

/** Sends `frames` over a link and collects what comes back until it closes or `enough` frames came. */
function talk(connector: Connector, frames: Uint8Array[], enough = Infinity): Promise<{ heard: number[][]; how: string }> {
	const heard: number[][] = [];
	return new Promise((resolve) => {
		const link = connector.open({
			opened: () => frames.forEach((one) => link.send(one)),
			received(one) {
				heard.push([...one]);
				if (heard.length < enough) return;
				link.close();
				resolve({ heard, how: 'enough' });
			},
			closed: (how) => resolve({ heard, how }),
		});
	});
}

const post = (path: string) => (body: Uint8Array) =>
	fetch(new URL(path, service.url), { method: 'POST', body: body as Uint8Array<ArrayBuffer> });

describe('a socket', () => {
	test('carries one frame a message, both ways', async () => {
		const connector = socketConnector(() => new WebSocket(new URL('/socket', service.url.href.replace('http', 'ws'))));
		expect(await talk(connector, [frame(1, 2), frame(3)], 2)).toEqual({ heard: [[2, 1], [3]], how: 'enough' });
	});
});

describe('an exchange', () => {
	test('carries all frames of a turn in one request', async () => {
		expect(await talk(exchangeConnector(post('/exchange')), [frame(1, 2), frame(3)])).toEqual({
			heard: [[2, 1], [3]],
			how: 'done',
		});
	});

	test('is lost when something else answers', async () => {
		for (const path of ['/portal', '/down'])
			expect(await talk(exchangeConnector(post(path)), [frame(1)])).toEqual({ heard: [], how: 'lost' });
	});
});

describe('the fallback', () => {
	/** A world in which sockets close without a word, or bring a frame, and what was opened in it. */
	function world() {
		const opened: string[] = [];
		let now = 0;
		let through = false;
		const fake = (name: string): Connector => ({
			open(handlers: LinkHandlers) {
				opened.push(name);
				queueMicrotask(() => (through ? handlers.received(frame(1)) : handlers.closed('lost')));
				return { kind: 'stream', send: () => undefined, close: () => undefined };
			},
		});
		const connector = fallbackConnector(fake('socket'), fake('exchange'), () => now);
		return {
			/** Opens one, which is closed once it ended, as a conversation does. @returns what was opened */
			async attempt() {
				const link = connector.open({ opened: () => undefined, received: () => undefined, closed: () => link.close() });
				await Promise.resolve();
				return opened.at(-1);
			},
			pass: (ms: number) => (now += ms),
			letThrough: (well: boolean) => (through = well),
		};
	}

	test('takes exchanges after two sockets that brought nothing, for ten seconds and then for longer, and sockets again later', async () => {
		const { attempt, pass } = world();
		expect(await attempt()).toBe('socket');
		for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
			expect(await attempt()).toBe('socket');
			expect(await attempt()).toBe('exchange');
			pass((seconds - 1) * 1_000);
			expect(await attempt()).toBe('exchange');
			pass(1_000);
		}
	});

	test('forgets what sockets failed at once one gets through', async () => {
		const { attempt, letThrough } = world();
		for (let i = 0; i < 3; i++) {
			letThrough(false);
			expect(await attempt()).toBe('socket');
			letThrough(true);
			expect(await attempt()).toBe('socket');
		}
	});
});

describe('a connector that is loaded later', () => {
	const exchange = exchangeConnector(post('/exchange'));

	test('carries what is sent once it is there', async () => {
		const connector = laterConnector('exchange', async () => exchange);
		expect(await talk(connector, [frame(1, 2)])).toEqual({ heard: [[2, 1]], how: 'done' });
	});

	test('is lost where it cannot be loaded, and is asked for again by the next link', async () => {
		let tries = 0;
		const connector = laterConnector('exchange', async () => {
			if (++tries === 1) throw new TypeError('Failed to fetch dynamically imported module');
			return exchange;
		});
		expect(await talk(connector, [frame(1, 2)])).toEqual({ heard: [], how: 'lost' });
		expect(await talk(connector, [frame(1, 2)])).toEqual({ heard: [[2, 1]], how: 'done' });
	});

	test('opens nothing for a link that was closed meanwhile', async () => {
		const { promise, resolve } = Promise.withResolvers<Connector>();
		let opened = 0;
		const link = laterConnector('exchange', () => promise).open({
			opened: () => undefined,
			received: () => undefined,
			closed: () => undefined,
		});
		link.close();
		resolve({
			open(handlers) {
				opened++;
				return exchange.open(handlers);
			},
		});
		await promise;
		expect(opened).toBe(0);
	});
});
