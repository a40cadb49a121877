import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';

/** How long a code is shown, in milliseconds (RFC 6238 §5.2). */
export const stepMs = 30_000;
/** Clocks of phones are wrong by a little: the codes of so many steps before and after count too. */
const drift = 1;

/** What an authenticator app is told about an account. */
export interface Enrolment {
	/** The key in base32, for typing it in. */
	readonly secret: string;
	/** `otpauth://totp/…`, for a code to scan. */
	readonly uri: string;
}

/** @param key 20 bytes @param instance what this Mana is called @param account the e-mail address */
export function enrolment(key: Uint8Array, instance: string, account: string): Enrolment {
	return { secret: base32.encode(key, { padding: false }), uri: createOTP(key).url(instance, account) };
}

/**
 * The time step whose code was given: six digits, HMAC-SHA-1, 30 s (RFC 6238), as every authenticator app has it.
 *
 * @param now milliseconds since 1970
 * @returns `null` when it is the code of no step near now
 */
export async function stepOf(key: Uint8Array, code: string, now: number): Promise<number | null> {
	const present = Math.floor(now / stepMs);
	const otp = createOTP(key);
	let found: number | null = null;
	// All are compared, so that the time tells nothing of which it was.
	for (let step = present - drift; step <= present + drift; step++) if ((await otp.hotp(step)) === code) found = step;
	return found;
}
