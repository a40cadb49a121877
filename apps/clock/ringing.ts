import type { RecordId } from '@mana/model';
import { lastRing, occurrences, snoozedTo } from './alarm.ts';
import { type Bedtime, bedtimes, lastBedtime } from './bedtime.ts';
import type { Alarm, Focus, Phase, SoundName, Timer } from './model.ts';
import { endsAhead, followsByItself } from './pomodoro.ts';
import * as sequence from './sequence.ts';

/** For how long something rings before it gives up, in ms. */
export const RING_MS = 10 * 60_000;
/** How long what nobody answered is shown as missed, in ms. */
export const MISSED_MS = 24 * 3_600_000;
/** How far ahead it is planned what rings while no page is open, in ms; and how much of each kind (mana-notify takes as much). */
const PLAN_MS = 60 * 86_400_000;
export const MOST_PLANNED = 200;
/** A step that is shorter than this is not told while no page is open, in ms: one hears of the end of all of them. */
const STEP_MS = 60_000;

/** What does not say otherwise is at its loudest after so many seconds. */
const SWELL_SECONDS = 20;

/** All that may ring. */
export interface Ringers {
	readonly alarms: readonly Alarm[];
	readonly timers: readonly Timer[];
	readonly sequences: readonly sequence.WholeSequence[];
	readonly focus: Focus | null;
}

/** Something that rings, or did. */
export interface Ring {
	readonly kind: 'alarm' | 'bedtime' | 'timer' | 'sequence' | 'focus';
	readonly id: RecordId;
	/** When it began, in ms since 1970. */
	readonly at: number;
	readonly label: string;
	readonly sound: SoundName;
	/** The record of a sound of one's own, which is heard where it is on the device. */
	readonly ownSound: RecordId | null;
	/** After how many seconds it is at its loudest. */
	readonly swellSeconds: number;
	/** Of being told to go to bed: when that is, and when to get up. */
	readonly bedtime?: Pick<Bedtime, 'bedAt' | 'wakeAt'>;
	/** Of a phase of focus: which one is over. */
	readonly phase?: Phase;
	/** Of a sequence that goes on: what begins. */
	readonly next?: string;
}

/** What rings at `now` and nobody has answered, the newest first. @param here IANA name of the zone where the person is */
export function ringing(ringers: Ringers, here: string, now: number): Ring[] {
	return unanswered(ringers, here, now).filter(({ at }) => now < at + RING_MS);
}

/** What rang within the last day until it gave up, the newest first. */
export function missed(ringers: Ringers, here: string, now: number): Ring[] {
	// Of a bedtime that is over nobody wants to hear in the morning.
	return unanswered(ringers, here, now).filter(({ at, kind }) => now >= at + RING_MS && kind !== 'bedtime');
}

function unanswered({ alarms, timers, sequences, focus }: Ringers, here: string, now: number): Ring[] {
	const since = now - MISSED_MS;
	const rang = (answeredUntil: number | null) => Math.max(since, answeredUntil ?? -Infinity);
	const rings: Ring[] = [];
	for (const alarm of alarms) {
		const at = lastRing(alarm, here, rang(alarm.answeredUntil), now);
		if (at !== null) rings.push(ofAlarm(alarm, at));
		const bedtime = lastBedtime(alarm, here, rang(alarm.bedtimeAnsweredUntil), now);
		if (bedtime !== null) rings.push(ofBedtime(alarm, bedtime));
	}
	for (const timer of timers)
		if (timer.endsAt !== null && timer.endsAt <= now && timer.endsAt > rang(timer.answeredUntil))
			rings.push(ofTimer(timer, timer.endsAt));
	for (const { sequence: one, steps } of sequences) {
		const end = sequence.endOf(one, steps);
		if (end !== null && end <= now && end > rang(one.answeredUntil) && steps.length > 0) rings.push(ofSequence(one, end, null));
	}
	// What goes on by itself makes a short sound of its own (`Attend.svelte`).
	if (focus?.endsAt && !followsByItself(focus) && focus.endsAt <= now && focus.endsAt > rang(focus.answeredUntil))
		rings.push(ofFocus(focus, focus.endsAt, focus.phase));
	return rings.toSorted((a, b) => b.at - a.at);
}

