import type { TopicName } from '@mana/schema';
import type { Message, Notifier } from './notifier.ts';
import { Problem } from './problem.ts';

/** How long to wait at most before looking again, since people travel; and where something was away. In milliseconds. */
const [LOOK_MS, AGAIN_MS] = [60_000, 2_000];

/** What is to be told now, and when to look again at the latest (ms since 1970). */
export interface Due<Name extends TopicName> {
	readonly messages: readonly Message<Name>[];
	readonly next: number;
}

export interface InTimeParts<Name extends TopicName> {
	readonly clock: { now(): number };
	readonly notifier: Pick<Notifier, 'send'>;
	/** What is due at a moment (ms since 1970), whether or not it was told before; later also told by its key only once. */
	due(now: number): Promise<Due<Name>>;
	/** Told what kept something back; it is tried again. */
	failed(error: unknown): void;
}

/**
 * Tells people of things at their time. Nothing is scheduled that could be out of date: what is due is looked for anew each time, and a
 * message that is sent twice has the same key and is told once.
 *
 * @example const inTime = new InTime({ clock, notifier, due: async (now) => ({ messages: [], next: now + 1_000 }), failed }); inTime.look();
 */
export class InTime<Name extends TopicName> {
	readonly #parts: InTimeParts<Name>;
	readonly #told = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#looking: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(parts: InTimeParts<Name>) {
		this.#parts = parts;
	}

	/** Tells what is due now, and comes back when the next one is. */
	look(): void {
		clearTimeout(this.#timer);
		this.#looking = this.#looking.then(async () => {
			const next = await this.#tell();
			clearTimeout(this.#timer);
			if (!this.#closed)
				this.#timer = setTimeout(() => this.look(), Math.min(LOOK_MS, Math.max(0, next - this.#parts.clock.now())));
		});
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.#looking;
		clearTimeout(this.#timer);
	}

	/** @returns when to look again */
	async #tell(): Promise<number> {
		const { clock, due, failed } = this.#parts;
		try {
			const { messages, next } = await due(clock.now());
			for (const message of messages) await this.#send(message);
			return next;
		} catch (error) {
			failed(error);
			return clock.now() + AGAIN_MS;
		}
	}

	async #send(message: Message<Name>): Promise<void> {
		if (this.#told.has(message.key)) return;
		try {
			await this.#parts.notifier.send(message);
		} catch (error) {
			// Told before, and renamed since: it is still the same reminder.
			if (!(error instanceof Problem) || error.code !== 'key-taken') throw error;
		}
		this.#told.add(message.key);
	}
}
