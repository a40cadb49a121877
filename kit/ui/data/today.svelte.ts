import { type Day, dayAt } from '@mana/time';

/** The day it is here, as a rune: lists of today turn over at midnight and when a laptop wakes up. */
class Today {
	#day = $state<Day>(dayAt(Date.now()));

	constructor() {
		const look = () => {
			this.#day = dayAt(Date.now());
		};
		setInterval(look, 30_000);
		document.addEventListener('visibilitychange', look);
	}

	/** `YYYY-MM-DD` */
	get day(): Day {
		return this.#day;
	}
}

export const today = new Today();
