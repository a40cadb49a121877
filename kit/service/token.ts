import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { serviceOf } from '@mana/sync';
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { requirePlain } from './compact.ts';
import { Problem, problem } from './problem.ts';

/** Who acts, as a valid token of mana-auth says. */
export interface Person {
	/** The person's id (`sub`). */
	readonly id: string;
	/** The session's id (`sid`). */
	readonly session: string;
	readonly name: string;
	readonly email: string;
	readonly role: 'owner' | 'admin' | 'member' | 'guest';
	/** Who acts in the person's name, as they allowed; left out: they themselves. */
	readonly actor?: string;
	/** What they are called, where the token says so. */
	readonly actorName?: string;
	/** When the token ends, in milliseconds since 1970. */
	readonly expiresAt: number;
}

/** @throws Problem 401 `token-missing`, `token-expired`, `token-invalid`; 503 `auth-unavailable` */
export type VerifyToken = (token: string | undefined) => Promise<Person>;

export interface VerifierOptions {
	/** Where mana-auth publishes its keys; or the keys themselves. */
	readonly keys: string | JSONWebKeySet;
	readonly issuer: string;
	readonly audience: string;
	readonly clock: { now(): number };
	/** How far the clocks of two machines may differ, in seconds. */
	readonly toleranceSeconds?: number;
	/** How long no new keys are fetched after an unknown key id, in milliseconds. */
	readonly cooldownMs?: number;
}

/** The last second that a date can name. */
const lastSecond = 8_640_000_000_000;

const claims = z.object({
	// A service never comes with a person's token: its name in spaces is nobody's id.
	sub: z
		.string()
		.min(1)
		.refine((id) => serviceOf(id) === null),
	sid: z.string().min(1),
	name: z.string(),
	email: z.string(),
	role: z.enum(['owner', 'admin', 'member', 'guest']),
	/** RFC 8693 §4.1. */
	act: z.object({ sub: z.string().min(1), name: z.string().optional() }).optional(),
	/** One: a token that is good elsewhere, too, is none of ours. */
	aud: z.string(),
	exp: z.int().max(lastSecond),
});

/**
 * The one check of the instance's tokens: written as ours are, EdDSA only, issuer, audience, `exp`, `nbf`, key rotation by key id (RFC 8725).
 * When mana-auth cannot be reached the answer is 503, never 401: nobody is signed out by an outage.
 */
export function verifier(options: VerifierOptions): VerifyToken {
	const keys = keySource(options);
	return async (token) => {
		if (token === undefined || token === '') throw problem(401, 'token-missing', 'Sign in first: this needs a token.');
		try {
			requirePlain(token, ['alg', 'kid', 'typ']);
			const { payload } = await jwtVerify(token, keys, {
				algorithms: ['EdDSA'],
				typ: 'JWT',
				issuer: options.issuer,
				audience: options.audience,
				requiredClaims: ['exp', 'sub'],
				clockTolerance: options.toleranceSeconds ?? 5,
				currentDate: new Date(options.clock.now()),
			});
			const { sub, sid, name, email, role, act, exp } = claims.parse(payload);
			const acting = act && { actor: act.sub, ...(act.name !== undefined && { actorName: act.name }) };
			return { id: sub, session: sid, name, email, role, expiresAt: exp * 1000, ...acting };
		} catch (error) {
			throw refusal(error);
		}
	};
}

/**
 * Lets only requests with a valid token through; the handler has the person as `c.get('person')`. Who acts in somebody else's name looks
 * only.
 *
 * @example app.get('/me', guard(context.verifyToken), (c) => c.json(c.get('person')))
 */
export function guard(verify: VerifyToken): MiddlewareHandler<{ Variables: { person: Person } }> {
	return async (c, next) => {
		const [scheme, token] = (c.req.header('authorization') ?? '').split(' ');
		const person = await verify(scheme?.toLowerCase() === 'bearer' ? token : undefined);
		if (person.actor !== undefined && !['GET', 'HEAD'].includes(c.req.method))
			throw problem(
				403,
				'impersonated',
				'In the name of somebody else one can look, but not change this. Be yourself again first.',
			);
		c.set('person', person);
		await next();
	};
}

/** Lets only the given roles through; stands behind `guard`. @throws Problem 403 `role-missing` */
export function roles(...allowed: readonly Person['role'][]): MiddlewareHandler<{ Variables: { person: Person } }> {
	return async (c, next) => {
		if (!allowed.includes(c.get('person').role))
			throw problem(403, 'role-missing', `This is for ${allowed.join(' or ')} only. Ask the owner of this Mana.`);
		await next();
	};
}

function keySource({ keys, cooldownMs = 30_000 }: VerifierOptions): JWTVerifyGetKey {
	if (typeof keys !== 'string') return createLocalJWKSet(keys);
	const remote = createRemoteJWKSet(new URL(keys), {
		cooldownDuration: cooldownMs,
		cacheMaxAge: 600_000,
		timeoutDuration: 3_000,
	});
	return async (header, token) => {
		try {
			return await remote(header, token);
		} catch (error) {
			if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
			throw new Problem({
				code: 'auth-unavailable',
				status: 503,
				detail:
					'Who you are cannot be checked right now, because mana-auth does not answer. Nothing is lost: try again in a moment.',
				retryAfterMs: 2000,
				cause: error,
			});
		}
	};
}

function refusal(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof errors.JWTExpired)
		return problem(401, 'token-expired', 'The token has ended. Get a new one from mana-auth.', { cause: error });
	if (error instanceof errors.JOSEError || error instanceof z.ZodError || error instanceof TypeError)
		return problem(401, 'token-invalid', 'The token is not one that this Mana issued. Sign in again.', { cause: error });
	throw error;
}
