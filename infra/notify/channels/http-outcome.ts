import { type Egress, type OutboundAnswer, Problem } from '@mana/service';
import { z } from 'zod';
import type { Attempt, Outcome } from './channel.ts';

type Request = NonNullable<Parameters<Egress>[1]>;

/** A token that proves something in a header, of so many signs at most: nothing that would end the header (RFC 6750 §2.1). */
export function bearerToken(most: number) {
	return z
		.string()
		.max(most)
		.regex(/^[\w.~+/:|-]+=*$/, 'A token has letters, digits and - . _ ~ + / : | = only.');
}

/**
 * Sends a parcel as one HTTP request and reads the answer as most far sides mean it: 2xx, it has the parcel; 408, 425, 429 and 5xx, come
 * again, after `Retry-After` where it says so; 404 and 410, it is gone; anything else, never.
 *
 * @throws what leaves open whether it arrived: the connection broke, or time was up
 */
export async function post(
	reach: Egress,
	url: string,
	request: Request,
	{ signal, handing }: Attempt,
	now: number,
): Promise<{ outcome: Outcome; answer: OutboundAnswer | null }> {
	await handing();
	try {
		const answer = await reach(url, { method: 'POST', ...request, signal });
		return { outcome: outcomeOf(answer, now), answer };
	} catch (error) {
		// The guard refused, or nobody was there: nothing left.
		if (error instanceof Problem && error.code === 'address-refused') return refused(error.detail);
		if (error instanceof Problem && error.code === 'host-unknown') return later(error.detail);
		if (isUnconnected(error)) return later(`${new URL(url).host} cannot be reached.`);
		throw error;
	}
}

const refused = (reason: string) => ({ outcome: { kind: 'refused', reason } as const, answer: null });
const later = (reason: string) => ({ outcome: { kind: 'later', reason } as const, answer: null });

function outcomeOf({ status, headers, body, url }: OutboundAnswer, now: number): Outcome {
	if (status >= 200 && status < 300) return { kind: 'delivered' };
	const said = new TextDecoder().decode(body.subarray(0, 300)).replaceAll(/\s+/g, ' ').trim();
	const reason = `${new URL(url).host} answered ${status}${said === '' ? '' : `: ${said}`}`;
	if (status === 408 || status === 425 || status === 429 || status >= 500) {
		const afterMs = retryAfterMs(headers.get('retry-after'), now);
		return { kind: 'later', reason, ...(afterMs === null ? {} : { afterMs }) };
	}
	return { kind: 'refused', reason, ...(status === 404 || status === 410 ? { gone: true } : {}) };
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfterMs(text: string | null, now: number): number | null {
	if (text === null) return null;
	const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
	return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/** Whether a request failed before a connection stood. */
function isUnconnected(error: unknown): boolean {
	return (
		error instanceof Error &&
		'code' in error &&
		['ConnectionRefused', 'ECONNREFUSED', 'FailedToOpenSocket', 'ENETUNREACH', 'EHOSTUNREACH'].includes(String(error.code))
	);
}
