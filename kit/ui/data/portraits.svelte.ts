import { SvelteMap } from 'svelte/reactivity';

/** Pictures of people, as runes: an address that an `img` can show, by the person's id. Nothing of it is kept on the device. */
class Portraits {
	readonly #shown = new SvelteMap<string, string>();

	/** Where the picture of a person is; `null`: there is none, or it is not known yet. */
	of(person: string): string | null {
		return this.#shown.get(person) ?? null;
	}

	/** A person has this picture now; `null`: none. */
	show(person: string, picture: Blob | null): void {
		const before = this.#shown.get(person);
		if (picture) this.#shown.set(person, URL.createObjectURL(picture));
		else this.#shown.delete(person);
		if (before) URL.revokeObjectURL(before);
	}

	/** Somebody else is here now: what this one was allowed to see may not be theirs. */
	clear(): void {
		for (const person of [...this.#shown.keys()]) this.show(person, null);
	}
}

export const portraits = new Portraits();
