import { hubHeader } from '@mana/service/via-hub';

/** The connection a request came on, as far as the service behind may know it. */
export interface Caller {
	/** The address the connection came from. */
	readonly peer: string;
	/** Where the hub is reached. */
	readonly publicUrl: URL;
	/** Whether the peer is a proxy of this Mana's owner, whose word about the caller counts. */
	readonly behindProxy: boolean;
	/** Shows the service that it is the hub that says so. */
	readonly proof: string;
}

/** Concern one connection only, so they end here (RFC 9110 §7.6.1). */
const hopByHop = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
	'http2-settings',
]);

/** Are said by the hub itself, never by a caller. */
const ours = new Set([
	'host',
	'forwarded',
	'x-forwarded-for',
	'x-forwarded-host',
	'x-forwarded-proto',
	'x-forwarded-port',
	'x-real-ip',
	hubHeader,
]);

/** The caller's headers as the service behind gets them. The last address of `X-Forwarded-For` is the caller's. */
export function headersToService(headers: Headers, { peer, publicUrl, behindProxy, proof }: Caller): Headers {
	const onward = withoutHops(headers, ours);
	const said = behindProxy ? headers.get('x-forwarded-for') : null;
	onward.set('x-forwarded-for', said ?? peer);
	onward.set(hubHeader, proof);
	onward.set('x-forwarded-host', publicUrl.host);
	onward.set('x-forwarded-proto', publicUrl.protocol.slice(0, -1));
	return onward;
}

/** The service's headers as the caller gets them. */
export function headersToCaller(headers: Headers): Headers {
	return withoutHops(headers, new Set());
}

function withoutHops(headers: Headers, also: ReadonlySet<string>): Headers {
	const named = new Set((headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()));
	const kept = new Headers(headers);
	for (const name of new Headers(headers).keys()) if (hopByHop.has(name) || named.has(name) || also.has(name)) kept.delete(name);
	return kept;
}

/**
 * Passes a request on and its answer back; both bodies flow, neither is gathered.
 *
 * @throws when the service cannot be reached
 */
export async function forward(request: Request, target: string, caller: Caller): Promise<Response> {
	const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
	const answer = await fetch(target, {
		method: request.method,
		headers: headersToService(request.headers, caller),
		body: hasBody ? request.body : null,
		redirect: 'manual',
		decompress: false,
		signal: request.signal,
	});
	return new Response(answer.body, {
		status: answer.status,
		statusText: answer.statusText,
		headers: headersToCaller(answer.headers),
	});
}