/** One thing that is to ring while no page is open. */
export interface Planned {
	/** Names it, and its moment: told once, whoever plans it. */
	readonly key: string;
	readonly ring: Ring;
}

/**
 * What is to ring while no page is open, the next one first, by the kinds that mana-notify knows. What rang in the last day and was not answered
 * stays in it, so that it is not taken for answered.
 */
export function planOf(ringers: Ringers, here: string, now: number): { readonly alarm: Planned[]; readonly timer: Planned[] } {
	const { alarms, timers, sequences, focus } = ringers;
	const past = unanswered(ringers, here, now);
	const until = now + PLAN_MS;
	const ahead = (alarm: Alarm): Ring[] => {
		const rings: Ring[] = [];
		const snoozed = snoozedTo(alarm);
		if (snoozed !== null && snoozed > now) rings.push(ofAlarm(alarm, snoozed));
		for (const at of occurrences(alarm, here, now)) {
			if (at > until || rings.length >= MOST_PLANNED) break;
			rings.push(ofAlarm(alarm, at));
		}
		const evenings: Ring[] = [];
		for (const bedtime of bedtimes(alarm, here, now)) {
			if (bedtime.at > until || evenings.length >= MOST_PLANNED) break;
			evenings.push(ofBedtime(alarm, bedtime));
		}
		return [...rings, ...evenings];
	};
	const running = timers.flatMap((timer) => (timer.endsAt !== null && timer.endsAt > now ? [ofTimer(timer, timer.endsAt)] : []));
	const steps = sequences.flatMap(({ sequence: one, steps: all }) =>
		sequence
			.endsAhead(one, all, now)
			.filter(({ over, next }) => next === null || over.lengthMs >= STEP_MS)
			.map(({ at, next }) => ofSequence(one, at, next)),
	);
	const phases = focus === null ? [] : endsAhead(focus).filter(({ at }) => at > now);
	return {
		alarm: plan([...past.filter(isOfAlarm), ...alarms.flatMap(ahead)]),
		timer: plan([
			...past.filter((ring) => !isOfAlarm(ring)),
			...running,
			...steps,
			...phases.map(({ phase, at }) => ofFocus(focus!, at, phase)),
		]),
	};
}

function plan(rings: readonly Ring[]): Planned[] {
	return rings
		.toSorted((a, b) => a.at - b.at)
		.slice(0, MOST_PLANNED)
		.map((ring) => ({ key: `${ring.id} ${ring.at}`, ring }));
}

/** Whether it is told as an alarm: somebody set it by the clock. */
function isOfAlarm({ kind }: Ring): boolean {
	return kind === 'alarm' || kind === 'bedtime';
}

function ofAlarm({ id, label, sound, ownSound, swellSeconds }: Alarm, at: number): Ring {
	return { kind: 'alarm', id, at, label, sound, ownSound, swellSeconds };
}

function ofBedtime({ id, label }: Alarm, { at, bedAt, wakeAt }: Bedtime): Ring {
	return {
		kind: 'bedtime',
		id,
		at,
		label,
		sound: 'marimba',
		ownSound: null,
		swellSeconds: SWELL_SECONDS,
		bedtime: { bedAt, wakeAt },
	};
}

function ofTimer({ id, label, sound, ownSound }: Timer, at: number): Ring {
	return { kind: 'timer', id, at, label, sound, ownSound, swellSeconds: SWELL_SECONDS };
}

function ofSequence(
	{ id, label, sound, ownSound }: sequence.WholeSequence['sequence'],
	at: number,
	next: sequence.StepFacts | null,
): Ring {
	return { kind: 'sequence', id, at, label, sound, ownSound, swellSeconds: SWELL_SECONDS, ...(next && { next: next.label }) };
}

function ofFocus({ id, about }: Focus, at: number, phase: Phase): Ring {
	return { kind: 'focus', id, at, label: about, sound: 'bell', ownSound: null, swellSeconds: SWELL_SECONDS, phase };
}
