import { hkdfSync } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { errors, jwtVerify, SignJWT } from 'jose';
import { requirePlain } from './compact.ts';
import { problem } from './problem.ts';

/** How a service shows another one who it is, and finds out who asks it. */
export interface ServiceIdentity {
	/** A token for one callee, good for a minute. @param audience name of the service that is called */
	token(audience: string): Promise<string>;
	/** The name of the service whose token this is. @throws Problem 401 `service-token-invalid` */
	verify(token: string | undefined): Promise<string>;
}

const LIFE_SECONDS = 60;
/** How far the clocks of two machines may differ, in seconds. */
const TOLERANCE_SECONDS = 5;

/**
 * Services of one Mana share its secret (`<home>/secrets/instance`, or `MANA_AUTH_SECRET`); each token is signed with a key derived from it
 * (HKDF, RFC 5869; HS256, RFC 7518), names who speaks and to whom, and ends after a minute. A person's token is never one of these.
 *
 * @param secret read when the first token is made or checked; @param name of this service
 */
export function serviceIdentity(secret: () => string, name: string, clock: { now(): number }): ServiceIdentity {
	let derived: Uint8Array | null = null;
	const key = () => (derived ??= new Uint8Array(hkdfSync('sha256', secret(), '', 'mana service tokens', 32)));
	return {
		token(audience) {
			const now = Math.floor(clock.now() / 1000);
			return new SignJWT({})
				.setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' })
				.setIssuer(name)
				.setAudience(audience)
				.setIssuedAt(now)
				.setExpirationTime(now + LIFE_SECONDS)
				.sign(key());
		},
		async verify(token) {
			try {
				requirePlain(token ?? '', ['alg', 'typ']);
				const { payload } = await jwtVerify(token ?? '', key(), {
					algorithms: ['HS256'],
					typ: 'service+jwt',
					audience: name,
					requiredClaims: ['exp', 'iss', 'iat'],
					maxTokenAge: LIFE_SECONDS,
					clockTolerance: TOLERANCE_SECONDS,
					currentDate: new Date(clock.now()),
				});
				return payload.iss!;
			} catch (error) {
				if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
				throw problem(401, 'service-token-invalid', 'This is for services of this Mana, each with a fresh token of its own.', {
					cause: error,
				});
			}
		},
	};
}

/** Lets only services of this Mana through; the handler has the name as `c.get('service')`. */
export function guardService(identity: ServiceIdentity): MiddlewareHandler<{ Variables: { service: string } }> {
	return async (c, next) => {
		const [scheme, token] = (c.req.header('authorization') ?? '').split(' ');
		c.set('service', await identity.verify(scheme?.toLowerCase() === 'bearer' ? token : undefined));
		await next();
	};
}
