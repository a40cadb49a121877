import { declares, services } from '@mana/schema';
import type { Store } from '@mana/store';
import {
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type FillRandom,
	type Frame,
	newDeviceId,
	nextStamp,
	type SpaceId,
	type Transaction,
} from '@mana/sync';
import type { Kysely } from 'kysely';
import { problem, readProblem } from '../problem.ts';
import type { ServiceIdentity } from '../service-token.ts';
import { DraftWriter, type ServiceWriter } from './draft-writer.ts';
import { memberMigrations, type ProjectionTables } from './tables.ts';

const ANSWER_MS = 10_000;
/** How often a device takes a new id in one write before something else must be wrong. */
const MOST_FORKS = 3;

/** What was to be written was decided otherwise, and nothing of it is kept. */
export class WriteRefused extends Error {
	override readonly name = 'WriteRefused';
	/** As of an ACK: `stale`, `forbidden`, `archived`, `invalid` …; `unknown-space` and `revoked` for who is no member. */
	readonly code: string;

	constructor(code: string, detail: string) {
		super(detail);
		this.code = code;
	}
}

/** In whose name something is written. */
export interface Acting {
	/** Stands for one device of theirs, for ever: the id of an app password. */
	readonly credential: string;
	/** A token of theirs in which this service stands as the one who acts. */
	readonly token: string;
}

export interface MemberWriterOptions<Tables> {
	/** The service's own store; the number of each device's last transaction is kept in it. */
	readonly store: Pick<Store<Tables>, 'db' | 'migrate' | 'service'>;
	/** Where mana-sync is: `addressOf('mana-sync')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	readonly clock: { now(): number };
	readonly random: FillRandom;
}

/**
 * Opens the way by which a service writes in the name of people who came to it, as a device of theirs with their role: decided and on
 * the disk of mana-sync when it answers. Nothing waits here; what was not answered, whoever asked for it asks again.
 *
 * @example
 * const writer = await openMemberWriter({ store, address: addressOf('mana-sync'), identity, clock, random });
 * const seq = await writer.write({ credential: password.id, token }, space, (tx) => {
 *   tx.expect(task.id, seen);
 *   tx.update(tasks, task.id, { title });
 * });
 */
export async function openMemberWriter<Tables>(options: MemberWriterOptions<Tables>): Promise<MemberWriter<Tables>> {
	await options.store.migrate('member', memberMigrations);
	return new MemberWriter(options);
}

export class MemberWriter<Tables> {
	readonly #options: MemberWriterOptions<Tables>;
	readonly #db: Kysely<ProjectionTables>;
	readonly #writes: readonly string[];
	/** A device says one thing after the other. */
	readonly #turns = new Map<string, Promise<unknown>>();

	constructor(options: MemberWriterOptions<Tables>) {
		this.#options = options;
		this.#db = options.store.db as unknown as Kysely<ProjectionTables>;
		this.#writes = services.find(({ name }) => name === options.store.service)?.writes ?? [];
	}

	/**
	 * Writes what `action` says in one transaction.
	 *
	 * @returns the space's counter after it: a projection that has reached it shows what was written
	 * @throws WriteRefused; InvalidValue; Problem 503 when mana-sync is away or busy
	 */
	async write(who: Acting, space: SpaceId, action: (tx: ServiceWriter) => void): Promise<number> {
		const draft = new DraftWriter(this.#options.clock.now(), (name) => declares(this.#writes, name));
		action(draft);
		const written = draft.written();
		if (!written) return 0;
		const key = `${space} ${who.credential}`;
		const before = this.#turns.get(key) ?? Promise.resolve();
		const turn = before.then(
			() => this.#write(who, space, written),
			() => this.#write(who, space, written),
		);
		this.#turns.set(key, turn);
		try {
			return await turn;
		} finally {
			if (this.#turns.get(key) === turn) this.#turns.delete(key);
		}
	}

	async #write(who: Acting, space: SpaceId, written: Pick<Transaction, 'ops' | 'preconditions'>): Promise<number> {
		for (let forks = 0; forks < MOST_FORKS; forks++) {
			const { device, n, stamp } = await this.#deviceOf(who, space);
			const transaction = { ...written, n: n + 1, stamp: nextStamp(stamp, this.#options.clock.now()) };
			const answer = await this.#post(who, device, {
				type: 'push',
				space,
				// Each answer is heard before the next is sent, so that nothing has to be remembered for us.
				known: n,
				transactions: [transaction],
			});
			switch (answer.type) {
				case 'ack': {
					await this.#keep(who, space, { device, n: transaction.n, stamp: transaction.stamp });
					const [refused] = answer.refused;
					if (refused) throw new WriteRefused(refused.code, refused.detail);
					return answer.seq;
				}
				case 'revoked':
					throw new WriteRefused('revoked', 'You are not in this space any more.');
				case 'bye':
					// An answer that was not heard, or a backup that was put back on either side: as a new device nothing is decided twice unseen.
					if (answer.code === 'fork' || answer.code === 'gap' || answer.code === 'foreign-device') {
						await this.#keep(who, space, { device: newDeviceId(this.#options.random), n: 0, stamp: 0 });
						continue;
					}
					if (answer.retryAfterMs === null) throw new WriteRefused(answer.code, answer.detail);
					throw problem(503, 'sync-busy', answer.detail, { retryAfterMs: answer.retryAfterMs });
				default:
					throw new Error(`mana-sync answered a push with ${answer.type.toUpperCase()}.`);
			}
		}
		throw problem(503, 'sync-busy', 'Something else writes under the name of this device. Try again in a moment.');
	}

	async #deviceOf({ credential }: Acting, space: SpaceId) {
		const held = await this.#db
			.selectFrom('mana_member')
			.select(['device', 'n', 'stamp'])
			.where('space', '=', space)
			.where('credential', '=', credential)
			.executeTakeFirst();
		return held ?? { device: newDeviceId(this.#options.random), n: 0, stamp: 0 };
	}

	async #keep(
		{ credential }: Acting,
		space: SpaceId,
		now: { readonly device: DeviceId; readonly n: number; readonly stamp: number },
	): Promise<void> {
		await this.#db
			.insertInto('mana_member')
			.values({ space, credential, ...now })
			.onConflict((conflict) => conflict.columns(['space', 'credential']).doUpdateSet(now))
			.execute();
	}

	async #post({ token }: Acting, device: DeviceId, frame: Frame): Promise<Frame> {
		const { address, identity } = this.#options;
		const response = await fetch(`${address}/service-writes?device=${device}`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${await identity.token('mana-sync')}`,
				'x-mana-person-token': token,
				'content-type': 'application/octet-stream',
			},
			body: encodeFrame(frame) as Uint8Array<ArrayBuffer>,
			signal: AbortSignal.timeout(ANSWER_MS),
		}).catch((error: unknown) => {
			throw problem(503, 'sync-unavailable', 'Your records cannot be reached right now. Try again in a moment.', {
				retryAfterMs: 2_000,
				cause: error,
			});
		});
		if (!response.ok) throw (await readProblem(response)) ?? new Error(`mana-sync answered ${response.status}.`);
		return decodeFrame(new Uint8Array(await response.arrayBuffer()));
	}
}
