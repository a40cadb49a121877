import { z } from 'zod';
import { call } from './client.ts';
import { Problem } from './problem.ts';
import type { ServiceIdentity } from './service-token.ts';

const answer = z.object({ name: z.string(), timeZone: z.string(), language: z.string() });
type Answer = z.infer<typeof answer>;
/** How long somebody is believed to be where they were, in milliseconds. */
const BELIEVED_MS = 60_000;
const MOST_KEPT = 10_000;

export interface PeopleOptions {
	/** Of mana-user: `context.addressOf('mana-user')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	readonly clock: { now(): number };
	/** The zone (IANA) of who never said where they are. */
	readonly fallback: string;
}

/**
 * What mana-user knows of people: on the clocks of which zone they live, as they set it, and what they call themselves.
 *
 * @example
 * const people = new People({ address: addressOf('mana-user'), identity, clock, fallback: 'Europe/Berlin' });
 * const zone = await people.zoneOf(person);
 */
export class People {
	readonly #options: PeopleOptions;
	readonly #ask = call();
	readonly #kept = new Map<string, Answer & { readonly at: number }>();

	constructor(options: PeopleOptions) {
		this.#options = options;
	}

	/** @throws Problem 404 for nobody of this Mana, 503 while mana-user is away */
	async zoneOf(person: string): Promise<string> {
		return (await this.#of(person)).timeZone || this.#options.fallback;
	}

	/** BCP 47 tag of what somebody speaks; empty: they never said it. @throws Problem 404 for nobody of this Mana, 503 while mana-user is away */
	async languageOf(person: string): Promise<string> {
		return (await this.#of(person)).language;
	}

	/** What somebody calls themselves; empty: they never said it, or are here no more. @throws Problem 503 while mana-user is away */
	async nameOf(person: string): Promise<string> {
		try {
			return (await this.#of(person)).name;
		} catch (error) {
			if (error instanceof Problem && error.code === 'unknown-person') return '';
			throw error;
		}
	}

	async #of(person: string): Promise<Answer> {
		const { address, identity, clock } = this.#options;
		const kept = this.#kept.get(person);
		if (kept && clock.now() - kept.at < BELIEVED_MS) return kept;
		const response = await this.#ask(`${address}/v1/people/${encodeURIComponent(person)}/preferences`, {
			headers: { authorization: `Bearer ${await identity.token('mana-user')}` },
		});
		const found = answer.parse(await response.json());
		if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
		this.#kept.set(person, { ...found, at: clock.now() });
		return found;
	}
}
