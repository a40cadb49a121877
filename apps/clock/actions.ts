import type { BlobReference, Draft, RecordId } from '@mana/model';
import { ordering, spread } from '@mana/model/order';
import type { Mana, Writer, Written } from '@mana/sync/client/api';
import type { Day } from '@mana/time';
import { nextDay } from './alarm.ts';
import type { Place } from './places/index.ts';
import {
	type Alarm,
	alarms,
	cities,
	type Countdown,
	countdowns,
	entries,
	type Focus,
	focus,
	focusId,
	roundId,
	rounds,
	type Sequence,
	sequences,
	sequenceSteps,
	sounds,
	type Stopwatch,
	stopwatches,
	type Timer,
	timers,
	type TimeEntry,
} from './model.ts';
import { begun, caughtUp, type FocusChange, halted, prolonged, restarted, skipped } from './pomodoro.ts';
import type { Ring } from './ringing.ts';
import { sequenceMoves, type StepFacts, type WholeSequence } from './sequence.ts';
import { cleared, lapped, toggled } from './stopwatch.ts';
import { lengthened, reset, rested, started } from './timer.ts';

export type AlarmDraft = Pick<Alarm, 'label' | 'time' | 'day' | 'zone' | 'sound' | 'snoozeMinutes'> &
	Partial<Pick<Alarm, 'ownSound' | 'swellSeconds' | 'sleepMinutes' | 'windDownMinutes'>> & {
		readonly weekdays: readonly string[];
	};
/** What is heard: one that is made here, and where there is one, one of one's own. */
export type SoundChoice = Pick<Timer, 'sound' | 'ownSound'>;
export type CountdownDraft = Pick<Countdown, 'label' | 'day' | 'time' | 'zone' | 'yearly'> & Partial<Pick<Countdown, 'hue'>>;
export type SequenceDraft = Pick<Sequence, 'label' | 'rounds'> & {
	/** In their order; one that is there already has its id. */
	readonly steps: readonly (StepFacts & { readonly id?: RecordId })[];
};
export type EntryDraft = Partial<Pick<TimeEntry, 'note' | 'label' | 'billable' | 'link' | 'startedAt' | 'endedAt'>>;

/** Everything that can be done with clocks; each says under `label` what it was, for undo. */
export type ClockActions = ReturnType<typeof clockActions>;

