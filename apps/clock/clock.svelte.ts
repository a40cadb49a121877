import type { RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import { live } from '@mana/ui/data/live.svelte';
import { settle, useHome } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import { createContext } from 'svelte';
import { byPlace, clockActions, type ClockActions } from './actions.ts';
import {
	type Alarm,
	alarms,
	cities,
	entries,
	type Focus,
	focus,
	focusId,
	sequences,
	sequenceSteps,
	sounds,
	stopwatches,
	timers,
	type TimeEntry,
} from './model.ts';
import type { Ringers } from './ringing.ts';
import type { WholeSequence } from './sequence.ts';

/** Somebody's clocks on one page: what its parts share. They are one's own, whichever space one works in: an alarm rings for one person. */
export class Clock {
	readonly mana: Mana;
	readonly actions: ClockActions;
	readonly #alarms;
	readonly #timers;
	readonly #focus;
	readonly #cities;
	readonly #stopwatches;
	readonly #running;
	readonly #sequences;
	readonly #steps;
	readonly #sounds;

	constructor(mana: Mana) {
		this.mana = mana;
		this.actions = clockActions(mana, Date.now, Math.random, () => preferences.timeZone);
		this.#alarms = live(() => mana.query(alarms, { order: byTime }));
		this.#timers = live(() => mana.query(timers));
		this.#sequences = live(() => mana.query(sequences));
		this.#steps = live(() => mana.query(sequenceSteps, { order: byPlace }));
		this.#sounds = live(() => mana.query(sounds, { order: (a, b) => a.name.localeCompare(b.name) }));
		this.#focus = live(() => mana.query(focus, { where: ({ id }) => id === focusId, limit: 1 }));
		this.#cities = live(() => mana.query(cities, { order: byPlace }));
		this.#stopwatches = live(() => mana.query(stopwatches));
		this.#running = live(() =>
			mana.query(entries, {
				where: ({ deletedAt, startedAt, endedAt }) => deletedAt === null && startedAt !== null && endedAt === null,
			}),
		);
	}

	get alarms() {
		return this.#alarms.rows;
	}

	get timers() {
		return this.#timers.rows;
	}

	/** Sounds of one's own. */
	get sounds() {
		return this.#sounds.rows;
	}

	/** Sequences with their steps. */
	readonly sequences: readonly WholeSequence[] = $derived.by(() => {
		const steps = Map.groupBy(this.#steps.rows, (step) => step.sequence);
		return this.#sequences.rows.map((sequence) => ({ sequence, steps: steps.get(sequence.id) ?? [] }));
	});

	/** `null` until somebody begins. */
	get focus(): Focus | null {
		return this.#focus.rows[0] ?? null;
	}

	get cities() {
		return this.#cities.rows;
	}

	get stopwatches() {
		return this.#stopwatches.rows;
	}

	/** Entries that run; more than one only where devices that had not heard of one another began them. */
	get running(): readonly TimeEntry[] {
		return this.#running.rows;
	}

	get ringers(): Ringers {
		return { alarms: this.alarms, timers: this.timers, sequences: this.sequences, focus: this.focus };
	}

	/** Throws something away, and says so with a way back. */
	trash(what: Parameters<ClockActions['trash']>[1], id: RecordId): Written {
		return settle(this.actions.trash(m.clock_done_deleted(), what, id), m.clock_done_deleted());
	}
}

export const [useClock, provideClock] = createContext<Clock>();

/** The clocks of who is here, for parts that stand in the pages of others. Call it while a component is made. */
export function ownClock(): Clock {
	const home = useHome()();
	if (!home) throw new Error('The shell stands only while the store of who is here is open.');
	return new Clock(home);
}

function byTime(a: Alarm, b: Alarm): number {
	return (a.time ?? '') < (b.time ?? '') ? -1 : 1;
}
