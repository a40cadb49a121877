import { choiceText, type AmbienceChoice, readChoice } from './choice.ts';

const kept = 'mana.clock.ambience';

/** What is heard during a round of focus: a thing of the device, since it depends on where its loudspeakers are. */
class AmbienceState {
	#choice = $state.raw(readChoice(localStorage.getItem(kept)));
	/** The browser lets no page be heard that nobody has touched yet. */
	held = $state(false);

	constructor() {
		addEventListener('storage', ({ key, newValue }) => {
			if (key === kept) this.#choice = readChoice(newValue);
		});
	}

	get kind() {
		return this.#choice.kind;
	}

	get volume() {
		return this.#choice.volume;
	}

	choose(change: Partial<AmbienceChoice>): void {
		this.#choice = { ...this.#choice, ...change };
		localStorage.setItem(kept, choiceText(this.#choice));
	}
}

export const ambience = new AmbienceState();