/** @param clock ms since 1970; @param random in [0,1); @param here IANA name of the zone where the person is */
export function clockActions(mana: Mana, clock: () => number, random: () => number, here: () => string) {
	const between = ordering(random);
	const all = { cities: () => mana.query(cities, { order: byPlace }).rows, entries: () => mana.query(entries).rows };
	const focusNow = (tx: Writer): Focus => {
		const known = tx.get(focus, focusId);
		if (!known) tx.create(focus, {}, focusId);
		return known ?? tx.get(focus, focusId)!;
	};
	const onFocus = (label: string, change: (facts: Focus, now: number) => FocusChange): Written =>
		mana.write(label, (tx) => {
			record(tx);
			tx.update(focus, focusId, change(focusNow(tx), clock()));
		});
	/** Writes down rounds that came to their end, whoever looked. */
	function record(tx: Writer): void {
		const facts = focusNow(tx);
		const caught = caughtUp(facts, clock());
		if (!caught) return;
		for (const { startedAt, endedAt } of caught.finished)
			if (!tx.get(rounds, roundId(startedAt)))
				tx.create(rounds, { startedAt, endedAt, about: facts.about, aboutLink: facts.aboutLink }, roundId(startedAt));
		tx.update(focus, focusId, caught.change);
	}
	/** Makes the steps of a sequence these, in this order. */
	function writeSteps(tx: Writer, sequence: RecordId, steps: SequenceDraft['steps']): void {
		const kept = new Set(steps.map(({ id }) => id));
		for (const { id } of mana.query(sequenceSteps, { by: { sequence } }).rows) if (!kept.has(id)) tx.trash(sequenceSteps, id);
		const places = spread(steps.length);
		for (const [at, { id, label, lengthMs }] of steps.entries()) {
			const draft = { sequence, label, lengthMs, position: places[at]! };
			if (id) tx.update(sequenceSteps, id, draft);
			else tx.create(sequenceSteps, draft);
		}
	}
	const create = <C extends Parameters<Writer['create']>[0]>(label: string, collection: C, draft: Draft<C>) => {
		let id!: RecordId;
		const written = mana.write(label, (tx) => {
			id = tx.create(collection, draft);
		});
		return { id, written };
	};

	return {
		addCity(label: string, { name, zone }: Pick<Place, 'name' | 'zone'>) {
			const last = all.cities().findLast(({ position }) => position !== null)?.position ?? null;
			return create(label, cities, { name, zone, position: between(last, null) });
		},
		/** Puts a city between two others. */
		moveCity: (label: string, id: RecordId, { before, after }: { before: RecordId | null; after: RecordId | null }) =>
			mana.write(label, (tx) => {
				const of = (which: RecordId | null) => (which === null ? null : (tx.get(cities, which)?.position ?? null));
				tx.update(cities, id, { position: between(of(before), of(after)) });
			}),

		addAlarm: (label: string, draft: AlarmDraft) => create(label, alarms, { ...draft, onSince: clock() }),
		/** Changes an alarm, and switches it on: who sets a time wants it to ring. */
		editAlarm: (label: string, id: RecordId, draft: AlarmDraft) =>
			mana.write(label, (tx) => tx.update(alarms, id, { ...draft, onSince: clock(), skipDay: null, snoozedUntil: null })),
		switchAlarm: (label: string, id: RecordId, on: boolean) =>
			mana.write(label, (tx) => tx.update(alarms, id, { onSince: on ? clock() : null, skipDay: null, snoozedUntil: null })),
		/** Passes over the next time; `null`: rings that time after all. */
		skipAlarm: (label: string, alarm: Alarm, skip: boolean) =>
			mana.write(label, (tx) => {
				const day: Day | null = skip ? nextDay(alarm, here(), clock()) : null;
				tx.update(alarms, alarm.id, { skipDay: day });
			}),

		addTimer: (label: string, name: string, lengthMs: number) =>
			create(label, timers, { label: name, lengthMs, endsAt: clock() + lengthMs }),
		editTimer: (label: string, id: RecordId, draft: Partial<Pick<Timer, 'label' | 'lengthMs' | 'sound' | 'ownSound'>>) =>
			mana.write(label, (tx) => tx.update(timers, id, draft)),
		startTimer: (label: string, timer: Timer) => mana.write(label, (tx) => tx.update(timers, timer.id, started(timer, clock()))),
		restTimer: (label: string, timer: Timer) => mana.write(label, (tx) => tx.update(timers, timer.id, rested(timer, clock()))),
		resetTimer: (label: string, timer: Timer) => mana.write(label, (tx) => tx.update(timers, timer.id, reset(timer, clock()))),
		lengthenTimer: (label: string, timer: Timer, byMs: number) =>
			mana.write(label, (tx) => tx.update(timers, timer.id, lengthened(timer, byMs, clock()))),

		addSequence(label: string, { steps, ...draft }: SequenceDraft) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				id = tx.create(sequences, draft);
				writeSteps(tx, id, steps);
			});
			return { id, written };
		},
		editSequence: (label: string, id: RecordId, { steps, ...draft }: SequenceDraft) =>
			mana.write(label, (tx) => {
				tx.update(sequences, id, draft);
				writeSteps(tx, id, steps);
			}),
		soundOfSequence: (label: string, id: RecordId, choice: SoundChoice) =>
			mana.write(label, (tx) => tx.update(sequences, id, choice)),
		/** Keeps a file as a sound; its bytes are on this device already. */
		addSound: (label: string, id: RecordId, name: string, file: BlobReference) =>
			mana.write(label, (tx) => void tx.create(sounds, { name, file }, id)),
		nameSound: (label: string, id: RecordId, name: string) => mana.write(label, (tx) => tx.update(sounds, id, { name })),
		/** Begins a sequence, has it rest, passes over a step or puts it back. */
		runSequence: (label: string, { sequence, steps }: WholeSequence, how: keyof typeof sequenceMoves) =>
			mana.write(label, (tx) => tx.update(sequences, sequence.id, sequenceMoves[how](sequence, steps, clock()))),

		addCountdown: (label: string, draft: CountdownDraft) => create(label, countdowns, draft),
		editCountdown: (label: string, id: RecordId, draft: CountdownDraft) =>
			mana.write(label, (tx) => tx.update(countdowns, id, draft)),

		addStopwatch: (label: string) => create(label, stopwatches, { startedAt: clock() }),
		nameStopwatch: (label: string, id: RecordId, name: string) =>
			mana.write(label, (tx) => tx.update(stopwatches, id, { label: name })),
		toggleStopwatch: (label: string, watch: Stopwatch) =>
			mana.write(label, (tx) => tx.update(stopwatches, watch.id, toggled(watch, clock()))),
		lap: (label: string, watch: Stopwatch) => mana.write(label, (tx) => tx.update(stopwatches, watch.id, lapped(watch, clock()))),
		clearStopwatch: (label: string, watch: Stopwatch) =>
			mana.write(label, (tx) => tx.update(stopwatches, watch.id, cleared(watch))),

		beginFocus: (label: string) => onFocus(label, begun),
		/** Begins a round, or goes on, with something that it is about from now on. */
		focusOn: (label: string, what: Pick<Focus, 'about' | 'aboutLink'>) =>
			onFocus(label, (facts, now) => ({ ...begun(facts, now), ...what })),
		haltFocus: (label: string) => onFocus(label, halted),
		/** Puts a minute on the phase that runs. */
		lengthenPhase: (label: string) => onFocus(label, (facts, now) => prolonged(facts, 60_000, now)),
		skipPhase: (label: string) => onFocus(label, skipped),
		restartFocus: (label: string) => onFocus(label, restarted),
		setFocus: (label: string, draft: Draft<typeof focus>) => onFocus(label, () => draft),
		/** What a device does by itself when it sees that phases are over. */
		recordRounds: (label: string) => mana.note(label, record),

		/** Begins an entry, and ends those that run. */
		track: (label: string, draft: EntryDraft) =>
			mana.write(label, (tx) => {
				const now = clock();
				for (const { id, endedAt } of all.entries()) if (endedAt === null) tx.update(entries, id, { endedAt: now });
				tx.create(entries, { ...draft, startedAt: now });
			}),
		stopTracking: (label: string, id: RecordId, at = clock()) =>
			mana.write(label, (tx) => tx.update(entries, id, { endedAt: at })),
		addEntry: (label: string, draft: EntryDraft) => create(label, entries, draft),
		editEntry: (label: string, id: RecordId, draft: EntryDraft) => mana.write(label, (tx) => tx.update(entries, id, draft)),
		/** Takes a stretch out of an entry that runs: it ends where that begins, and a new one goes on where it ends. */
		cutOut: (label: string, entry: TimeEntry, gap: { readonly from: number; readonly to: number }) =>
			mana.write(label, (tx) => {
				const { note, label: under, billable, link } = entry;
				tx.update(entries, entry.id, { endedAt: gap.from });
				tx.create(entries, { note, label: under, billable, link, startedAt: gap.to });
			}),

		/** Stops what rings, on every device. Nobody takes that back, so undo passes it by. */
		stop: (label: string, { kind, id, at }: Pick<Ring, 'kind' | 'id' | 'at'>) =>
			mana.note(label, (tx) => {
				if (kind === 'alarm') tx.update(alarms, id, { answeredUntil: at });
				else if (kind === 'bedtime') tx.update(alarms, id, { bedtimeAnsweredUntil: at });
				else if (kind === 'timer') tx.update(timers, id, { answeredUntil: at });
				else if (kind === 'sequence') tx.update(sequences, id, { answeredUntil: at });
				else tx.update(focus, id, { answeredUntil: at });
			}),
		snooze: (label: string, { id, at }: Ring, minutes: number) =>
			mana.note(label, (tx) => tx.update(alarms, id, { answeredUntil: at, snoozedUntil: clock() + minutes * 60_000 })),

		trash: (label: string, collection: Parameters<Writer['trash']>[0], id: RecordId) =>
			mana.write(label, (tx) => tx.trash(collection, id)),
	};
}

/** By hand; what has no place comes last, by age. */
export function byPlace(
	a: { readonly id: string; readonly position: string | null },
	b: { readonly id: string; readonly position: string | null },
): number {
	const [left, right] = [a.position ?? '~', b.position ?? '~'];
	if (left === right) return a.id < b.id ? -1 : 1;
	return left < right ? -1 : 1;
}
