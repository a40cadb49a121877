/** The time as a rune, exact to a quarter of a minute: what was put off comes back by itself. */
class Now {
	#at = $state(Date.now());

	constructor() {
		const look = () => {
			this.#at = Date.now();
		};
		setInterval(look, 15_000);
		document.addEventListener('visibilitychange', look);
	}

	/** In milliseconds since 1970. */
	get at(): number {
		return this.#at;
	}
}

export const now = new Now();
