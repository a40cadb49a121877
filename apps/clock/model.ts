import { collection, field, namedRecordId, partOf, type Row } from '@mana/model';

/** The app's permanent number: collection numbers on the wire start with it. */
const app = 5;

/** What can be heard without a file (`parts/sounds.ts` plays them). */
export const soundNames = ['bell', 'marimba', 'pulse', 'birds'] as const;
export type SoundName = (typeof soundNames)[number];

/** Cities whose clocks somebody looks at. */
export const cities = collection(
	'clock/cities',
	{ app, number: 1 },
	{
		/** IANA name. */
		zone: field.text(1, { fallback: 'UTC', max: 64 }),
		/** English name, by which `places/` knows it in other languages. */
		name: field.text(2, { fallback: '', max: 80 }),
		position: field.position(3),
	},
);

/** When it rings follows from what stands here (`alarm.ts`); nothing is written while time goes by. */
export const alarms = collection(
	'clock/alarms',
	{ app, number: 2 },
	{
		label: field.text(1, { fallback: '', max: 120 }),
		time: field.clockTime(2),
		/** `0` Monday … `6` Sunday; none: it rings once. */
		weekdays: field.set(3),
		/** The one day on which it rings; `null` without weekdays: the next time that clocks show `time`. */
		day: field.day(4),
		/** IANA name of the zone whose clocks count; empty: of where the person is. */
		zone: field.text(5, { fallback: '', max: 64 }),
		sound: field.choice(6, soundNames),
		snoozeMinutes: field.integer(7, { fallback: 9, from: 1, to: 60 }),
		/** Since when it is on; `null`: it is off. It rings at moments after this. */
		onSince: field.instant(8),
		/** A day that is passed over, on the clocks that count. */
		skipDay: field.day(9),
		/** Up to which moment its ringing was answered, on whichever device. */
		answeredUntil: field.greatest(10),
		/** When it rings again because somebody wanted to sleep on. */
		snoozedUntil: field.instant(11),
		/** Of `sounds`; where it is not on a device, `sound` is heard. */
		ownSound: field.reference(12),
		/** After how many seconds it is at its loudest. */
		swellSeconds: field.integer(13, { fallback: 20, from: 0, to: 600 }),
		/** How long to sleep before it; `null`: nobody wants to be told when to go to bed. */
		sleepMinutes: field.integer(14, { from: 60, to: 900 }),
		/** How long before bedtime to be told. */
		windDownMinutes: field.integer(15, { fallback: 30, from: 0, to: 180 }),
		/** Up to which moment being told to go to bed was answered. */
		bedtimeAnsweredUntil: field.greatest(16),
	},
);

/** What is left of a timer follows from what stands here (`timer.ts`). */
export const timers = collection(
	'clock/timers',
	{ app, number: 3 },
	{
		label: field.text(1, { fallback: '', max: 120 }),
		lengthMs: field.integer(2, { fallback: 300_000, from: 1_000, to: 360_000_000 }),
		/** When it is up; `null`: it does not run. */
		endsAt: field.instant(3),
		/** What is left while it rests; `null`: its whole length. Counts only without `endsAt`. */
		leftMs: field.integer(4, { from: 0, to: 720_000_000 }),
		sound: field.choice(5, soundNames),
		/** Up to which moment its ringing was answered. */
		answeredUntil: field.greatest(6),
		ownSound: field.reference(7),
	},
);

export const stopwatches = collection(
	'clock/stopwatches',
	{ app, number: 4 },
	{
		label: field.text(1, { fallback: '', max: 120 }),
		/** Since when it runs; `null`: it is stopped. */
		startedAt: field.instant(2),
		/** What it had measured before that. */
		elapsedMs: field.integer(3, { fallback: 0, from: 0 }),
		/** Each lap, as what had been measured at its end, in ms. */
		laps: field.set(4),
	},
);

export const phases = ['focus', 'break', 'long-break'] as const;
export type Phase = (typeof phases)[number];

