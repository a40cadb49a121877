import type { Hono } from 'hono';
import { hc } from 'hono/client';
import { problem, readProblem } from './problem.ts';
import { currentRequest } from './request.ts';

export interface CallOptions {
	/** How long a call may take, in milliseconds. */
	readonly timeoutMs?: number;
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A typed client of another service, from its routes' type alone (`import type`). A call carries the id of the request that
 * caused it, ends after `timeoutMs`, and throws the callee's `Problem` instead of answering with a failure.
 *
 * @example
 * const auth = client<AuthRoutes>(context.addressOf('mana-auth'));
 * const status = await (await auth.status.$get()).json();
 *
 * @throws Problem what the callee said; 503 `service-unreachable`, 504 `service-timeout`
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the constraint of hono/client itself: any routes of any app
export function client<Routes extends Hono<any, any, any>>(
	address: string,
	options: CallOptions = {},
): ReturnType<typeof hc<Routes>> {
	return hc<Routes>(address, { fetch: call(options), ...(options.headers ? { headers: { ...options.headers } } : {}) });
}

/** `fetch` with the manners of `client`, for calls without typed routes. */
export function call({ timeoutMs = 10_000 }: CallOptions = {}): typeof fetch {
	const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
		const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
		const requestId = currentRequest.getStore()?.requestId;
		if (requestId !== undefined) headers.set('x-request-id', requestId);
		const limit = AbortSignal.timeout(timeoutMs);
		const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
		let response: Response;
		try {
			response = await fetch(input, { ...init, headers, signal });
		} catch (error) {
			const where = new URL(input instanceof Request ? input.url : input).host;
			if (limit.aborted)
				throw problem(504, 'service-timeout', `${where} did not answer within ${timeoutMs / 1000} s. Try again in a moment.`, {
					cause: error,
				});
			if (init?.signal?.aborted) throw error;
			throw problem(
				503,
				'service-unreachable',
				`${where} cannot be reached. Try again in a moment; "mana status" shows what runs.`,
				{
					cause: error,
					retryAfterMs: 2000,
				},
			);
		}
		if (response.ok) return response;
		const said = await readProblem(response.clone() as Response);
		if (said) throw said;
		return response;
	};
	return Object.assign(send, { preconnect: fetch.preconnect });
}
