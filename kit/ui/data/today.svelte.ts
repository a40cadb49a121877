import { type Day, dayAt, speakMoment, timeAt } from '@mana/time';
import { preferences } from '../preferences/preferences.svelte.ts';

/** The day it is for the person, in their time zone, as a rune: lists of today turn over at midnight and when a laptop wakes up. */
class Today {
	#now = $state(Date.now());
	/** Changes once a day, so that what depends on it is not reckoned anew all the time. */
	readonly #day: Day = $derived(dayAt(this.#now, preferences.timeZone));

	constructor() {
		const look = () => {
			this.#now = Date.now();
		};
		setInterval(look, 30_000);
		document.addEventListener('visibilitychange', look);
	}

	/** `YYYY-MM-DD` */
	get day(): Day {
		return this.#day;
	}

	/** The time it is now, `HH:MM`; no rune. */
	get time(): string {
		return timeAt(Date.now(), preferences.timeZone);
	}

	/** A moment as short as it stays clear, on the person's clock: "10:02" today, "24 Nov, 10:02" else. @param at ms since 1970 */
	moment(at: number): string {
		return speakMoment(at, this.#day, preferences.tag, preferences.timeZone);
	}
}

export const today = new Today();
