// For tests: the far sides of every channel but mail, on one port of this machine, each as its specification has it.
import { timingSafeEqual } from 'node:crypto';
import { signatureOf } from './channels/webhook.ts';
import { type SubscribedBrowser, subscribedBrowser } from './testing-browser.ts';

export type ReceiverName = 'webhook' | 'matrix' | 'ntfy' | 'apprise' | 'push';

/** One thing that arrived. */
export interface Received {
	readonly by: ReceiverName;
	/** By which the far side tells a repetition; `null` where it cannot. */
	readonly id: string | null;
	readonly headers: Headers;
	readonly body: unknown;
}

export interface Receivers {
	readonly url: string;
	readonly received: Received[];
	/** Matrix events: a transaction that comes again makes no second one. */
	readonly events: Map<string, unknown>;
	readonly browser: SubscribedBrowser;
	/** What the next requests to a receiver are answered with, after which it is itself again. */
	readonly refusals: Map<ReceiverName, Response[]>;
	/** What a person gives mana-notify to be reached at each. */
	readonly targets: Readonly<Record<ReceiverName, object>>;
	close(): Promise<void>;
}

const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
const accessToken = 'syt_token';
const room = '!room:matrix.example';

export function startReceivers(clock = { now: () => Date.now() }): Receivers {
	const received: Received[] = [];
	const events = new Map<string, unknown>();
	const refusals = new Map<ReceiverName, Response[]>();
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const { pathname } = new URL(request.url);
			const by = receiverOf(pathname);
			const refusal = by === null ? undefined : refusals.get(by)?.shift();
			if (refusal) return refusal;
			const bytes = new Uint8Array(await request.arrayBuffer());
			const keep = (id: string | null, body: unknown): void => {
				if (by) received.push({ by, id, headers: request.headers, body });
			};
			switch (by) {
				case 'webhook':
					return hook(request.headers, bytes, keep, clock.now());
				case 'matrix':
					return sendEvent(request, pathname, bytes, events, keep);
				case 'ntfy': {
					const body = JSON.parse(text(bytes)) as { topic?: string; sequence_id?: string };
					if (request.method !== 'POST' || body.topic !== 'mine')
						return Response.json({ code: 40_009, error: 'invalid topic' }, { status: 400 });
					keep(body.sequence_id ?? null, body);
					return Response.json({ id: `m${received.length}`, event: 'message' });
				}
				case 'apprise':
					keep(null, JSON.parse(text(bytes)));
					return Response.json({ details: [] });
				case 'push':
					return push(request.headers, bytes, browser, keep);
				default:
					return new Response(null, { status: 404 });
			}
		},
	});
	const url = `http://127.0.0.1:${server.port}`;
	const browser = subscribedBrowser(`${url}/push/subscription-1`);
	return {
		url,
		received,
		events,
		browser,
		refusals,
		targets: {
			webhook: { url: `${url}/hook`, secret },
			matrix: { homeserver: url, room, accessToken },
			ntfy: { server: url, topic: 'mine' },
			apprise: { server: `${url}/`, key: 'home' },
			push: browser.target,
		},
		close: () => server.stop(true),
	};
}

function receiverOf(path: string): ReceiverName | null {
	if (path === '/hook') return 'webhook';
	if (path.startsWith('/_matrix/')) return 'matrix';
	if (path === '/') return 'ntfy';
	if (path === '/notify/home') return 'apprise';
	return path.startsWith('/push/') ? 'push' : null;
}

type Keep = (id: string | null, body: unknown) => void;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Checks the signature as the specification of Standard Webhooks asks: time within five minutes, compared in constant time. */
function hook(headers: Headers, bytes: Uint8Array, keep: Keep, now: number): Response {
	const [id, seconds, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
		(name) => headers.get(name) ?? '',
	);
	if (Math.abs(now / 1000 - Number(seconds)) > 300) return new Response('old', { status: 400 });
	const expected = Buffer.from(signatureOf(secret, id!, Number(seconds), text(bytes)));
	const given = Buffer.from(signature!);
	if (given.length !== expected.length || !timingSafeEqual(given, expected)) return new Response('forged', { status: 401 });
	keep(id!, JSON.parse(text(bytes)));
	return new Response(null, { status: 204 });
}

/** PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId} of the client-server API. */
function sendEvent(request: Request, path: string, bytes: Uint8Array, events: Map<string, unknown>, keep: Keep): Response {
	const [, inRoom, type, txn] = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
	const no = (status: number, errcode: string) => Response.json({ errcode, error: errcode }, { status });
	if (txn === undefined || request.method !== 'PUT') return no(404, 'M_UNRECOGNIZED');
	if (request.headers.get('authorization') !== `Bearer ${accessToken}`) return no(401, 'M_UNKNOWN_TOKEN');
	if (decodeURIComponent(inRoom!) !== room) return no(403, 'M_FORBIDDEN');
	const content = JSON.parse(text(bytes)) as unknown;
	keep(txn, content);
	if (!events.has(txn)) events.set(txn, { type, content });
	return Response.json({ event_id: `$${[...events.keys()].indexOf(txn)}:matrix.example` });
}

/** A push service of RFC 8030 with RFC 8292. It reads nothing of the payload; the browser does. */
function push(headers: Headers, bytes: Uint8Array, browser: SubscribedBrowser, keep: Keep): Response {
	if (!/^vapid t=\S+, k=\S+$/.test(headers.get('authorization') ?? '')) return new Response('no VAPID', { status: 401 });
	if (headers.get('content-encoding') !== 'aes128gcm' || !/^\d+$/.test(headers.get('ttl') ?? ''))
		return new Response(null, { status: 400 });
	if (bytes.byteLength > 4_096) return new Response(null, { status: 413 });
	if (!/^[\w-]{1,32}$/.test(headers.get('topic') ?? '')) return new Response('bad topic', { status: 400 });
	keep(headers.get('topic'), browser.read(bytes));
	return new Response(null, { status: 201 });
}
