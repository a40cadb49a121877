import type { Context } from 'hono';
import { problem } from './problem.ts';
import type { ServiceEnv } from './request.ts';

/**
 * Answers a WebSocket handshake; `data` is found as `socket.data` in the handlers.
 *
 * @example app.get('/socket', (c) => upgrade(c, { person: null }))
 * @throws Problem `upgrade-required` when the request is no handshake
 */
export function upgrade(c: Context<ServiceEnv>, data: unknown): Response {
	if (c.env.upgrade(data)) return new Response(null);
	throw problem(426, 'upgrade-required', 'This address speaks WebSocket only: connect with ws:// or wss://.');
}

/** Whether a request asks to become a WebSocket. */
export function isHandshake(c: Context): boolean {
	return c.req.header('upgrade')?.toLowerCase() === 'websocket';
}
