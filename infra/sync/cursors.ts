import type { DeviceId, SpaceId } from '@mana/sync';
import type { Cursor } from '@mana/sync/space/index';

/** Devices that are remembered; whoever was heard of longest ago goes first. */
const MOST = 10_000;

/** From where each device asked last. A device that stands behind that has lost what it had, which its disk should not let happen. */
export class Cursors {
	readonly #last = new Map<string, Cursor>();

	/** A device asks from here on. @returns whether it stood further before, in the same history. Asking from the start is how one asks for more, and no loss */
	asked(space: SpaceId, device: DeviceId, cursor: Cursor): boolean {
		const name = `${space} ${device}`;
		const before = this.#last.get(name);
		const isBack = before?.epoch === cursor.epoch && cursor.seq > 1 && cursor.seq < before.seq;
		this.#last.delete(name);
		this.#last.set(name, { epoch: cursor.epoch, seq: cursor.seq });
		if (this.#last.size > MOST) this.#last.delete(this.#last.keys().next().value!);
		return isBack;
	}
}
