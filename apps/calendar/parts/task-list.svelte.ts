const key = 'mana.calendar.tasks';

/** Whether the list of what has no time yet stands beside the hours: remembered on this device. */
export class TaskList {
	#open = $state(false);
	readonly #asked: () => boolean;

	/** @param asked whether the address asks for it */
	constructor(asked: () => boolean) {
		this.#asked = asked;
		this.#open = localStorage.getItem(key) === 'open';
	}

	get open(): boolean {
		return this.#open || this.#asked();
	}

	show(open: boolean): void {
		this.#open = open;
		if (open) localStorage.setItem(key, 'open');
		else localStorage.removeItem(key);
	}
}
