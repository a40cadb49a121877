import { SealBroken } from '@mana/service';
import { z } from 'zod';
import { useNames } from '../connections/uses.ts';
import type { Realm } from '../realm.ts';

/** How long somebody may take with a provider, in milliseconds. */
export const errandMs = 10 * 60_000;

const errandShape = z.object({
	provider: z.string(),
	question: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
	purpose: z.discriminatedUnion('kind', [
		/** In, or to join: with an invitation, or where the provider's people may. */
		z.object({
			kind: z.literal('enter'),
			invitation: z.string().nullable(),
			language: z.string(),
			next: z.string(),
		}),
		/** One more way in for who is signed in by this session. */
		z.object({ kind: z.literal('link'), session: z.string() }),
		/** Leave for a service to work in an account there, of who is signed in by this session. */
		z.object({ kind: z.literal('connect'), session: z.string(), use: z.enum(useNames), next: z.string() }),
	]),
	until: z.number(),
});

/** What a browser is away for: kept, sealed, in a cookie of that browser alone, so that nobody else's can bring the answer. */
export type Errand = z.output<typeof errandShape>;
export type Purpose = Errand['purpose'];

/** Seals an errand for its cookie. */
export function sealErrand({ keys }: Pick<Realm, 'keys'>, errand: Errand): string {
	return Buffer.from(keys.seal(new TextEncoder().encode(JSON.stringify(errand)), label)).toString('base64url');
}

/** The errand in a cookie; `null` when it is none of ours, or over. */
export function openErrand({ keys, clock }: Pick<Realm, 'keys' | 'clock'>, text: string): Errand | null {
	let plain: Uint8Array;
	try {
		plain = keys.open(Buffer.from(text, 'base64url'), label);
	} catch (error) {
		if (!(error instanceof SealBroken)) throw error;
		// Not sealed here, or changed: to us it is not there.
		return null;
	}
	const errand = errandShape.parse(JSON.parse(new TextDecoder().decode(plain)));
	return errand.until > clock.now() ? errand : null;
}

/** Distinguishes the errands of several tabs, and says nothing: the state itself stays in the cookie. */
export function errandName(state: string): string {
	return /^[\w-]{16,}$/.test(state) ? state.slice(0, 12) : 'none';
}

const label = 'errand at a provider';
