import type { MembershipLine } from '@mana/service';
import type { SyncStore } from './store.ts';

/** How often at least a word is said, in milliseconds: who hears nothing for three seconds allows nothing any more. */
const BEAT_MS = 1000;
const PART = 1000;
/** Changes that are kept, so that who was away for a while need not hear everything. */
const KEPT = 100_000;

/** Tells other services who is in which space: all of it, then every change in the order in which it was committed. */
export class MembershipStream {
	readonly #store: SyncStore;
	readonly #waiting = new Set<() => void>();

	constructor(store: SyncStore) {
		this.#store = store;
	}

	/** Something changed: look at once. */
	wake(): void {
		for (const wake of this.#waiting) wake();
	}

	/**
	 * Lines for one reader, for ever. A word is only said after a look into the store, so that silence means that nothing is known.
	 *
	 * @param since where the reader stands; without it, or when that cannot be gone on from, it hears everything
	 */
	async *lines(since: { history: number; after: number } | null, signal: AbortSignal): AsyncGenerator<MembershipLine> {
		const { history, position: head } = await this.#head();
		let position = since?.after ?? 0;
		const oldest = await this.#oldest();
		if (!since || since.history !== history || since.after > head || since.after < oldest - 1) {
			yield { what: 'snapshot' };
			yield* await this.#everybody();
			position = head;
		}
		for (;;) {
			// What changes from here on ends the wait, also while the store is being read.
			const changed = this.#change(signal);
			for (let rows = await this.#after(position); rows.length > 0; rows = await this.#after(position)) {
				for (const { position: at, ...row } of rows) {
					yield { what: 'member', ...row };
					position = at;
				}
			}
			// A backup was put back: the reader comes anew.
			if ((await this.#head()).history !== history) return;
			yield { what: 'position', history, position };
			await changed;
			if (signal.aborted) return;
		}
	}

	/** Drops what is too old to be asked for. */
	async prune(): Promise<void> {
		const { position } = await this.#head();
		await this.#store.db
			.deleteFrom('membership')
			.where('position', '<=', position - KEPT)
			.execute();
	}

	#change(signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.#waiting.delete(done);
				signal.removeEventListener('abort', done);
				resolve();
			};
			const timer = setTimeout(done, BEAT_MS);
			this.#waiting.add(done);
			signal.addEventListener('abort', done);
		});
	}

	#head(): Promise<{ history: number; position: number }> {
		return this.#store.db.selectFrom('membership_head').select(['history', 'position']).executeTakeFirstOrThrow();
	}

	async #oldest(): Promise<number> {
		const row = await this.#store.db.selectFrom('membership').select('position').orderBy('position').limit(1).executeTakeFirst();
		return row?.position ?? 0;
	}

	/** Every member. Read after the head, so it may be ahead of it; what is told twice is told alike. */
	async #everybody(): Promise<MembershipLine[]> {
		const rows = await this.#store.db
			.selectFrom('member')
			.innerJoin('space', 'space.number', 'member.space')
			.select([
				'space.id as space',
				'space.kind',
				'member.person',
				'member.role',
				'member.apps',
				'space.archived_at',
				'space.acl_epoch',
			])
			.execute();
		return rows.map(({ space, kind, person, role, apps, archived_at, acl_epoch }) => ({
			what: 'member',
			space,
			kind,
			person,
			role,
			apps,
			archived: archived_at !== null,
			aclEpoch: acl_epoch,
		}));
	}

	async #after(position: number) {
		const rows = await this.#store.db
			.selectFrom('membership')
			.innerJoin('space', 'space.id', 'membership.space')
			.select([
				'membership.position',
				'membership.space',
				'space.kind',
				'membership.person',
				'membership.role',
				'membership.apps',
				'membership.archived',
				'membership.acl_epoch',
			])
			.where('membership.position', '>', position)
			.orderBy('membership.position')
			.limit(PART)
			.execute();
		return rows.map(({ archived, acl_epoch, ...row }) => ({ ...row, archived: archived === 1, aclEpoch: acl_epoch }));
	}
}
