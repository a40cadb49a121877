import type { Draft } from '@mana/model';
import { type Focus, focus, type Phase, type Round } from './model.ts';

const { fields } = focus;

export type FocusFacts = Pick<
	Focus,
	| 'phase'
	| 'startedAt'
	| 'endsAt'
	| 'leftMs'
	| 'round'
	| 'focusMinutes'
	| 'breakMinutes'
	| 'longBreakMinutes'
	| 'rounds'
	| 'goesOn'
	| 'answeredUntil'
>;
export type FocusChange = Draft<typeof focus>;

/** `over`: the phase is, and the next one waits for somebody to begin it. */
export type FocusState = 'ready' | 'running' | 'resting' | 'over';

const MINUTE_MS = 60_000;

/** What holds while nobody has begun yet. */
export const freshFocus = {
	phase: 'focus',
	startedAt: null,
	endsAt: null,
	leftMs: null,
	round: 1,
	focusMinutes: fields.focusMinutes.fallback,
	breakMinutes: fields.breakMinutes.fallback,
	longBreakMinutes: fields.longBreakMinutes.fallback,
	rounds: fields.rounds.fallback,
	goesOn: false,
	about: '',
	aboutLink: '',
	answeredUntil: null,
	aim: fields.aim.fallback,
} as const satisfies FocusFacts & Pick<Focus, 'about' | 'aboutLink' | 'aim'>;

export function focusState({ endsAt, leftMs }: FocusFacts, now: number): FocusState {
	if (endsAt === null) return leftMs === null ? 'ready' : 'resting';
	return endsAt > now ? 'running' : 'over';
}

/** How long a phase is, in ms. */
export function lengthOf({ focusMinutes, breakMinutes, longBreakMinutes }: FocusFacts, phase: Phase): number {
	return { focus: focusMinutes, break: breakMinutes, 'long-break': longBreakMinutes }[phase] * MINUTE_MS;
}

/** What is left of the phase, in ms. */
export function leftOf(facts: FocusFacts, now: number): number {
	if (facts.endsAt !== null) return Math.max(0, facts.endsAt - now);
	return facts.leftMs ?? lengthOf(facts, facts.phase);
}

/** What comes after a phase: a break after focus, the long one after the last round; then the next round. */
export function phaseAfter({ phase, round, rounds }: FocusFacts): { readonly phase: Phase; readonly round: number } {
	if (phase === 'focus') return { phase: round >= rounds ? 'long-break' : 'break', round };
	return { phase: 'focus', round: phase === 'long-break' || round >= rounds ? 1 : round + 1 };
}

/** Begins the phase, or goes on with it. */
export function begun(facts: FocusFacts, now: number): FocusChange {
	const state = focusState(facts, now);
	if (state === 'running') return {};
	if (state === 'over') return { ...begunAt({ ...facts, ...phaseAfter(facts) }, now), answeredUntil: facts.endsAt! };
	const left = leftOf(facts, now);
	// What was done of the phase before the rest counts: it began that long ago.
	return { startedAt: now - Math.max(0, lengthOf(facts, facts.phase) - left), endsAt: now + left, leftMs: null };
}

/** Has the phase rest. */
export function halted(facts: FocusFacts, now: number): FocusChange {
	return focusState(facts, now) === 'running' ? { endsAt: null, leftMs: leftOf(facts, now) } : {};
}

/** Puts `byMs` on what is left of a phase that runs. What was done of it stays done. */
export function prolonged(facts: FocusFacts, byMs: number, now: number): FocusChange {
	return focusState(facts, now) === 'running' ? { endsAt: facts.endsAt! + byMs } : {};
}

/** Goes to the next phase, ready to begin, without counting this one. */
export function skipped(facts: FocusFacts): FocusChange {
	return { ...phaseAfter(facts), startedAt: null, endsAt: null, leftMs: null };
}

/** Back to the first round. */
export function restarted(): FocusChange {
	return { phase: 'focus', round: 1, startedAt: null, endsAt: null, leftMs: null };
}

/** Whether the next phase begins without a press. After a long break nothing does: who forgot it is not counted as at work for ever. */
export function followsByItself({ goesOn, phase }: Pick<FocusFacts, 'goesOn' | 'phase'>): boolean {
	return goesOn && phase !== 'long-break';
}

/** A round of focus that came to its end. */
export type Finished = Pick<Round, 'startedAt' | 'endedAt'> & { readonly startedAt: number; readonly endedAt: number };

/**
 * What became of the phases by `now`, while nobody looked: the same on every device that reckons it.
 *
 * @returns the rounds of focus that ended, and what is to be written; `null` when no phase ended
 */
export function caughtUp(
	facts: FocusFacts,
	now: number,
): { readonly finished: readonly Finished[]; readonly change: FocusChange } | null {
	let at = facts;
	let change: FocusChange = {};
	const finished: Finished[] = [];
	while (at.endsAt !== null && at.endsAt <= now) {
		if (at.phase === 'focus' && at.startedAt !== null) finished.push({ startedAt: at.startedAt, endedAt: at.endsAt });
		if (!followsByItself(at)) break;
		const next = begunAt({ ...at, ...phaseAfter(at) }, at.endsAt);
		change = { ...change, ...next };
		at = { ...at, ...next };
	}
	return finished.length === 0 && at === facts ? null : { finished, change };
}

/** The ends of this phase and, where it goes on by itself, of those after it, up to the end of the long break. */
export function endsAhead(facts: FocusFacts): { readonly phase: Phase; readonly at: number }[] {
	const ends: { phase: Phase; at: number }[] = [];
	let at = facts;
	while (at.endsAt !== null) {
		ends.push({ phase: at.phase, at: at.endsAt });
		if (!followsByItself(at)) break;
		at = { ...at, ...begunAt({ ...at, ...phaseAfter(at) }, at.endsAt) };
	}
	return ends;
}

function begunAt(facts: FocusFacts, now: number) {
	const { phase, round } = facts;
	return { phase, round, startedAt: now, endsAt: now + lengthOf(facts, phase), leftMs: null } as const;
}
