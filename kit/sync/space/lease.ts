/** How long a node may tell people what spaces hold after it last looked who may see it, in milliseconds. */
export const LEASE_MS = 700;

/**
 * After this long a node that could not be asked has surely stopped, in milliseconds: its lease, and what one machine's quartz may
 * run slower than another's.
 */
export const LEASE_OVER_MS = LEASE_MS * 1.1;

/** Two clocks of one machine: what a pause or a jump does to one of them the other shows. */
export interface LeaseClocks {
	/** ms that never go back, from any start. */
	elapsed(): number;
	/** ms since 1970, as the machine believes. */
	now(): number;
}

/** A moment as both clocks show it. */
export interface Moment {
	readonly elapsed: number;
	readonly now: number;
}

/**
 * The right of one node to send what spaces hold. It is not a lock: who may write is decided by the space's row alone. It only bounds how long a
 * node may go without hearing whose right ended, so that whoever ends one knows when nobody sends under it any more, also nodes that
 * are paused or cut off. No two machines' clocks are ever compared.
 */
export class Lease {
	readonly #clocks: LeaseClocks;
	#from: Moment | null = null;

	constructor(clocks: LeaseClocks) {
		this.#clocks = clocks;
	}

	/** To be taken before the store is asked: what it answers is at least as new. */
	moment(): Moment {
		return { elapsed: this.#clocks.elapsed(), now: this.#clocks.now() };
	}

	/** Everything was heard that the store held at `moment`, and the store still counts this node in. */
	renew(moment: Moment): void {
		if (!this.#from || moment.elapsed > this.#from.elapsed) this.#from = moment;
	}

	/** The store does not count this node in any more. */
	end(): void {
		this.#from = null;
	}

	/**
	 * Whether it may send now. The clock that went further counts: the one stands still while a machine sleeps, the other is set back.
	 * To be asked in the same step of the program that sends.
	 */
	get held(): boolean {
		return this.leftMs > 0;
	}

	/** How long it may go on without another look, in milliseconds. */
	get leftMs(): number {
		if (!this.#from) return 0;
		const { elapsed, now } = this.moment();
		return LEASE_MS - Math.max(elapsed - this.#from.elapsed, now - this.#from.now);
	}
}
