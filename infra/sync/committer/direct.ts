import type { Ack, Revoked, SpaceId } from '@mana/sync';
import {
	type Commanded,
	type CommandRequest,
	Committer as Group,
	type Denied,
	type MirrorRequest,
	type Seated,
	type SeatRequest,
	type SpaceStore,
	type Tidied,
	type TidyRequest,
} from '@mana/sync/space/index';
import type { Peers } from '../nodes/peers.ts';
import { rules } from '../rules.ts';
import { LOG_WINDOW, type NewSpace, type SpaceKeeper } from '../spaces/space-keeper.ts';
import type { Committer, CommitterEvents, Pushed } from './committer.ts';
import { UnderWay } from './under-way.ts';

/** A committer for a store that waits for its disk elsewhere (PostgreSQL): it runs on the service's own thread. */
export class DirectCommitter implements Committer {
	readonly #spaces: SpaceKeeper;
	readonly #peers: Pick<Peers, 'everybodyHeard'>;
	readonly #now: () => number;
	readonly #group: Group;
	readonly #underWay = new UnderWay();
	readonly #personal = new Map<string, Promise<SpaceId>>();

	/** @param now ms since 1970 */
	constructor(spaces: SpaceKeeper, events: CommitterEvents, peers: Pick<Peers, 'everybodyHeard'>, now: () => number) {
		this.#spaces = spaces;
		this.#peers = peers;
		this.#now = now;
		this.#group = new Group({
			store: timed(spaces, (devices, ms) => events.committed(devices, ms)),
			rules,
			now,
			committed: ({ space, from, frames, acl }) =>
				events.published({
					space: space.id,
					frames: frames as readonly Uint8Array<ArrayBuffer>[],
					from,
					to: space.seq,
					aclEpoch: space.aclEpoch,
					members: acl !== null,
				}),
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

	create(space: NewSpace): Promise<SpaceId> {
		return this.#spaces.create(space, this.#now());
	}

	seat(request: SeatRequest): Promise<Seated | Denied | Revoked> {
		return this.#underWay.track(0, this.#group.submit(request)) as Promise<Seated | Denied | Revoked>;
	}

	/** Answered when every node has heard of it: nothing leaves any more under a right that ended. */
	async command(request: CommandRequest): Promise<Commanded | Denied> {
		const answer = (await this.#underWay.track(0, this.#group.submit(request))) as Commanded | Denied;
		if (answer.type === 'done') await this.#peers.everybodyHeard();
		return answer;
	}

	async mirror(request: MirrorRequest): Promise<void> {
		await this.#underWay.track(0, this.#group.submit(request));
	}

	tidy(request: TidyRequest): Promise<Tidied> {
		return this.#underWay.track(0, this.#group.submit(request)) as Promise<Tidied>;
	}

	push({ request, bytes }: Pushed): Promise<Ack | Denied | Revoked> {
		return this.#underWay.track(bytes.length, this.#group.submit(request)) as Promise<Ack | Denied | Revoked>;
	}

	prune(): Promise<number> {
		return this.#spaces.prune(this.#now(), LOG_WINDOW);
	}

	close(): Promise<void> {
		return this.#underWay.idle();
	}
}

function timed(store: SpaceStore, done: (devices: number, ms: number) => void): Pick<SpaceStore, 'transact'> {
	return {
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
