import { m } from '../i18n/index.ts';
import { AuthProblem } from '../session/auth.ts';
import { problemWords } from '../session/problem-words.ts';
import type { TroubleCode } from './api.ts';

const words: Readonly<Record<TroubleCode, () => string>> = {
	'wrong-password': () => m.elsewhere_wrong_password(),
	disconnected: () => m.elsewhere_disconnected(),
	forbidden: () => m.elsewhere_forbidden(),
	gone: () => m.elsewhere_gone(),
	'removed-here': () => m.elsewhere_removed_here(),
	'many-gone': () => m.elsewhere_many_gone(),
	'no-account': () => m.elsewhere_no_account(),
	'not-encrypted': () => m.elsewhere_not_encrypted(),
	'private-address': () => m.elsewhere_private_address(),
	'sends-on': () => m.elsewhere_sends_on(),
	certificate: () => m.elsewhere_certificate(),
	unreachable: () => m.elsewhere_unreachable(),
	busy: () => m.elsewhere_busy(),
	full: () => m.elsewhere_full(),
	unreadable: () => m.elsewhere_unreadable(),
};

const isTrouble = (code: string): code is TroubleCode => Object.hasOwn(words, code);

/** What is the matter, and what to do about it. */
export function troubleWords(code: TroubleCode): string {
	return words[code]();
}

/** What mana-auth says of a connection that was not made. */
const declined: Readonly<Record<string, () => string>> = {
	'identity-declined': () => m.elsewhere_declined(),
	'connection-incomplete': () => m.elsewhere_incomplete(),
};

/** Why something that was asked of an account was not done. */
export function refusalWords(error: unknown): string {
	const own = error instanceof AuthProblem ? declined[error.code] : undefined;
	if (own) return own();
	// The service itself could not be reached: that is said as everywhere.
	if (!(error instanceof AuthProblem) || error.status !== 422) {
		if (error instanceof AuthProblem && error.code === 'account-taken') return m.elsewhere_taken();
		return problemWords(error);
	}
	return isTrouble(error.code) ? troubleWords(error.code) : problemWords(error);
}
