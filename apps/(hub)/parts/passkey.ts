import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import { m } from '@mana/ui/i18n';
import { AuthProblem } from '@mana/ui/session/auth';
import { problemWords } from '@mana/ui/session/problem-words';

/** The browser did not make or use a passkey. */
export class PasskeyTrouble extends Error {
	override readonly name = 'PasskeyTrouble';
	/** `aborted`: another question to the browser took its place, so there is nothing to tell. */
	readonly why: 'cancelled' | 'exists' | 'impossible' | 'aborted';

	constructor(why: PasskeyTrouble['why'], cause: unknown) {
		super(why, { cause });
		this.why = why;
	}
}

/** Whether this browser has passkeys at this address: on secure origins with a name only. */
export function hasPasskeys(): boolean {
	return 'PublicKeyCredential' in globalThis;
}

/** Lets the browser make a passkey. @returns what mana-auth wants of it @throws PasskeyTrouble */
export async function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<object> {
	return browsing(({ startRegistration }) => startRegistration({ optionsJSON: options }));
}

/**
 * Lets a passkey sign.
 *
 * @param fromField waits, without a question, until somebody picks one where the browser offers to fill a field
 * @throws PasskeyTrouble
 */
export async function signWithPasskey(options: PublicKeyCredentialRequestOptionsJSON, fromField = false): Promise<object> {
	return browsing(({ startAuthentication }) => startAuthentication({ optionsJSON: options, useBrowserAutofill: fromField }));
}

/** Whether the browser offers passkeys where a field can be filled. */
export async function offersInField(): Promise<boolean> {
	const { browserSupportsWebAuthnAutofill } = await import('@simplewebauthn/browser');
	return browserSupportsWebAuthnAutofill();
}

/** No longer waits for somebody to pick a passkey. */
export async function stopWaiting(): Promise<void> {
	const { WebAuthnAbortService } = await import('@simplewebauthn/browser');
	WebAuthnAbortService.cancelCeremony();
}

/** What went wrong, in the person's language. @returns `null` when there is nothing to tell */
export function passkeyWords(error: unknown): string | null {
	if (error instanceof AuthProblem) return problemWords(error);
	if (!(error instanceof PasskeyTrouble)) throw error;
	if (error.why === 'aborted') return null;
	if (error.why === 'exists') return m.hub_passkey_exists();
	return error.why === 'impossible' ? m.hub_passkey_impossible() : m.hub_passkey_cancelled();
}

async function browsing<T>(work: (library: typeof import('@simplewebauthn/browser')) => Promise<T>): Promise<T> {
	if (!hasPasskeys()) throw new PasskeyTrouble('impossible', null);
	try {
		return await work(await import('@simplewebauthn/browser'));
	} catch (error) {
		throw error instanceof Error ? new PasskeyTrouble(whyOf(error), error) : error;
	}
}

/** By the names of WebAuthn §5.1.3; the library keeps the browser's own error as the cause. */
function whyOf(error: Error): PasskeyTrouble['why'] {
	const { name } = error.cause instanceof Error ? error.cause : error;
	if (name === 'AbortError') return 'aborted';
	if (name === 'InvalidStateError') return 'exists';
	return name === 'NotAllowedError' ? 'cancelled' : 'impossible';
}
