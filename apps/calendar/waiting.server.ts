import type { RecordDb } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';

/** How many are looked at before everything else has a turn. */
const BATCH = 500;

/** Records of events that changed and wait to be looked at, each once, however often it changed. */
export class Waiting {
	readonly #spaces = new Map<SpaceId, Set<RecordId>>();

	get size(): number {
		return this.#spaces.size;
	}

	add(space: SpaceId, ids: readonly RecordId[]): void {
		if (ids.length === 0) return;
		const waiting = this.#spaces.get(space) ?? new Set();
		for (const id of ids) waiting.add(id);
		this.#spaces.set(space, waiting);
	}

	/**
	 * Looks at all of them, those in parts of which somebody may have to hear. Most events are somebody's alone: one question tells that of hundreds.
	 *
	 * @param concerned which of them are looked at
	 * @param goesOn asked before each; what is left waits on
	 * @throws what `settle` throws; that one and what is left wait on
	 */
	async work(
		concerned: (space: SpaceId, ids: readonly RecordId[]) => Promise<readonly RecordId[]>,
		settle: (space: SpaceId, id: RecordId) => Promise<void>,
		goesOn: () => boolean,
	): Promise<void> {
		for (;;) {
			const [first] = this.#spaces;
			if (!first || !goesOn()) return;
			const [space, waiting] = first;
			let left: readonly RecordId[] = [...waiting].slice(0, BATCH);
			for (const id of left) waiting.delete(id);
			if (waiting.size === 0) this.#spaces.delete(space);
			try {
				left = await concerned(space, left);
				for (; left.length > 0 && goesOn(); left = left.slice(1)) await settle(space, left[0]!);
			} finally {
				this.add(space, left);
			}
			await new Promise<void>((resolve) => setImmediate(resolve));
		}
	}
}

/** Which of these records of events are parts of others, or have parts: guests, occurrences. Nobody but its owner hears of any other. */
export async function withParts(db: RecordDb, space: SpaceId, ids: readonly RecordId[]): Promise<RecordId[]> {
	const ties = await db
		.selectFrom('mana_tie')
		.select(['object', 'record'])
		.where('space', '=', space)
		.whereRef('by', '=', 'record')
		.where((eb) => eb.or([eb('object', 'in', ids), eb('record', 'in', ids)]))
		.execute();
	const tied = new Set(ties.flatMap(({ object, record }) => [object, record]));
	return ids.filter((id) => tied.has(id));
}
