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
		const look = (): void => void this.look();
		look();
		const timer = setInterval(look, EVERY_MS);
		return () => clearInterval(timer);
	}

	async look(): Promise<void> {
		this.now = Date.now();
		[this.standing, this.storage] = await Promise.all([this.#mana.inspect(), storageFacts()]);
	}
}
