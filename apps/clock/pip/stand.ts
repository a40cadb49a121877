import type { Written } from '@mana/sync/client/api';
import { getTag, m } from '@mana/ui/i18n';
import type { ClockActions } from '../actions.ts';
import { clockLength, spokenLength, stopwatchLength } from '../durations.ts';
import type { Focus, Stopwatch, Timer } from '../model.ts';
import { focusState, freshFocus, leftOf } from '../pomodoro.ts';
import { elapsed } from '../stopwatch.ts';
import { remaining, timerState } from '../timer.ts';
import { phaseName } from '../words.ts';

/** What a small window shows. */
export type Shown = { readonly kind: 'timer' | 'stopwatch'; readonly id: string } | { readonly kind: 'focus' };

type Act = (actions: ClockActions) => Written;

/** What a small window says, and what its buttons do. */
export interface Stand {
	readonly name: string;
	readonly time: string;
	/** What the first button says, and does: begin, pause, go on. */
	readonly verb: string;
	readonly press: Act;
	/** A minute more, or a lap. */
	readonly more: Act | null;
	/** Of what is up: has it be silent. */
	readonly stop: Act | null;
}

interface Clocks {
	readonly timers: readonly Timer[];
	readonly stopwatches: readonly Stopwatch[];
	readonly focus: Focus | null;
}

/** How what is shown stands at `now` (ms since 1970); `null`: it is no more. */
export function standOf(shown: Shown, clocks: Clocks, now: number): Stand | null {
	if (shown.kind === 'focus') return ofFocus(clocks.focus, now);
	if (shown.kind === 'timer') {
		const timer = clocks.timers.find(({ id }) => id === shown.id);
		return timer ? ofTimer(timer, now) : null;
	}
	const watch = clocks.stopwatches.find(({ id }) => id === shown.id);
	return watch ? ofStopwatch(watch, now) : null;
}

function ofTimer(timer: Timer, now: number): Stand {
	const state = timerState(timer, now);
	const runs = state === 'running';
	return {
		name: timer.label.trim() || spokenLength(timer.lengthMs, getTag()),
		time: clockLength(remaining(timer, now)),
		verb: runs ? m.clock_pause() : state === 'resting' ? m.clock_go_on() : m.clock_start(),
		press: (actions) =>
			runs ? actions.restTimer(m.clock_done_rested(), timer) : actions.startTimer(m.clock_done_timer(), timer),
		more: (actions) => actions.lengthenTimer(m.clock_done_lengthened(), timer, 60_000),
		stop: state === 'up' ? (actions) => actions.resetTimer(m.clock_done_reset(), timer) : null,
	};
}

function ofStopwatch(watch: Stopwatch, now: number): Stand {
	const runs = watch.startedAt !== null;
	const ms = elapsed(watch, now);
	return {
		name: watch.label.trim() || m.clock_stopwatch(),
		time: stopwatchLength(ms),
		verb: runs ? m.clock_stop() : ms > 0 ? m.clock_go_on() : m.clock_start(),
		press: (actions) => actions.toggleStopwatch(m.clock_done_changed(), watch),
		more: runs ? (actions) => actions.lap(m.clock_done_lap(), watch) : null,
		stop: null,
	};
}

function ofFocus(known: Focus | null, now: number): Stand {
	const facts = known ?? freshFocus;
	const state = focusState(facts, now);
	const next = state === 'over' ? facts.phase !== 'focus' : facts.phase === 'focus';
	return {
		name: phaseName(facts.phase),
		time: clockLength(leftOf(facts, now)),
		verb: { running: m.clock_pause, resting: m.clock_go_on, ready: begin, over: begin }[state](),
		press: (actions) =>
			state === 'running' ? actions.haltFocus(m.clock_done_rested()) : actions.beginFocus(m.clock_done_focus()),
		more: state === 'running' ? (actions) => actions.lengthenPhase(m.clock_done_lengthened()) : null,
		stop: null,
	};

	function begin(): string {
		return next ? m.clock_begin_focus() : m.clock_begin_break();
	}
}
