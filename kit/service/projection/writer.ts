import { declares, services } from '@mana/schema';
import type { Store } from '@mana/store';
import {
	type Ack,
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type FillRandom,
	type Frame,
	newDeviceId,
	packPushes,
	type SpaceId,
	type Transaction as Written,
} from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';
import { pause } from '../pause.ts';
import { readProblem } from '../problem.ts';
import type { ServiceIdentity } from '../service-token.ts';
import { DraftWriter, type ServiceWriter } from './draft-writer.ts';
import { enqueue, type Outgoing, readOutgoing, renumber, settle, spacesWaiting } from './outgoing.ts';
import { type ProjectionTables, writerMigrations } from './tables.ts';

export type { ServiceWriter } from './draft-writer.ts';

/** How often the table is looked at without being told to, for what other copies of the service left, in milliseconds. */
const LOOK_MS = 1000;
const AGAIN = { firstMs: 250, longestMs: 10_000 } as const;
const ANSWER_MS = 20_000;

/** A transaction that changed nothing. */
export interface RefusedWrite {
	readonly space: SpaceId;
	readonly transaction: Written;
	/** As of an ACK: `stale` (a record that was to be made is there), `archived`, `invalid` …; `revoked`: the space is shut. */
	readonly code: string;
	readonly detail: string;
}

export interface SpaceWriterOptions<Tables> {
	/** The service's own store; what waits to be sent is kept in it. */
	readonly store: Pick<Store<Tables>, 'db' | 'migrate' | 'service'>;
	/** Where mana-sync is: `addressOf('mana-sync')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
	readonly clock: { now(): number };
	readonly random: FillRandom;
	/** Told of each refused transaction, once, in the transaction that drops it. */
	refused(within: Transaction<Tables>, write: RefusedWrite): Promise<void>;
	/** Told why nothing could be sent; it is tried again by itself. */
	readonly lost?: (error: unknown) => void;
}

/**
 * Opens the way by which a service writes in spaces: ordinary transactions of a device of its own in each, which members see as that
 * service's. They are kept in the service's store until they are decided, and each is decided exactly once.
 *
 * @example
 * const writer = await openSpaceWriter({ store, address: addressOf('mana-sync'), identity, clock, random, refused });
 * await store.db.transaction().execute(async (within) => {
 *   await markExpanded(within, task.id, day);
 *   await writer.write(within, space, (tx) => tx.create(tasks, namedRecordId(`${task.id}/${day}`), { title: task.title, dueDay: day }));
 * });
 */
export async function openSpaceWriter<Tables>(options: SpaceWriterOptions<Tables>): Promise<SpaceWriter<Tables>> {
	await options.store.migrate('writer', writerMigrations);
	return new SpaceWriter(options);
}

export class SpaceWriter<Tables> {
	readonly #options: SpaceWriterOptions<Tables>;
	readonly #db: Kysely<ProjectionTables>;
	readonly #writes: readonly string[];
	readonly #stopping = new AbortController();
	readonly #running: Promise<void>;
	#wake: () => void = () => undefined;
	/** The counter of each space after what was written into it last, since this began. */
	readonly #decidedAt = new Map<SpaceId, number>();

	constructor(options: SpaceWriterOptions<Tables>) {
		this.#options = options;
		this.#db = options.store.db as unknown as Kysely<ProjectionTables>;
		this.#writes = services.find(({ name }) => name === options.store.service)?.writes ?? [];
		this.#running = this.#run();
	}

