import { call } from '@mana/service';
import type { AppGrant } from '@mana/service/app-passwords';
import { z } from 'zod';

const answer = z.object({
	spaces: z.array(
		z.object({ id: z.string(), kind: z.string(), name: z.string(), owner: z.string(), archivedAt: z.number().nullable() }),
	),
});
/** A space as its member sees it. */
export type SpaceCard = z.infer<typeof answer>['spaces'][number];

/** How long names of spaces are believed, in milliseconds, and how often they are asked for when a space is not among them. */
const [BELIEVED_MS, AGAIN_MS] = [10_000, 500];
const MOST_KEPT = 1_000;

/** The spaces of people with their names, as mana-sync tells them. Who may do what in them is asked elsewhere, each time. */
export class SpaceCards {
	readonly #address: string;
	readonly #clock: { now(): number };
	readonly #fetch = call();
	readonly #kept = new Map<string, { readonly at: number; readonly cards: Promise<readonly SpaceCard[]> }>();

	/** @param address of mana-sync */
	constructor(address: string, clock: { now(): number }) {
		this.#address = address;
		this.#clock = clock;
	}

	/**
	 * The spaces of somebody, by id.
	 *
	 * @param wanted those that they are known to be in
	 * @throws Problem 503 when mana-sync is away
	 */
	async of(grant: Pick<AppGrant, 'person' | 'token'>, wanted: readonly string[]): Promise<ReadonlyMap<string, SpaceCard>> {
		const now = this.#clock.now();
		const kept = this.#kept.get(grant.person.id);
		if (kept && now - kept.at < BELIEVED_MS) {
			const known = byId(await kept.cards);
			if (now - kept.at < AGAIN_MS || wanted.every((space) => known.has(space))) return known;
		}
		const cards = this.#ask(grant.token);
		if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
		this.#kept.set(grant.person.id, { at: now, cards });
		cards.catch(() => this.#kept.delete(grant.person.id));
		return byId(await cards);
	}

	async #ask(token: string): Promise<readonly SpaceCard[]> {
		const response = await this.#fetch(`${this.#address}/spaces`, { headers: { authorization: `Bearer ${token}` } });
		return answer.parse(await response.json()).spaces;
	}
}

function byId(cards: readonly SpaceCard[]): Map<string, SpaceCard> {
	return new Map(cards.map((card) => [card.id, card]));
}
