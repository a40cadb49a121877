import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';
import type { TestAnswer, TestBrowser, TestClock } from './testing.ts';

/** How long a code is shown, in milliseconds. */
export const stepMs = 30_000;

/** The recovery codes that an answer shows. */
export function listed({ body }: TestAnswer): string[] {
	return body['recoveryCodes'] as string[];
}

/** What the authenticator app shows, or showed or will show so many steps away. */
export function codes(begun: TestAnswer, clock: TestClock): (away?: number) => Promise<string> {
	const otp = createOTP(base32.decode(String(begun.body['secret'])));
	return (away = 0) => otp.hotp(Math.floor(clock.now() / stepMs) + away);
}

/** Switches the second step on; the clock is a step further then, so that a fresh code is there. */
export async function withSecondStep(
	browser: TestBrowser,
	clock: TestClock,
): Promise<{ code: (away?: number) => Promise<string>; recoveryCodes: string[] }> {
	const code = codes(await browser.post('/second-factor'), clock);
	const recoveryCodes = listed(await browser.send('PUT', '/second-factor', { code: await code() }));
	clock.advance(stepMs);
	return { code, recoveryCodes };
}
