import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'hono';
import type { Logger } from './log.ts';
import { forwardedAddress, networkOf } from './network.ts';
import type { RandomBytes } from './random.ts';

/** What every handler finds: `c.get('requestId')`, `c.get('log')`; and of the connection, `c.env.ip`. */
export interface ServiceEnv {
	Variables: { requestId: string; log: Logger };
	Bindings: Connection;
}

/** The connection a request came on. */
export interface Connection {
	/** The peer's address; behind the hub that is the hub. See `callerAddress`. */
	readonly ip: string;
	/** The peer is the hub, on another machine, and has proven it (`via-hub.ts`). */
	readonly viaHub?: true;
	/** Turns this request into a WebSocket with `data` on it; `false` when it asked for none. Use `upgrade(c, data)`. */
	upgrade(data: unknown): boolean;
}

/** The request that is being answered, for calls to other services and for logs far from a handler. */
export const currentRequest = new AsyncLocalStorage<{ readonly requestId: string }>();

/** The caller's own request id when it is harmless to repeat, else a new one. */
export function requestIdOf(header: string | undefined, random: RandomBytes): string {
	if (header !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(header)) return header;
	return Buffer.from(random(new Uint8Array(12))).toString('base64url');
}

/** The person's address: what the hub says, on this machine or with a proof; otherwise the peer's. A stranger's header is not believed. */
export function callerAddress(c: Context<ServiceEnv>): string {
	const peer = c.env.ip;
	const forwarded = c.req.header('x-forwarded-for');
	if (forwarded === undefined || !(isLoopback(peer) || c.env.viaHub)) return peer;
	return forwardedAddress(forwarded.split(',').at(-1) ?? '') ?? peer;
}

/** By whom calls are counted: all addresses of one customer together. */
export function callerNetwork(c: Context<ServiceEnv>): string {
	return networkOf(callerAddress(c));
}

/** Whether a request was passed on by the hub instead of coming from this machine's own programs. */
export function isForwarded(c: Context): boolean {
	return wasForwarded(c.req.raw.headers);
}

/**
 * Whether a request came straight to this process, by an address or a name without a dot. A name with one is how others reach it: by a
 * proxy that says nothing of them, or by a page of theirs whose name they made lead here (DNS rebinding).
 */
export function isDirect(headers: Headers): boolean {
	const host = (headers.get('host') ?? '').replace(/:\d+$/, '');
	return !wasForwarded(headers) && (/^\[[\da-f:.]+\]$/i.test(host) || /^\d+(\.\d+){3}$/.test(host) || /^[^.]+$/.test(host));
}

function wasForwarded(headers: Headers): boolean {
	return headers.has('x-forwarded-for') || headers.has('x-forwarded-host');
}

/** Whether a program of this machine asks, and no proxy on it passes on what somebody else asked. */
export function isFromHere(c: Context<ServiceEnv>): boolean {
	return isDirect(c.req.raw.headers) && isLoopback(c.env.ip);
}

/** Whether an address is this machine's own to itself. */
export function isLoopback(ip: string): boolean {
	return ip === '::1' || ip.startsWith('127.') || ip.startsWith('::ffff:127.');
}
