import type { ServerWebSocket } from 'bun';

/** What a tunnelled socket carries. */
export interface Tunnel {
	readonly service: WebSocket;
	/** What came from the service before the browser's end was open. */
	readonly early: (string | ArrayBuffer)[];
	/** The other end, while it is open. */
	browser: ServerWebSocket<Tunnel> | null;
	/** Reading from the browser is on hold until the service has taken what is waiting. */
	waiting: boolean;
}

/** Above this the sender is held back, in bytes. Large enough for the biggest message, small enough for thousands of sockets. */
const highWaterBytes = 1024 * 1024;
/** How often a held-back browser is looked at, in milliseconds: a client socket does not tell when it has drained. */
const lookAgainMs = 5;

/**
 * Opens the service's end of a tunnel, before the browser's: a service that refuses is seen as an HTTP answer.
 *
 * @param url of the service, ws:
 * @throws when the service cannot be reached or refuses
 */
export function openTunnel(url: string, headers: Headers, timeoutMs: number): Promise<Tunnel> {
	const service = new WebSocket(url, { headers: onward(headers), perMessageDeflate: false });
	service.binaryType = 'arraybuffer';
	const tunnel: Tunnel = { service, early: [], browser: null, waiting: false };
	service.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
		if (tunnel.browser) pass(tunnel.browser, data);
		else tunnel.early.push(data);
	});
	service.addEventListener('close', ({ code, reason }) => {
		if (tunnel.browser) finish(tunnel.browser, code, reason);
	});
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			service.terminate();
			reject(new Error(`${url} did not answer within ${timeoutMs} ms`));
		}, timeoutMs);
		service.addEventListener('open', () => {
			clearTimeout(timer);
			resolve(tunnel);
		});
		service.addEventListener('error', (event) => {
			clearTimeout(timer);
			reject(new Error((event as ErrorEvent).message));
		});
	});
}

/** Handlers that pass every message on as it is, in both directions, holding back whoever sends faster than the other takes. */
export const tunnelHandlers = {
	open(browser: ServerWebSocket<Tunnel>): void {
		const { service, early } = browser.data;
		browser.data.browser = browser;
		for (const message of early.splice(0)) pass(browser, message);
		if (service.readyState !== WebSocket.OPEN) finish(browser, 1001, 'the service ended the connection');
	},
	message(browser: ServerWebSocket<Tunnel>, message: string | Buffer<ArrayBuffer>): void {
		const { service } = browser.data;
		service.send(message);
		if (service.bufferedAmount > highWaterBytes && !browser.data.waiting) holdBack(browser);
	},
	drain(browser: ServerWebSocket<Tunnel>): void {
		if (browser.data.service.isPaused) browser.data.service.resume();
	},
	close(browser: ServerWebSocket<Tunnel>, code: number, reason: string): void {
		const { service } = browser.data;
		browser.data.browser = null;
		if (service.isPaused) service.resume();
		if (sendable(code)) service.close(code, reason);
		else service.close();
	},
	maxPayloadLength: 16 * highWaterBytes,
	backpressureLimit: 32 * highWaterBytes,
	closeOnBackpressureLimit: true,
	idleTimeout: 120,
	sendPings: true,
	perMessageDeflate: false,
} as const;

/** Nothing may stand between the two but this: it is on the way of every write to every screen. */
function pass(browser: ServerWebSocket<Tunnel>, message: string | ArrayBuffer): void {
	const sent = browser.send(message);
	if (sent === -1 || browser.getBufferedAmount() > highWaterBytes) browser.data.service.pause();
}

function holdBack(browser: ServerWebSocket<Tunnel>): void {
	browser.data.waiting = true;
	browser.pause();
	const look = setInterval(() => {
		const { service } = browser.data;
		if (service.readyState === WebSocket.OPEN && service.bufferedAmount > highWaterBytes / 2) return;
		clearInterval(look);
		browser.data.waiting = false;
		if (browser.readyState === WebSocket.OPEN) browser.resume();
	}, lookAgainMs);
}

function finish(browser: ServerWebSocket<Tunnel>, code: number, reason: string): void {
	if (sendable(code)) browser.close(code, reason);
	else browser.close(1001, 'the service ended the connection');
}

/** Codes such as 1005 and 1006 only describe, they are never sent (RFC 6455 §7.4.1). */
function sendable(code: number): boolean {
	return code === 1000 || (code >= 1001 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}

/** The handshake's own headers are made anew by the socket to the service. */
function onward(headers: Headers): Record<string, string> {
	return Object.fromEntries([...headers].filter(([name]) => !name.startsWith('sec-websocket-')));
}
