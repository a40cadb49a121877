import type { Mana, Standing } from '@mana/sync/client/api';
import type { StorageFacts } from '@mana/sync/client/bundle';
import { storageFacts } from './storage.ts';

const EVERY_MS = 1_000;

/** What stands behind a store's sync, looked at again every second while somebody watches. */
export class LiveStanding {
	now = $state(Date.now());
	standing = $state.raw<Standing | null>(null);
	storage = $state.raw<StorageFacts | null>(null);
	readonly #mana: Mana;

	constructor(mana: Mana) {
		this.#mana = mana;
	}

	/** Begins to watch. Returns the way to stop. */
	watch(): () => void {
		// What cannot be known now is asked for again in a second; until then what was known stands there.
		const look = (): void => void this.look().catch((problem: unknown) => console.warn('Could not look at sync:', problem));
		look();
		const timer = setInterval(look, EVERY_MS);
		return () => clearInterval(timer);
	}

	async look(): Promise<void> {
		this.now = Date.now();
		[this.standing, this.storage] = await Promise.all([this.#mana.inspect(), storageFacts()]);
	}
}
