import type { Mana } from '@mana/sync/client/api';
import { members } from '@mana/sync/spaces';
import type { Named } from '@mana/shared/people';
import { live } from './live.svelte.ts';
import { people as known } from './people.svelte.ts';

/** Who is in a space, as runes: to be spoken to, to be given something to do. Make it while a component is made. */
export class SpacePeople {
	readonly #members;

	constructor(mana: Mana) {
		this.#members = live(() => mana.query(members));
	}

	/** Everybody, by name, as they call themselves; as the space called them last where that is not known. */
	readonly all: readonly Named[] = $derived.by(() =>
		this.#members.rows
			.map(({ person, name }) => ({ person, name: known.name(person) ?? name }))
			.toSorted((a, b) => a.name.localeCompare(b.name)),
	);

	/** What somebody is called; `null`: they are not in the space (any more). */
	name(person: string): string | null {
		return this.all.find((one) => one.person === person)?.name ?? null;
	}
}
