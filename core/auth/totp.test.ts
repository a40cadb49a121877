import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { enrolment, stepMs, stepOf } from './totp.ts';

const key = new TextEncoder().encode('12345678901234567890');

describe('a code of an authenticator app', () => {
	test('is the one of RFC 6238, appendix B', async () => {
		for (const [seconds, code] of [
			[59, '287082'],
			[1_111_111_109, '081804'],
			[1_111_111_111, '050471'],
			[1_234_567_890, '005924'],
			[2_000_000_000, '279037'],
			[20_000_000_000, '353130'],
		] as const)
			expect([code, await stepOf(key, code, seconds * 1000)]).toEqual([code, Math.floor(seconds / 30)]);
	});

	test('counts for its own step and the ones beside it, and for no other', async () => {
		const step = 37_037_037;
		for (const away of [-2, -1, 0, 1, 2])
			expect(await stepOf(key, '081804', (step - 1 + away) * stepMs + 5_000)).toBe(Math.abs(away) <= 1 ? step - 1 : null);
	});

	test('is never anything but six right digits', async () => {
		const anything = fc.oneof(fc.string(), fc.stringMatching(/^\d{5,7}$/));
		await fc.assert(
			fc.asyncProperty(anything, async (text) => {
				const step = await stepOf(key, text, 59_000);
				return step === null || /^\d{6}$/.test(text);
			}),
			{ numRuns: 50 },
		);
	});
});

test('an app is told the key, the place and the account', () => {
	const { secret, uri } = enrolment(key, 'Home & Garden', 'ada@mana.example');
	expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
	const url = new URL(uri);
	expect(url.protocol + url.host + decodeURIComponent(url.pathname)).toBe('otpauth:totp/Home & Garden:ada@mana.example');
	expect(Object.fromEntries(url.searchParams)).toEqual({ secret, issuer: 'Home & Garden', digits: '6', period: '30' });
});