/** Where somebody is in their rounds of focus, and how long these are. There is one record. */
export const focus = collection(
	'clock/focus',
	{ app, number: 5 },
	{
		phase: field.choice(1, phases),
		/** When the phase began and will be over; both `null`: nothing runs. */
		startedAt: field.instant(2),
		endsAt: field.instant(3),
		/** What is left of the phase while it rests. Counts only without `endsAt`. */
		leftMs: field.integer(4, { from: 0 }),
		/** Which round of focus it is, from 1. */
		round: field.integer(5, { fallback: 1, from: 1, to: 99 }),
		focusMinutes: field.integer(6, { fallback: 25, from: 1, to: 180 }),
		breakMinutes: field.integer(7, { fallback: 5, from: 1, to: 60 }),
		longBreakMinutes: field.integer(8, { fallback: 15, from: 1, to: 120 }),
		/** After how many rounds the break is a long one. */
		rounds: field.integer(9, { fallback: 4, from: 1, to: 12 }),
		/** Whether the next phase begins by itself. */
		goesOn: field.flag(10),
		/** What it is about: words, and a path of this Mana that leads there. */
		about: field.text(11, { fallback: '', max: 200 }),
		aboutLink: field.text(12, { fallback: '', max: 500 }),
		answeredUntil: field.greatest(13),
		/** How many rounds a day is to have; 0: it has no aim. */
		aim: field.integer(14, { fallback: 4, from: 0, to: 24 }),
	},
);

/** Rounds of focus that somebody went through to their end. */
export const rounds = collection(
	'clock/rounds',
	{ app, number: 6 },
	{
		startedAt: field.instant(1),
		endedAt: field.instant(2),
		about: field.text(3, { fallback: '', max: 200 }),
		aboutLink: field.text(4, { fallback: '', max: 500 }),
	},
);

/** Time that was spent on something. */
export const entries = collection(
	'clock/entries',
	{ app, number: 7 },
	{
		note: field.text(1, { fallback: '', max: 200 }),
		/** What it is counted under: a project, a customer. */
		label: field.text(2, { fallback: '', max: 80 }),
		billable: field.flag(3),
		/** A path of this Mana that leads to what it was about, such as a task. */
		link: field.text(4, { fallback: '', max: 500 }),
		startedAt: field.instant(5),
		/** `null`: it still runs. */
		endedAt: field.instant(6),
	},
);

/** Days that somebody looks forward to. How far they are follows from what stands here (`countdown.ts`). */
export const countdowns = collection(
	'clock/countdowns',
	{ app, number: 8 },
	{
		label: field.text(1, { fallback: '', max: 120 }),
		day: field.day(2),
		/** `null`: it is there with the day. */
		time: field.clockTime(3),
		/** IANA name of the zone whose clocks count; empty: of where the person is. */
		zone: field.text(4, { fallback: '', max: 64 }),
		/** It comes again every year, on the same day. */
		yearly: field.flag(5),
		/** Its colour, in degrees; `null`: that of the app. */
		hue: field.integer(6, { from: 0, to: 359 }),
	},
);

/** Several steps one after another, as often as wanted: intervals of sport, steps of a recipe. Where it is follows from what stands here (`sequence.ts`). */
export const sequences = collection(
	'clock/sequences',
	{ app, number: 9 },
	{
		label: field.text(1, { fallback: '', max: 120 }),
		/** How often its steps are gone through. */
		rounds: field.integer(2, { fallback: 1, from: 1, to: 99 }),
		sound: field.choice(3, soundNames),
		/** When it would have begun if it had never rested; `null`: it does not run. */
		startedAt: field.instant(4),
		/** What of it is over while it rests; `null`: it is at its beginning. Counts only without `startedAt`. */
		elapsedMs: field.integer(5, { from: 0 }),
		/** Up to which moment its ringing was answered. */
		answeredUntil: field.greatest(6),
		ownSound: field.reference(7),
	},
);

export const sequenceSteps = collection(
	'clock/sequence-steps',
	{ app, number: 10 },
	{
		sequence: partOf(field.reference(1)),
		label: field.text(2, { fallback: '', max: 80 }),
		lengthMs: field.integer(3, { fallback: 60_000, from: 1_000, to: 86_400_000 }),
		position: field.position(4),
	},
);

/** Files of one's own to be rung by. */
export const sounds = collection(
	'clock/sounds',
	{ app, number: 11 },
	{
		name: field.text(1, { fallback: '', max: 80 }),
		file: field.blob(2),
	},
);

export type City = Row<typeof cities>;
export type Alarm = Row<typeof alarms>;
export type Timer = Row<typeof timers>;
export type Stopwatch = Row<typeof stopwatches>;
export type Focus = Row<typeof focus>;
export type Round = Row<typeof rounds>;
export type Sequence = Row<typeof sequences>;
export type SequenceStep = Row<typeof sequenceSteps>;
export type Sound = Row<typeof sounds>;
export type Countdown = Row<typeof countdowns>;
export type TimeEntry = Row<typeof entries>;

/** There is one state of focus in a space, whichever device makes it. */
export const focusId = namedRecordId('clock/focus');

/** The record of a round: one and the same on every device that sees it end. @param startedAt in ms since 1970 */
export function roundId(startedAt: number) {
	return namedRecordId(`clock/rounds/${startedAt}`);
}
