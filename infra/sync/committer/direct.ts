import type { Ack, SpaceId, Subbed } from '@mana/sync';
import { Committer as Group, type Denied, type SeatRequest, type SpaceStore } from '@mana/sync/space/index';
import { rules } from '../rules.ts';
import type { SpaceKeeper } from '../spaces/space-keeper.ts';
import type { Committer, CommitterEvents, Pushed } from './committer.ts';
import { UnderWay } from './under-way.ts';

/** A committer for a store that waits for its disk elsewhere (PostgreSQL): it runs on the service's own thread. */
export class DirectCommitter implements Committer {
	readonly #spaces: SpaceKeeper;
	readonly #now: () => number;
	readonly #group: Group;
	readonly #underWay: UnderWay;
	readonly #personal = new Map<string, Promise<SpaceId>>();

	/** @param now ms since 1970 */
	constructor(spaces: SpaceKeeper, events: CommitterEvents, now: () => number) {
		this.#spaces = spaces;
		this.#now = now;
		this.#underWay = new UnderWay((space) => events.settled(space));
		this.#group = new Group({
			store: timed(spaces, (devices, ms) => events.committed(devices, ms)),
			rules,
			now,
			committed: ({ space, frames }) =>
				events.published({ space: space.id, frames: frames as readonly Uint8Array<ArrayBuffer>[], to: space.seq }),
			uncertain: (of) => events.uncertain(of),
		});
	}

	get waitingBytes(): number {
		return this.#underWay.bytes;
	}

	personal(person: string): Promise<SpaceId> {
		const asked = this.#personal.get(person);
		if (asked) return asked;
		const asking = this.#spaces.personal(person, this.#now()).finally(() => this.#personal.delete(person));
		this.#personal.set(person, asking);
		return asking;
	}

	seat(request: SeatRequest): Promise<Subbed | Denied> {
		return this.#underWay.track(request.space, 0, this.#group.submit(request)) as Promise<Subbed | Denied>;
	}

	push({ request, bytes }: Pushed): Promise<Ack | Denied> {
		return this.#underWay.track(request.space, bytes.length, this.#group.submit(request)) as Promise<Ack | Denied>;
	}

	busy(space: SpaceId): boolean {
		return this.#underWay.has(space);
	}

	prune(): Promise<number> {
		return this.#spaces.prune(this.#now());
	}

	close(): Promise<void> {
		return this.#underWay.idle();
	}
}

function timed(store: SpaceStore, done: (devices: number, ms: number) => void): SpaceStore {
	return {
		readSince: (...question) => store.readSince(...question),
		async transact(needs, decide) {
			const start = performance.now();
			await store.transact(needs, decide);
			done(
				needs.reduce((sum, { devices }) => sum + devices.length, 0),
				performance.now() - start,
			);
		},
	};
}
