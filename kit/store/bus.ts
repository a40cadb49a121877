export interface SubscribeOptions {
	/** How many events may wait for a slow subscriber before the oldest is dropped. */
	readonly capacity?: number;
	/** Told how many events were dropped since the last call of the handler, so that the subscriber can read the state afresh. */
	readonly lagged?: (dropped: number) => void;
}

/** Tells parts of one process what happened. Events are by topic: `{ 'file-added': { hash: string } }`. */
export interface Bus<Events extends object> {
	/** Hands the event to every subscriber of the topic; never waits for one. */
	publish<Topic extends keyof Events>(topic: Topic, event: Events[Topic]): void;
	/**
	 * Calls `handle` for each event in the order of publishing, one at a time.
	 *
	 * @returns ends the subscription; events that still wait are dropped
	 */
	subscribe<Topic extends keyof Events>(
		topic: Topic,
		handle: (event: Events[Topic]) => void | Promise<void>,
		options?: SubscribeOptions,
	): () => void;
	/** Resolves when every event published so far has been handled. */
	settled(): Promise<void>;
}

/**
 * A bus inside this process. A subscriber that is slow loses its oldest events and is told so; it never holds up the publisher
 * or fills the memory.
 *
 * @param failed what to do when a handler throws; the subscriber goes on with the next event
 */
export function openBus<Events extends object>(failed: (error: unknown, topic: PropertyKey) => void): Bus<Events> {
	const subscribers = new Map<keyof Events, Set<Subscriber>>();
	return {
		publish(topic, event) {
			for (const subscriber of subscribers.get(topic) ?? []) subscriber.push(event);
		},
		subscribe(topic, handle, options = {}) {
			const subscriber = new Subscriber(handle as (event: unknown) => void, (error) => failed(error, topic), options);
			const others = subscribers.get(topic) ?? new Set();
			subscribers.set(topic, others.add(subscriber));
			return () => {
				others.delete(subscriber);
				subscriber.end();
			};
		},
		async settled() {
			await Promise.all([...subscribers.values()].flatMap((set) => [...set].map((subscriber) => subscriber.settled())));
		},
	};
}

const defaultCapacity = 1024;

class Subscriber {
	readonly #handle: (event: unknown) => void | Promise<void>;
	readonly #failed: (error: unknown) => void;
	readonly #capacity: number;
	readonly #lagged: (dropped: number) => void;
	#waiting: unknown[] = [];
	#dropped = 0;
	#running: Promise<void> | null = null;

	constructor(handle: (event: unknown) => void | Promise<void>, failed: (error: unknown) => void, options: SubscribeOptions) {
		this.#handle = handle;
		this.#failed = failed;
		this.#capacity = options.capacity ?? defaultCapacity;
		this.#lagged = options.lagged ?? (() => undefined);
	}

	push(event: unknown): void {
		if (this.#waiting.length >= this.#capacity) {
			this.#waiting.shift();
			this.#dropped++;
		}
		this.#waiting.push(event);
		this.#running ??= this.#run();
	}

	end(): void {
		this.#waiting = [];
	}

	async settled(): Promise<void> {
		await this.#running;
	}

	async #run(): Promise<void> {
		// Begins after the publisher's own turn, so that publishing inside a handler cannot recurse.
		await Promise.resolve();
		while (this.#waiting.length > 0) {
			try {
				if (this.#dropped > 0) this.#lagged(this.#takeDropped());
				await this.#handle(this.#waiting.shift());
			} catch (error) {
				this.#failed(error);
			}
		}
		this.#running = null;
	}

	#takeDropped(): number {
		const dropped = this.#dropped;
		this.#dropped = 0;
		return dropped;
	}
}
