import { isZone } from '@mana/time/zone';
import { z } from 'zod';
import type { BookingRequest, BookingSettings } from './settings.ts';

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write a time as 09:30.');

/** What somebody chooses for a page on which they can be booked. */
export const bookingSettings = z.strictObject({
	/** Last part of its address; empty: one that nobody guesses. */
	name: z.union([
		z.literal(''),
		z.string().regex(/^[a-z0-9](?:[a-z0-9-]{1,58})[a-z0-9]$/, 'Small letters, digits and dashes, three at least.'),
	]),
	title: z.string().trim().min(1).max(120),
	text: z.string().trim().max(2_000),
	place: z.string().trim().max(500),
	on: z.boolean(),
	/** The last day on which one can book; `null`: it has no end. */
	lastDay: z.iso.date().nullable(),
	/** Minutes, one of which visitors choose. */
	lengths: z.array(z.number().int().min(5).max(480)).min(1).max(6),
	hours: z
		.array(
			z
				.strictObject({ day: z.number().int().min(1).max(7), from: time, to: time })
				.refine(({ from, to }) => from < to, 'It ends after it begins.'),
		)
		.min(1)
		.max(28),
	zone: z.string().max(64).refine(isZone, 'Give the name of a time zone, such as Europe/Berlin.'),
	before: z.number().int().min(0).max(480),
	after: z.number().int().min(0).max(480),
	notice: z.number().int().min(0).max(43_200),
	horizon: z.number().int().min(1).max(366),
	perDay: z.number().int().min(0).max(50),
	questions: z.array(z.strictObject({ text: z.string().trim().min(1).max(200), required: z.boolean() })).max(10),
	/** Ids of calendars of one's own whose events are in the way; `null`: of all that take time. */
	calendars: z.array(z.string().max(64)).max(100).nullable(),
	/** The calendar that bookings go to; `null`: the one that everybody has. */
	calendar: z.string().max(64).nullable(),
}) satisfies z.ZodType<BookingSettings>;

/** What a visitor says. */
export const bookingRequest = z.strictObject({
	/** ms since 1970 */
	from: z.number().int().min(0).max(8_640_000_000_000_000),
	/** Minutes. */
	length: z.number().int().min(5).max(480),
	name: z.string().trim().min(1).max(120),
	email: z.email().max(254),
	/** In the order of the questions. */
	answers: z.array(z.string().trim().max(1_000)).max(10),
	note: z.string().trim().max(2_000),
	language: z.string().max(35),
}) satisfies z.ZodType<BookingRequest>;
