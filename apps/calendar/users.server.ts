import { call, type ServiceIdentity } from '@mana/service';
import { z } from 'zod';

const answer = z.object({
	people: z.array(z.object({ id: z.string(), address: z.string(), name: z.string(), language: z.string() })),
});
/** Somebody of this Mana who can be invited. */
export type CalendarUser = z.infer<typeof answer>['people'][number];

/** How long somebody is believed to have an address, or nobody to, in milliseconds. */
const BELIEVED_MS = 30_000;
const [MOST_KEPT, MOST_ASKED] = [10_000, 200];

/** Who of those that are invited is a person of this Mana, as mana-auth knows them. */
export class CalendarUsers {
	readonly #address: string;
	readonly #identity: ServiceIdentity;
	readonly #clock: { now(): number };
	readonly #ask = call();
	readonly #kept = new Map<string, { readonly at: number; readonly user: CalendarUser | null }>();

	/** @param address of mana-auth */
	constructor(address: string, identity: ServiceIdentity, clock: { now(): number }) {
		this.#address = address;
		this.#identity = identity;
		this.#clock = clock;
	}

	/** Those who are somebody here, by address in small letters. @throws Problem 503 while mana-auth is away */
	async byAddress(addresses: readonly string[]): Promise<ReadonlyMap<string, CalendarUser>> {
		const wanted = [...new Set(addresses.map((one) => one.toLowerCase()))].filter((one) => one.includes('@'));
		const unknown = wanted.filter((one) => this.#known(one) === undefined);
		for (let at = 0; at < unknown.length; at += MOST_ASKED) {
			const asked = unknown.slice(at, at + MOST_ASKED);
			const found = new Map((await this.#look(asked, [])).map((one) => [one.address.toLowerCase(), one]));
			for (const one of asked) this.#keep(one, found.get(one) ?? null);
		}
		return new Map(wanted.flatMap((one) => (this.#known(one) ? [[one, this.#known(one)!] as const] : [])));
	}

	/** Somebody by id; `null`: nobody. @throws Problem 503 */
	async byId(id: string): Promise<CalendarUser | null> {
		const known = this.#known(`id ${id}`);
		if (known !== undefined) return known;
		const [found = null] = await this.#look([], [id]);
		this.#keep(`id ${id}`, found);
		return found;
	}

	#known(key: string): CalendarUser | null | undefined {
		const kept = this.#kept.get(key);
		return kept && this.#clock.now() - kept.at < BELIEVED_MS ? kept.user : undefined;
	}

	#keep(key: string, user: CalendarUser | null): void {
		if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
		this.#kept.set(key, { at: this.#clock.now(), user });
	}

	async #look(addresses: readonly string[], ids: readonly string[]): Promise<CalendarUser[]> {
		const response = await this.#ask(`${this.#address}/calendar-users`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await this.#identity.token('mana-auth')}`, 'content-type': 'application/json' },
			body: JSON.stringify({ addresses, ids }),
		});
		return answer.parse(await response.json()).people;
	}
}