	/**
	 * Keeps what `action` writes, to be sent once `within` is committed. Settles when it is kept, not when it is decided.
	 *
	 * @throws InvalidValue; an error when a collection is not declared under `writes`, or it is too much for one transaction
	 */
	async write(within: Transaction<Tables>, space: SpaceId, action: (tx: ServiceWriter) => void): Promise<void> {
		const { clock, random } = this.#options;
		const now = clock.now();
		const draft = new DraftWriter(now, (name) => declares(this.#writes, name));
		action(draft);
		const written = draft.written();
		if (!written) return;
		const trx = within as unknown as Transaction<ProjectionTables>;
		await enqueue(trx, space, written, { now, newDevice: () => newDeviceId(random) });
	}

	/** Sends now what was committed; without it, within a second. */
	wake(): void {
		this.#wake();
	}

	/**
	 * From which counter of a space on everything that was written into it shows; 0: nothing was since this began.
	 *
	 * @returns `null` while something waits to be decided
	 */
	async decidedAt(space: SpaceId): Promise<number | null> {
		const waiting = await this.#db.selectFrom('mana_outgoing').select('n').where('space', '=', space).limit(1).executeTakeFirst();
		return waiting ? null : (this.#decidedAt.get(space) ?? 0);
	}

	/** A space begins anew, with another counter. */
	forget(space: SpaceId): void {
		this.#decidedAt.delete(space);
	}

	/** Stops. What waits, and what nobody heard the answer to, is sent at the next start. */
	async close(): Promise<void> {
		this.#stopping.abort();
		await this.#running;
	}

	/** Sends everything that waits. @returns how long to wait before the rest can be sent, in milliseconds; 0: nothing is left */
	async flush(): Promise<number> {
		let waitMs = 0;
		for (const space of await spacesWaiting(this.#db)) waitMs = Math.max(waitMs, await this.#flush(space));
		return waitMs;
	}

	async #run(): Promise<void> {
		const { signal } = this.#stopping;
		let againMs: number = AGAIN.firstMs;
		while (!signal.aborted) {
			const woken = new AbortController();
			this.#wake = () => woken.abort();
			let waitMs = LOOK_MS;
			try {
				const busyMs = await this.flush();
				againMs = AGAIN.firstMs;
				if (busyMs > 0) waitMs = busyMs;
			} catch (error) {
				if (signal.aborted) return;
				this.#options.lost?.(error);
				waitMs = againMs;
				againMs = Math.min(AGAIN.longestMs, againMs * 2);
			}
			await pause(waitMs, AbortSignal.any([signal, woken.signal]));
		}
	}

	async #flush(space: SpaceId): Promise<number> {
		for (;;) {
			const outgoing = await readOutgoing(this.#db, space);
			if (!outgoing || outgoing.transactions.length === 0 || this.#stopping.signal.aborted) return 0;
			const waitMs = await this.#send(space, outgoing);
			if (waitMs > 0) return waitMs;
		}
	}

	async #send(space: SpaceId, { device, known, transactions }: Outgoing): Promise<number> {
		const [push] = packPushes(space, known, transactions);
		const answer = await this.#post(device, encodeFrame(push!) as Uint8Array<ArrayBuffer>);
		if (answer.type === 'ack') await this.#decided(space, device, answer);
		else if (answer.type === 'revoked') await this.#dropped(space, device, 'This space is shut to the service.');
		else if (answer.type !== 'bye') throw new Error(`mana-sync answered a push with ${answer.type.toUpperCase()}.`);
		else if (answer.code === 'unknown-space') await this.#dropped(space, device, answer.detail);
		else if (answer.code === 'fork' || answer.code === 'gap' || answer.code === 'foreign-device')
			// Either side was put back from a backup. What waits is sent as another device; what was made already is refused as stale.
			await this.#transaction((trx) => renumber(trx, space, device, newDeviceId(this.#options.random)));
		else if (answer.retryAfterMs !== null) return answer.retryAfterMs;
		else throw new Error(`mana-sync refuses to listen: ${answer.code}: ${answer.detail}`);
		return 0;
	}

	async #post(device: DeviceId, body: Uint8Array<ArrayBuffer>): Promise<Frame> {
		const { address, identity } = this.#options;
		const response = await fetch(`${address}/service-writes?device=${device}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await identity.token('mana-sync')}`, 'content-type': 'application/octet-stream' },
			body,
			signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_MS)]),
		});
		if (!response.ok) throw (await readProblem(response)) ?? new Error(`mana-sync answered ${response.status}.`);
		return decodeFrame(new Uint8Array(await response.arrayBuffer()));
	}

	async #decided(space: SpaceId, device: DeviceId, { n, seq, refused }: Ack): Promise<void> {
		// Before what waits is dropped: whoever finds nothing waiting has to find this.
		this.#decidedAt.set(space, seq);
		const reasons = new Map(refused.map((one) => [one.n, one]));
		await this.#transaction(async (trx) => {
			for (const transaction of await settle(trx, space, device, n)) {
				const reason = reasons.get(transaction.n);
				if (reason) await this.#refuse(trx, { space, transaction, code: reason.code, detail: reason.detail });
			}
		});
	}

	async #dropped(space: SpaceId, device: DeviceId, detail: string): Promise<void> {
		await this.#transaction(async (trx) => {
			const before = await trx.selectFrom('mana_writer').selectAll().where('space', '=', space).executeTakeFirst();
			if (before?.device !== device) return;
			for (const transaction of await settle(trx, space, device, before.n))
				await this.#refuse(trx, { space, transaction, code: 'revoked', detail });
			// The numbers that were dropped are known to nobody: who is let in again begins as another device.
			await trx.deleteFrom('mana_writer').where('space', '=', space).where('device', '=', device).execute();
		});
	}

	#refuse(trx: Transaction<ProjectionTables>, write: RefusedWrite): Promise<void> {
		return this.#options.refused(trx as unknown as Transaction<Tables>, write);
	}

	#transaction<T>(work: (trx: Transaction<ProjectionTables>) => Promise<T>): Promise<T> {
		return this.#db.transaction().execute(work);
	}
}
