import { Problem } from '@mana/service';

/**
 * What can keep an account elsewhere from being read or written. `stops` is what only its person can mend: nothing is tried until they do,
 * since a server that is asked with a wrong password again and again locks the account.
 */
export const troubles = {
	'wrong-password': { stops: true },
	disconnected: { stops: true },
	forbidden: { stops: true },
	gone: { stops: true },
	'removed-here': { stops: true },
	'many-gone': { stops: false },
	'no-account': { stops: true },
	'not-encrypted': { stops: true },
	'private-address': { stops: true },
	'sends-on': { stops: true },
	certificate: { stops: false },
	unreachable: { stops: false },
	busy: { stops: false },
	full: { stops: false },
	unreadable: { stops: false },
} as const satisfies Readonly<Record<string, { readonly stops: boolean }>>;
export type TroubleCode = keyof typeof troubles;

/** Why an account elsewhere cannot be read or written now. */
export class Trouble extends Error {
	override readonly name = 'Trouble';
	readonly code: TroubleCode;
	/** How long the server wants to be left alone, in milliseconds; `null`: it did not say. */
	readonly retryAfterMs: number | null;

	constructor(code: TroubleCode, detail: string, more: { readonly retryAfterMs?: number | null; readonly cause?: unknown } = {}) {
		super(detail, more.cause === undefined ? undefined : { cause: more.cause });
		this.code = code;
		this.retryAfterMs = more.retryAfterMs ?? null;
	}
}

/** A connection that failed, in the words of an account. What is no failure of a connection is thrown on. */
export function connectionTrouble(error: unknown, host: string): Trouble {
	if (error instanceof Trouble) return error;
	if (error instanceof Problem) {
		if (error.code === 'address-refused') return new Trouble('private-address', error.detail, { cause: error });
		if (error.code === 'host-unknown') return new Trouble('unreachable', error.detail, { cause: error });
		if (error.code === 'too-many-redirects') return new Trouble('sends-on', error.detail, { cause: error });
		if (error.code === 'answer-too-large') return new Trouble('unreadable', error.detail, { cause: error });
	}
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/i.test(code))
		return new Trouble('certificate', `The certificate of ${host} does not prove that it is that server (${code}).`, {
			cause: error,
		});
	if (error instanceof Error && (code !== '' || ['TimeoutError', 'AbortError', 'TypeError'].includes(error.name)))
		return new Trouble('unreachable', `${host} cannot be reached right now.`, { cause: error });
	throw error;
}

/** How long `Retry-After` (RFC 9110 §10.2.3) says to wait, in milliseconds; `null`: it says nothing that can be read. */
export function retryAfterIn(headers: Headers, now: number): number | null {
	const said = headers.get('retry-after');
	if (said === null) return null;
	const seconds = /^\d+$/.test(said.trim()) ? Number(said) * 1_000 : Date.parse(said) - now;
	return Number.isFinite(seconds) ? Math.min(86_400_000, Math.max(0, seconds)) : null;
}
