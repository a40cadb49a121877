import type { Logger, RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { Loop } from '@mana/store/jobs/loop';
import { fraction } from '@mana/store/random';
import type { Attempt, Channel, Outcome } from './channels/channel.ts';
import { after, type Ending, retry } from './outcome.ts';
import { type DeliveryRow, dropLeases, forgetFinished, nextDue, type NotifyStore, settle, takeDeliveries } from './store.ts';

const LEASE_MS = 60_000;
const FORGET_EVERY_MS = 3_600_000;

export interface QueueParts {
	readonly store: NotifyStore;
	readonly channels: readonly Channel[];
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly log: Logger;
	/** Makes the deliveries of messages whose time has come. @returns of how many */
	readonly planDue: () => Promise<number>;
	/** Takes away what is old in the inboxes. Done every hour. */
	readonly prune: () => Promise<void>;
	/** Sends one through its channel. */
	readonly deliver: (delivery: DeliveryRow, channel: Channel, attempt: Attempt) => Promise<Outcome>;
	/** Told of each end of an attempt. */
	readonly ended: (delivery: DeliveryRow, ending: Ending, state: DeliveryRow['state']) => Promise<void>;
}

/**
 * Sends what waits. A delivery is taken with a lease; it is `handed` from the moment in which the far side could have it, so that
 * whoever finds it after a crash knows: not handed, it certainly did not arrive; handed, nobody knows.
 */
export class Queue {
	readonly #parts: QueueParts;
	readonly #loop: Loop;
	readonly #underWay = new Map<string, Set<Promise<void>>>();
	#forgottenAt = 0;

	constructor(parts: QueueParts) {
		this.#parts = parts;
		for (const { name } of parts.channels) this.#underWay.set(name, new Set());
		this.#loop = new Loop(
			() => this.#begin(),
			() => this.#waitMs(),
			(error) => parts.log.error({ err: error }, 'the queue cannot be read; trying again'),
		);
	}

	async start(): Promise<void> {
		if (this.#parts.store.engine === 'sqlite') await dropLeases(this.#parts.store.db, this.#parts.clock.now());
		this.#loop.start();
	}

	/** Something may be due now. */
	wake(): void {
		this.#loop.wake();
	}

	/** Sends what is due now and waits for it. @returns how much it was */
	async tick(): Promise<number> {
		const begun = await this.#begin();
		await this.#idle();
		return begun;
	}

	/** Takes nothing more, and resolves when what is under way has ended. */
	async stop(): Promise<void> {
		await this.#loop.stop();
		await this.#idle();
	}

	async #idle(): Promise<void> {
		await Promise.all([...this.#underWay.values()].flatMap((runs) => [...runs]));
	}

	async #begin(): Promise<number> {
		const { store, channels, clock } = this.#parts;
		await this.#forget(clock.now());
		let begun = await this.#parts.planDue();
		for (const channel of channels) {
			const room = this.#room(channel);
			if (room === 0) continue;
			const now = clock.now();
			const taken = await takeDeliveries(store, channel.name, { now, leaseUntil: now + LEASE_MS, limit: room });
			for (const delivery of taken) this.#run(delivery, channel);
			begun += taken.length;
		}
		return begun;
	}

	#room({ name, concurrency }: Channel): number {
		return concurrency - this.#underWay.get(name)!.size;
	}

	#run(delivery: DeliveryRow, channel: Channel): void {
		const runs = this.#underWay.get(channel.name)!;
		const run = this.#attempt(delivery, channel)
			.catch((error: unknown) => this.#parts.log.error({ err: error, delivery: delivery.id }, 'an outcome could not be written'))
			.finally(() => {
				runs.delete(run);
				this.#loop.wake();
			});
		runs.add(run);
	}

	async #attempt(delivery: DeliveryRow, channel: Channel): Promise<void> {
		const { store, clock, random } = this.#parts;
		const ending = await this.#endingOf(delivery, channel);
		const outcome = after(delivery, ending, { repeatable: channel.repeatable, now: clock.now(), jitter: fraction(random) });
		if (await settle(store.db, delivery, outcome)) await this.#parts.ended(delivery, ending, outcome.state ?? delivery.state);
	}

	async #endingOf(delivery: DeliveryRow, channel: Channel): Promise<Ending> {
		const { store, clock } = this.#parts;
		if (delivery.handed === 1) {
			const doubtful = {
				kind: 'doubtful',
				ours: true,
				reason: 'This Mana stopped while it was being sent: perhaps it arrived.',
			} as const;
			if (!channel.repeatable || delivery.doubts >= retry.attempts) return doubtful;
			// The far side was not at fault, so it need not be waited for.
			delivery.doubts += 1;
			await settle(store.db, delivery, { handed: 0, doubts: delivery.doubts, reason: doubtful.reason });
		}
		if (delivery.expires_at !== null && delivery.expires_at <= clock.now()) return { kind: 'expired' };
		let handed = false;
		const signal = AbortSignal.timeout(LEASE_MS);
		const handing = async (): Promise<void> => {
			if (!(await settle(store.db, delivery, { handed: 1 }))) throw new Error('The lease was over.');
			handed = true;
		};
		try {
			return await this.#parts.deliver(delivery, channel, { signal, handing });
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return handed ? { kind: 'doubtful', reason } : { kind: 'later', reason };
		}
	}

	async #forget(now: number): Promise<void> {
		if (now - this.#forgottenAt < FORGET_EVERY_MS) return;
		this.#forgottenAt = now;
		await forgetFinished(this.#parts.store.db, now);
		await this.#parts.prune();
	}

	async #waitMs(): Promise<number> {
		const { store, channels, clock } = this.#parts;
		const free = channels.filter((channel) => this.#room(channel) > 0).map(({ name }) => name);
		const next = await nextDue(store.db, free);
		return next === null ? Infinity : next - clock.now();
	}
}
