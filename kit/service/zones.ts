import { z } from 'zod';
import { call } from './client.ts';
import type { ServiceIdentity } from './service-token.ts';

const answer = z.object({ timeZone: z.string() });
/** How long somebody is believed to be where they were, in milliseconds. */
const BELIEVED_MS = 60_000;
const MOST_KEPT = 10_000;

export interface ZonesOptions {
	/** Of mana-user: `context.addressOf('mana-user')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	readonly clock: { now(): number };
	/** The zone of who never said where they are. */
	readonly fallback: string;
}

/** On the clocks of which zone (IANA) people live, as they set it. */
export class Zones {
	readonly #options: ZonesOptions;
	readonly #ask = call();
	readonly #kept = new Map<string, { readonly zone: string; readonly at: number }>();

	constructor(options: ZonesOptions) {
		this.#options = options;
	}

	/** @throws Problem 503 while mana-user is away */
	async of(person: string): Promise<string> {
		const { address, identity, clock, fallback } = this.#options;
		const kept = this.#kept.get(person);
		if (kept && clock.now() - kept.at < BELIEVED_MS) return kept.zone;
		const response = await this.#ask(`${address}/v1/people/${encodeURIComponent(person)}/preferences`, {
			headers: { authorization: `Bearer ${await identity.token('mana-user')}` },
		});
		const zone = answer.parse(await response.json()).timeZone || fallback;
		if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
		this.#kept.set(person, { zone, at: clock.now() });
		return zone;
	}
}
