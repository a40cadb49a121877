import { z } from 'zod';

/** Bytes as base64url, at most so many characters. */
const bytes = (most: number) =>
	z
		.string()
		.max(most)
		.regex(/^[\w-]*$/, 'This is not base64url.');

const credential = z.object({
	id: bytes(1400).min(1),
	rawId: bytes(1400).min(1),
	type: z.literal('public-key'),
	// Nothing of what extensions answer is believed.
	clientExtensionResults: z.looseObject({}).transform(() => ({})),
});

/** What a browser sends of a passkey that it made (WebAuthn Level 3, RegistrationResponseJSON). */
export const registrationAnswer = credential.extend({
	response: z.object({
		clientDataJSON: bytes(4_000),
		attestationObject: bytes(12_000),
		transports: z.array(z.string().max(32)).max(10).default([]),
	}),
});
export type RegistrationAnswer = z.output<typeof registrationAnswer>;

/** What a browser sends of a passkey that signed (AuthenticationResponseJSON). */
export const assertionAnswer = credential.extend({
	response: z.object({
		clientDataJSON: bytes(4_000),
		authenticatorData: bytes(4_000),
		signature: bytes(2000),
		userHandle: bytes(200).exactOptional(),
	}),
});
export type AssertionAnswer = z.output<typeof assertionAnswer>;
