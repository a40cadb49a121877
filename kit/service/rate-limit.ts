import type { Context, MiddlewareHandler } from 'hono';
import { problem } from './problem.ts';
import { callerNetwork, type ServiceEnv } from './request.ts';

export interface RateLimitOptions {
	/** How many calls a key may make at once. */
	readonly burst: number;
	/** How long until one call is given back, in milliseconds. */
	readonly refillMs: number;
	readonly clock: { now(): number };
	/** How many keys are remembered; beyond it, the key that was idle longest is forgotten. */
	readonly maxKeys?: number;
}

export interface RateLimit {
	/** Takes one call from the key. @returns 0 when it is allowed, otherwise how long to wait, in milliseconds */
	take(key: string): number;
	/** Gives the key all its calls again, as after a sign-in that succeeded. */
	forgive(key: string): void;
}

interface Bucket {
	tokens: number;
	at: number;
}

const defaultMaxKeys = 10_000;

/**
 * A token bucket per key, in the memory of this process and bounded: a flood of new keys cannot fill it.
 *
 * @example
 * const limit = rateLimit({ burst: 10, refillMs: 6000, clock });
 * app.post('/sign-in', limited(limit), …);
 */
export function rateLimit({ burst, refillMs, clock, maxKeys = defaultMaxKeys }: RateLimitOptions): RateLimit {
	// A Map remembers insertion order; every use moves a key to the end, so the first one was idle longest.
	const buckets = new Map<string, Bucket>();
	return {
		take(key) {
			const now = clock.now();
			const known = buckets.get(key);
			const tokens = known ? Math.min(burst, known.tokens + Math.max(0, now - known.at) / refillMs) : burst;
			buckets.delete(key);
			const allowed = tokens >= 1;
			buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
			const oldest = buckets.size > maxKeys ? buckets.keys().next().value : undefined;
			if (oldest !== undefined) buckets.delete(oldest);
			return allowed ? 0 : Math.ceil((1 - tokens) * refillMs);
		},
		forgive(key) {
			buckets.delete(key);
		},
	};
}

/**
 * Lets a caller through as often as the limit says; by network unless `keyOf` says otherwise.
 *
 * @throws Problem 429 `too-many-requests` with `Retry-After`
 */
export function limited(
	limit: RateLimit,
	keyOf: (c: Context<ServiceEnv>) => string = callerNetwork,
): MiddlewareHandler<ServiceEnv> {
	return async (c, next) => {
		spend(limit, keyOf(c));
		await next();
	};
}

/** Takes one call from a key. @throws Problem 429 `too-many-requests` with `Retry-After` */
export function spend(limit: RateLimit, key: string): void {
	const retryAfterMs = limit.take(key);
	if (retryAfterMs > 0)
		throw problem(429, 'too-many-requests', `Too many tries. Wait ${Math.ceil(retryAfterMs / 1000)} s and try again.`, {
			retryAfterMs,
		});
}
