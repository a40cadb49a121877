import type { Mana } from '@mana/sync/client/api';
import type { Spaces } from '@mana/sync/client/spaces';
import type { SpaceId } from '@mana/sync';
import { spaceOf, type SpaceRecord } from '@mana/sync/spaces';
import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { m } from '../i18n/index.ts';
import { toast } from '../shell/toasts.svelte.ts';

const key = 'mana.space';

/** Which space the apps work in: one's own, or one that is shared. Remembered on this device. */
export class SpaceChoice {
	/** The shared spaces of who is here; `null` for a guest. */
	spaces = $state.raw<Spaces | null>(null);
	/** `null`: one's own. */
	chosen = $state<SpaceId | null>(null);
	/** The data of the chosen space; `null` while it opens, and for one's own. */
	mana = $state.raw<Mana | null>(null);
	#track: () => void = () => undefined;
	#stop: () => void = () => undefined;

	/** Spaces that the person is in, oldest first. */
	get mine(): readonly SpaceRecord[] {
		this.#track();
		return this.spaces?.mine.rows ?? [];
	}

	/** The chosen space as one's list has it. */
	get current(): SpaceRecord | null {
		return this.mine.find((space) => spaceOf(space) === this.chosen) ?? null;
	}

	/** Somebody is here now, with these spaces; `null`: nobody, or a guest. */
	async use(spaces: Spaces | null): Promise<void> {
		this.#stop();
		const before = this.spaces;
		this.spaces = spaces;
		this.#track = spaces ? createSubscriber((update) => spaces.mine.subscribe(update)) : () => undefined;
		this.chosen = null;
		this.mana = null;
		await before?.closeAll();
		const kept = localStorage.getItem(key);
		if (spaces?.mine.rows.some(({ id }) => id === kept)) await this.choose(kept as SpaceId);
	}

	/** Goes on in another space; from this moment nothing is written into the one before, also while the other still opens. */
	async choose(space: SpaceId | null): Promise<void> {
		this.#stop();
		if (space === null || !this.spaces) {
			localStorage.removeItem(key);
			this.chosen = null;
			this.mana = null;
			return;
		}
		localStorage.setItem(key, space);
		this.chosen = space;
		this.mana = null;
		const mana = await this.#opened(this.spaces, space);
		if (mana === null || this.chosen !== space) return;
		this.mana = mana;
		this.#stop = mana.subscribe(() => this.#heed(mana));
		this.#heed(mana);
	}

	/** `null`, after a word to the person, when what opens a space cannot be fetched. */
	async #opened(spaces: Spaces, space: SpaceId): Promise<Mana | null> {
		try {
			return await spaces.open(space);
		} catch (problem) {
			toast({ text: m.store_failed(), detail: problem instanceof Error ? problem.message : String(problem), tone: 'danger' });
			if (this.chosen === space) await this.choose(null);
			return null;
		}
	}

	/** Goes home when the space was taken away. */
	#heed(mana: Mana): void {
		if (mana !== this.mana || mana.sync.problem?.code !== 'revoked') return;
		void this.choose(null);
		toast({ text: m.space_lost(), detail: m.space_lost_text(), tone: 'danger' });
	}
}

export const [useSpaces, provideSpaces] = createContext<SpaceChoice>();
