import type { TabState } from './tab-state.ts';

/** How often a tab looks how full this device is, ms. */
const LOOK_MS = 60_000;
/** From this share of what the browser gives on, room is short. */
const TIGHT = 0.9;

interface RoomParts {
	readonly state: TabState;
	/** Removes files that the server has too. Answers how many went. */
	dropFiles(): Promise<number>;
	/** Lets go of records that nobody looks at; only in the tab that leads. */
	letGo(): Promise<void>;
}

/** Minds that this device has room: what can be had again goes before what is written finds no place. */
export class Room {
	readonly #parts: RoomParts;
	#lookedAt: number | null = null;
	#looking = false;

	constructor(parts: RoomParts) {
		this.#parts = parts;
	}

	/** Time has passed. */
	tick(): void {
		const { env, report } = this.#parts.state.parts;
		const now = env.elapsed();
		if (this.#looking || (this.#lookedAt !== null && now - this.#lookedAt < LOOK_MS)) return;
		this.#lookedAt = now;
		this.#looking = true;
		this.#look()
			.catch(report)
			.finally(() => (this.#looking = false));
	}

	/** Something found no place. False: nothing could be removed. */
	async full(): Promise<boolean> {
		this.#lookedAt = null; // and what takes longer follows
		this.#parts.state.mana.refresh({ tight: true });
		return (await this.#parts.dropFiles()) > 0;
	}

	async #look(): Promise<void> {
		const { state, dropFiles, letGo } = this.#parts;
		let tight = await this.#isTight();
		if (tight && state.leads) {
			await dropFiles();
			await letGo();
			await state.keeper.idle();
			tight = await this.#isTight();
		}
		if (tight !== state.mana.sync.tight && !state.closed) state.mana.refresh({ tight });
	}

	async #isTight(): Promise<boolean> {
		const { keeper, parts } = this.#parts.state;
		if (!keeper.store.durable) return false;
		const { usedBytes, quotaBytes } = await parts.storage();
		return usedBytes > quotaBytes * TIGHT;
	}
}
