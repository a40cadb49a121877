import { createSubscriber } from 'svelte/reactivity';

/** The time as a rune that moves on while somebody looks. */
export class Ticker {
	#at = Date.now();
	readonly #track: () => void;

	/** @param everyMs how often it moves on; @param of the window whose clock it is */
	constructor(everyMs: number, of: Window = window) {
		this.#track = createSubscriber((update) => {
			const look = () => {
				this.#at = Date.now();
				update();
			};
			const timer = of.setInterval(look, everyMs);
			// Timers stand still while a machine sleeps or a tab is hidden.
			of.document.addEventListener('visibilitychange', look);
			this.#at = Date.now();
			return () => {
				of.clearInterval(timer);
				of.document.removeEventListener('visibilitychange', look);
			};
		});
	}

	/** In ms since 1970. */
	get at(): number {
		this.#track();
		return this.#at;
	}
}

/** For what is shown in seconds; exact to a quarter of one. */
export const seconds = new Ticker(250);
/** For whoever looks all the time whether something is due. */
export const watch = new Ticker(1_000);
/** For what is shown in minutes. */
export const minutes = new Ticker(5_000);
/** For what is shown in hundredths. */
export const hundredths = new Ticker(47);
