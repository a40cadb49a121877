import { SvelteMap } from 'svelte/reactivity';
import { peopleApi, type PublicProfile } from '../session/people-api.ts';

/** What is known of somebody: asked again when it is looked at after this long, in ms; sooner where the answer failed. */
const YOUNG_MS = { known: 60_000, failed: 10_000 };
/** So long it is gathered who is to be asked for, in ms: a list of members is one question. */
const GATHER_MS = 30;
/** So many people mana-user tells of at once. */
const MOST = 100;

interface Known {
	readonly name: string;
	/** Hash of the picture that `shown` is. */
	readonly picture: string | null;
	/** An address that an `img` can show. */
	readonly shown: string | null;
}

/**
 * What people call themselves and what they look like, as runes, by their ids. Whoever is shown is asked for at mana-user; without an answer
 * pages go by the names that spaces have, and by first letters. Nothing of it is kept on the device.
 */
class KnownPeople {
	readonly #known = new SvelteMap<string, Known>();
	/** When each person may be asked for again, ms since 1970. */
	readonly #askAt = new Map<string, number>();
	readonly #wanted = new Set<string>();
	#gathering: ReturnType<typeof setTimeout> | undefined;
	/** Who looks; `null`: nobody whom mana-user would answer. */
	#me: string | null = null;
	/** Grows when somebody else looks: what was asked before is not for them. */
	#turn = 0;

	/** Where the picture of somebody is; `null`: there is none, or it is not known yet. */
	picture(person: string): string | null {
		this.#want(person);
		return this.#known.get(person)?.shown ?? null;
	}

	/** What somebody calls themselves; `null`: not known, go by what the space says. */
	name(person: string): string | null {
		this.#want(person);
		return this.#known.get(person)?.name || null;
	}

	/** Somebody looks from now on. What another one was allowed to see may not be theirs. @param me a person's id; `null`: a guest, or nobody */
	enter(me: string | null): void {
		this.#turn += 1;
		this.#me = me;
		this.#wanted.clear();
		this.#askAt.clear();
		for (const { shown } of this.#known.values()) if (shown) URL.revokeObjectURL(shown);
		this.#known.clear();
	}

	/** Somebody looks like this: oneself, of whom this device knows first. */
	show(person: string, picture: Blob | null): void {
		this.#askAt.set(person, Infinity);
		this.#keep(person, { name: '', picture: null }, picture);
	}

	#want(person: string): void {
		if (this.#me === null || person === '' || (this.#askAt.get(person) ?? 0) > Date.now()) return;
		this.#askAt.set(person, Date.now() + YOUNG_MS.failed);
		this.#wanted.add(person);
		this.#gathering ??= setTimeout(() => {
			this.#gathering = undefined;
			this.#ask().catch((problem: unknown) => console.warn('Names and pictures cannot be asked for now:', problem));
		}, GATHER_MS);
	}

	async #ask(): Promise<void> {
		const turn = this.#turn;
		const all = [...this.#wanted];
		this.#wanted.clear();
		for (let at = 0; at < all.length; at += MOST) {
			const found = await peopleApi.lookUp(all.slice(at, at + MOST));
			for (const profile of found) {
				const before = this.#known.get(profile.id);
				const same = before !== undefined && before.picture === profile.picture;
				const picture = same || profile.picture === null ? null : await peopleApi.picture(profile.id);
				if (turn !== this.#turn || this.#askAt.get(profile.id) === Infinity) continue;
				this.#askAt.set(profile.id, Date.now() + YOUNG_MS.known);
				if (same) this.#known.set(profile.id, { ...before, name: profile.name });
				else this.#keep(profile.id, profile, picture);
			}
		}
	}

	#keep(person: string, { name, picture }: Pick<PublicProfile, 'name' | 'picture'>, content: Blob | null): void {
		const before = this.#known.get(person);
		// One that could not be had now is asked for the next time.
		this.#known.set(person, { name, picture: content && picture, shown: content && URL.createObjectURL(content) });
		if (before?.shown) URL.revokeObjectURL(before.shown);
	}
}

export const people = new KnownPeople();
