/** The moment it is, as a rune that turns over with every minute, ms since 1970. Make it while a component is made. */
export class Minute {
	#at = $state(Date.now());

	constructor() {
		$effect(() => {
			let timer: ReturnType<typeof setTimeout>;
			const wait = (): void => {
				timer = setTimeout(
					() => {
						this.#at = Date.now();
						wait();
					},
					60_000 - (Date.now() % 60_000),
				);
			};
			wait();
			return () => clearTimeout(timer);
		});
	}

	get at(): number {
		return this.#at;
	}
}
