import { formsFromElsewhere, type ServiceName } from '@mana/schema';
import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import { ZodError } from 'zod';
import { type Limits, sizeLimit, timeLimit } from './limits.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { originCheck } from './origin.ts';
import { invalidInput, Problem, problem } from './problem.ts';
import type { RandomBytes } from './random.ts';
import { currentRequest, requestIdOf, type ServiceEnv } from './request.ts';

export interface AppOptions {
	readonly log: Logger;
	readonly metrics: Metrics;
	readonly limits: Limits;
	readonly publicUrl: string;
	readonly name: ServiceName;
	readonly random: RandomBytes;
}

/** Set unless a route says otherwise: what these services answer is for programs, not to be framed, sniffed or kept. */
const securityHeaders = {
	'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
	'cache-control': 'no-store',
	'cross-origin-resource-policy': 'same-origin',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
} as const;

/** An empty app with everything that is the same on every service. */
export function createApp({ log, metrics, limits, publicUrl, name, random }: AppOptions): Hono<ServiceEnv> {
	const app = new Hono<ServiceEnv>();
	app.use(async (c, next) => {
		const requestId = requestIdOf(c.req.header('x-request-id'), random);
		const requestLog = log.child({ requestId });
		c.set('requestId', requestId);
		c.set('log', requestLog);
		const start = performance.now();
		await currentRequest.run({ requestId }, next);
		finish(c, requestId);
		const seconds = (performance.now() - start) / 1000;
		const route = routeOf(c);
		metrics.observe(c.req.method, route, c.res.status, seconds);
		const level = route.startsWith('/health/') || route === '/metrics' ? 'debug' : 'info';
		requestLog[level]({ method: c.req.method, route, status: c.res.status, ms: Math.round(seconds * 1e5) / 100 }, 'request');
	});
	app.use(originCheck(publicUrl, formsFromElsewhere(name)), sizeLimit(limits.bodyBytes), timeLimit(limits.requestMs));
	app.onError((error, c) => answerTo(error, c).response(c.get('requestId')));
	app.notFound((c) =>
		problem(404, 'not-found', `There is nothing at ${c.req.method} ${c.req.path}.`).response(c.get('requestId')),
	);
	return app;
}

function answerTo(error: Error, c: Context<ServiceEnv>): Problem {
	const log = c.get('log');
	if (error instanceof Problem) {
		if (error.status >= 500) log.error({ err: error, code: error.code }, error.message);
		else log.debug({ code: error.code }, error.message);
		return error;
	}
	if (error.name === 'AbortError' && c.req.raw.signal.aborted) {
		log.debug({ err: error }, 'the caller went away');
		return problem(408, 'caller-gone', 'The connection was closed before the answer.');
	}
	if (error instanceof ZodError) return invalidInput(error);
	if (error instanceof HTTPException && error.status < 500)
		return problem(error.status as Problem['status'], 'bad-request', error.message || 'The request cannot be understood.');
	log.error({ err: error }, 'A request failed for a reason nobody foresaw.');
	return problem(
		500,
		'internal',
		`Something went wrong on our side. Nothing half-done was kept. The log has more under request ${c.get('requestId')}.`,
		{ cause: error },
	);
}

function finish(c: Context<ServiceEnv>, requestId: string): void {
	if (!changeable(c.res.headers)) c.res = new Response(c.res.body, c.res);
	const headers = c.res.headers;
	headers.set('x-request-id', requestId);
	for (const [name, value] of Object.entries(securityHeaders)) if (!headers.has(name)) headers.set(name, value);
}

/** An answer that came from `fetch` may have frozen headers. */
function changeable(headers: Headers): boolean {
	try {
		headers.delete('x-request-id');
		return true;
	} catch (error) {
		if (error instanceof TypeError) return false;
		throw error;
	}
}

function routeOf(c: Context<ServiceEnv>): string {
	const pattern = routePath(c, -1);
	return pattern === '*' || pattern === '/*' ? 'unmatched' : pattern;
}
