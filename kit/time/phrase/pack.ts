import type { Day } from '../day.ts';

/** What a phrase is read against. */
export interface Now {
	readonly today: Day;
	/** Time of day, `HH:MM`. */
	readonly time: string;
}

/** How something comes again. */
export interface Repeat {
	/** RRULE (RFC 5545). */
	readonly rule: string;
	/** Whether it is reckoned from the day it is due or from the day it is done. */
	readonly from: 'due' | 'completion';
}

/** A day, a time of day, or how it comes again, as understood in a phrase. */
export interface Moment {
	readonly day?: Day;
	readonly time?: string;
	readonly repeat?: Repeat;
	/** How long it lasts. */
	readonly minutes?: number;
	readonly wholeDay?: true;
	readonly place?: string;
}

/** One way to say a day, a time or a repetition in a language. */
export interface PhraseRule {
	/** Matched at the start of a word (the reader adds the `y`, `i` and `u` flags and the word boundaries). */
	readonly pattern: string;
	/** What was said, or `null` when the words only look like it (31.2., 25:00). */
	read(match: RegExpExecArray, now: Now): Moment | null;
	/** A word with a second meaning ("sat", "so"): counts only as the last word, before a time, or after `lead`. */
	readonly weak?: boolean;
	/** Read only in the person's own language, because another language uses the same words ("I am so tired" is no Sunday). */
	readonly ownLanguageOnly?: boolean;
}

/** The words of one language: one file each, same shape. */
export interface LanguagePack {
	readonly language: string;
	/** Small words that may stand before a day or time and vanish with it: "on", "at", "am", "um". */
	readonly lead: readonly string[];
	readonly rules: readonly PhraseRule[];
	/** What is said of appointments only. */
	readonly appointments: AppointmentWords;
	/** Priority words behind `!`, from low to urgent. */
	readonly priorities: Readonly<Record<Priority, readonly string[]>>;
}

/** How a language says how long an appointment lasts and where it is. Patterns are of words and have no groups. */
export interface AppointmentWords {
	/** Before a length, and vanishes with it: "for". */
	readonly lasting: string;
	readonly hours: string;
	readonly minutes: string;
	/** "all day" */
	readonly wholeDay: string;
	/** Before the first of two times, and vanishes with it: "from". */
	readonly from: string;
	/** Between two times or days: "to". */
	readonly to: string;
	/** Before a place with a name of its own, written with a capital letter: "in". */
	readonly inPlace: string;
	/** Before a place however it is written: "at". */
	readonly atPlace: string;
	/** What a place does not go on beyond: "with". */
	readonly endOfPlace: string;
}

export const priorities = ['low', 'medium', 'high', 'urgent'] as const;
export type Priority = (typeof priorities)[number];
