import type { SaidEvent } from '../ical/read-event.ts';

/** An event of a file with its changed occurrences. It goes from a worker to the page, so it is nothing but data. */
export interface FoundEvent {
	readonly uid: string;
	/** The calendar object, to the letter: with every line that an event has no field for. */
	readonly text: string;
	readonly said: SaidEvent;
	/** What the occurrences that differ are called, and what they say. */
	readonly occurrences: readonly (readonly [occurrence: string, said: SaidEvent])[];
}
