import type { Hours } from './slots.ts';

/** What somebody chooses for a page on which they can be booked. */
export interface BookingSettings {
	/** Last part of its address; empty: one that nobody guesses. */
	name: string;
	title: string;
	text: string;
	place: string;
	on: boolean;
	/** The last day on which one can book; `null`: it has no end. */
	lastDay: string | null;
	/** Minutes, one of which visitors choose. */
	lengths: number[];
	hours: Hours[];
	zone: string;
	before: number;
	after: number;
	notice: number;
	horizon: number;
	perDay: number;
	questions: { text: string; required: boolean }[];
	/** Ids of calendars of one's own whose events are in the way; `null`: of all that take time. */
	calendars: string[] | null;
	/** The calendar that bookings go to; `null`: the one that everybody has. */
	calendar: string | null;
}

/** What a visitor says. */
export interface BookingRequest {
	/** ms since 1970 */
	from: number;
	/** Minutes. */
	length: number;
	name: string;
	email: string;
	/** In the order of the questions. */
	answers: string[];
	note: string;
	language: string;
}
