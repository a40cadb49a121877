import type { Draft } from '@mana/model';
import type { Timer, timers } from './model.ts';

/** What decides how a timer stands. */
export type TimerFacts = Pick<Timer, 'lengthMs' | 'endsAt' | 'leftMs' | 'answeredUntil'>;
export type TimerChange = Draft<typeof timers>;

/** `up`: it ran to its end, and nobody has answered yet. */
export type TimerState = 'ready' | 'running' | 'resting' | 'up';

/** The longest that a timer can be put on to, in ms: what the model lets through. */
const MOST_MS = 360_000_000;

/** How a timer stands at `now` (ms since 1970), whatever the machine did meanwhile. */
export function timerState({ endsAt, leftMs, answeredUntil }: TimerFacts, now: number): TimerState {
	if (endsAt === null) return leftMs === null ? 'ready' : 'resting';
	if (endsAt > now) return 'running';
	return endsAt > (answeredUntil ?? -Infinity) ? 'up' : 'ready';
}

/** What is left, in ms; below 0: for how long it has been up. */
export function remaining(timer: TimerFacts, now: number): number {
	const state = timerState(timer, now);
	if (state === 'ready') return timer.lengthMs;
	return timer.endsAt === null ? (timer.leftMs ?? timer.lengthMs) : timer.endsAt - now;
}

/** Starts it, or goes on with what is left. */
export function started(timer: TimerFacts, now: number): TimerChange {
	const state = timerState(timer, now);
	if (state === 'running') return {};
	return { endsAt: now + (state === 'resting' ? (timer.leftMs ?? timer.lengthMs) : timer.lengthMs), leftMs: null };
}

/** Has it rest; what is left stays. */
export function rested(timer: TimerFacts, now: number): TimerChange {
	return timerState(timer, now) === 'running' ? { endsAt: null, leftMs: remaining(timer, now) } : {};
}

/** Puts it back to its whole length. */
export function reset(timer: TimerFacts, now: number): TimerChange {
	return { endsAt: null, leftMs: null, ...answered(timer, now) };
}

/** Puts `byMs` on what is left; one that is up runs again for as long. */
export function lengthened(timer: TimerFacts, byMs: number, now: number): TimerChange {
	const left = Math.min(MOST_MS, Math.max(0, remaining(timer, now)) + byMs);
	const state = timerState(timer, now);
	if (state === 'resting') return { leftMs: left };
	if (state === 'ready') return { lengthMs: left };
	return { endsAt: now + left, leftMs: null, ...(state === 'up' && answered(timer, now)) };
}

/** Stops its ringing. */
export function answered({ endsAt }: TimerFacts, now: number): TimerChange {
	return endsAt !== null && endsAt <= now ? { answeredUntil: endsAt } : {};
}
