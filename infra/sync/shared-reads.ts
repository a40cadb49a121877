import { type Part, type SpaceId } from '@mana/sync';
import { catchUp, type CatchUpPart, type Cursor, type SpaceStore } from '@mana/sync/space/index';

/** Bytes of frames that are worth sharing; more is read part by part, for each reader at its own pace. */
const MOST_BYTES = 256 * 1024;

/**
 * What a commit did to a part of a space, read and encoded once for all who keep that part and stand at the same place. What a person
 * may read of it is not judged here: the answer says under which acl epoch it was read, and is only for who was judged under that one.
 */
export class SharedReads {
	readonly #store: SpaceStore;
	readonly #asked = new Map<string, Promise<CatchUpPart | null>>();

	constructor(store: SpaceStore) {
		this.#store = store;
	}

	/**
	 * The one part that leads from `cursor` to the head, for readers of all apps; `null` when there is nothing to tell or it takes more than one.
	 *
	 * @param name of the scope; equal for equal ones
	 */
	next(space: SpaceId, cursor: Cursor, { scope }: Part, name: string): Promise<CatchUpPart | null> {
		const question = `${space} ${cursor.epoch} ${cursor.seq} ${name}`;
		let answer = this.#asked.get(question);
		if (!answer) {
			answer = this.#read(space, cursor, scope).finally(() => this.#asked.delete(question));
			this.#asked.set(question, answer);
		}
		return answer;
	}

	async #read(space: SpaceId, cursor: Cursor, scope: Part['scope']): Promise<CatchUpPart | null> {
		for await (const part of catchUp(this.#store, space, cursor, undefined, undefined, { scope, lack: null })) {
			const bytes = part.frames.reduce((sum, { length }) => sum + length, 0);
			return part.complete && bytes <= MOST_BYTES ? part : null;
		}
		return null;
	}
}
