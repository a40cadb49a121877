/** How much of something may be spent: `burst` at once and `perSecond` for ever. */
export interface Rate {
	readonly burst: number;
	readonly perSecond: number;
}

/** A token bucket. What is larger than the burst passes when the bucket is full, and is paid off afterwards. */
export class Bucket {
	readonly #rate: Rate;
	#tokens: number;
	#at: number;

	/** @param now ms of any monotonic clock, the same one for every call */
	constructor(rate: Rate, now: number) {
		this.#rate = rate;
		this.#tokens = rate.burst;
		this.#at = now;
	}

	/** Takes `amount` and answers 0, or takes nothing and answers after how many milliseconds to come again. */
	take(amount: number, now: number): number {
		this.#refill(now);
		const missing = Math.min(amount, this.#rate.burst) - this.#tokens;
		if (missing > 0) return Math.ceil((missing / this.#rate.perSecond) * 1000);
		this.#tokens -= amount;
		return 0;
	}

	/** Whether it is as good as new, so that forgetting it changes nothing. */
	full(now: number): boolean {
		this.#refill(now);
		return this.#tokens >= this.#rate.burst;
	}

	#refill(now: number): void {
		const gained = (Math.max(0, now - this.#at) / 1000) * this.#rate.perSecond;
		this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
		this.#at = now;
	}
}

/** One bucket for each name (a device, a person), forgotten again when full: memory follows who is active, not who ever came. */
export class Buckets {
	readonly #rate: Rate;
	readonly #clock: () => number;
	readonly #buckets = new Map<string, Bucket>();
	#sweepAt = 1024;

	/** @param clock ms, monotonic enough */
	constructor(rate: Rate, clock: () => number) {
		this.#rate = rate;
		this.#clock = clock;
	}

	get size(): number {
		return this.#buckets.size;
	}

	/** As `Bucket.take`, from the bucket of `name`. */
	take(name: string, amount: number): number {
		const now = this.#clock();
		let bucket = this.#buckets.get(name);
		if (!bucket) {
			if (this.#buckets.size >= this.#sweepAt) this.#sweep(now);
			bucket = new Bucket(this.#rate, now);
			this.#buckets.set(name, bucket);
		}
		return bucket.take(amount, now);
	}

	#sweep(now: number): void {
		for (const [name, bucket] of this.#buckets) if (bucket.full(now)) this.#buckets.delete(name);
		this.#sweepAt = Math.max(1024, this.#buckets.size * 2);
	}
}
