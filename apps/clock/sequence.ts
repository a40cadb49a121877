import type { Draft } from '@mana/model';
import type { Sequence, sequences, SequenceStep } from './model.ts';

/** What decides how a sequence stands. */
export type SequenceFacts = Pick<Sequence, 'rounds' | 'startedAt' | 'elapsedMs' | 'answeredUntil'>;
/** A stretch of it. */
export type StepFacts = Pick<SequenceStep, 'label' | 'lengthMs'>;
export type SequenceChange = Draft<typeof sequences>;

/** A sequence with its steps in their order. */
export interface WholeSequence {
	readonly sequence: Sequence;
	readonly steps: readonly SequenceStep[];
}

/** `up`: the last step is over, and nobody has answered yet. */
export type SequenceState = 'ready' | 'running' | 'resting' | 'up';

/** Where a sequence is. */
export interface Stand {
	/** From 1. */
	readonly round: number;
	/** Which of the steps, from 0. */
	readonly step: number;
	/** What is left of the step, in ms. */
	readonly leftMs: number;
}

/** How long all rounds of all steps are, in ms. */
export function lengthOf({ rounds }: Pick<SequenceFacts, 'rounds'>, steps: readonly StepFacts[]): number {
	return rounds * roundOf(steps);
}

function roundOf(steps: readonly StepFacts[]): number {
	return steps.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
}

/** When it is through, in ms since 1970; `null` while it does not run. */
export function endOf(facts: SequenceFacts, steps: readonly StepFacts[]): number | null {
	return facts.startedAt === null ? null : facts.startedAt + lengthOf(facts, steps);
}

/** How it stands at `now` (ms since 1970), whatever the machine did meanwhile. One without steps is ready. */
export function sequenceState(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceState {
	const end = endOf(facts, steps);
	if (end === null) return facts.elapsedMs === null ? 'ready' : 'resting';
	if (end > now) return 'running';
	return steps.length > 0 && end > (facts.answeredUntil ?? -Infinity) ? 'up' : 'ready';
}

/** What of it is over, in ms: nothing of one that is ready, all of one that is up. */
export function elapsedOf(facts: SequenceFacts, steps: readonly StepFacts[], now: number): number {
	const state = sequenceState(facts, steps, now);
	if (state === 'ready') return 0;
	const all = lengthOf(facts, steps);
	return Math.max(0, Math.min(all, facts.startedAt === null ? (facts.elapsedMs ?? 0) : now - facts.startedAt));
}

/** The step that it is in; `null` without steps, and where all are over. */
export function standOf(facts: SequenceFacts, steps: readonly StepFacts[], now: number): Stand | null {
	const each = roundOf(steps);
	const elapsed = elapsedOf(facts, steps, now);
	if (each === 0 || elapsed >= facts.rounds * each) return null;
	let left = elapsed % each;
	for (const [step, { lengthMs }] of steps.entries()) {
		if (left < lengthMs) return { round: Math.floor(elapsed / each) + 1, step, leftMs: lengthMs - left };
		left -= lengthMs;
	}
	return null;
}

/** What follows where it is: the next step, or the first of the next round; `null`: nothing. */
export function stepAfter({ rounds }: Pick<SequenceFacts, 'rounds'>, steps: readonly StepFacts[], at: Stand): StepFacts | null {
	return steps[at.step + 1] ?? (at.round < rounds ? (steps[0] ?? null) : null);
}

/** Begins it, or goes on where it rested. */
export function begun(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceChange {
	if (steps.length === 0 || sequenceState(facts, steps, now) === 'running') return {};
	const elapsed = sequenceState(facts, steps, now) === 'resting' ? elapsedOf(facts, steps, now) : 0;
	return { startedAt: now - elapsed, elapsedMs: null, ...answered(facts, steps, now) };
}

/** Has it rest where it is. */
export function halted(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceChange {
	return sequenceState(facts, steps, now) === 'running' ? { startedAt: null, elapsedMs: elapsedOf(facts, steps, now) } : {};
}

/** Goes to the next step, running or resting as it is; after the last one it is ready again. */
export function skipped(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceChange {
	const at = standOf(facts, steps, now);
	if (!at || !stepAfter(facts, steps, at)) return putBack(facts, steps, now);
	const elapsed = elapsedOf(facts, steps, now) + at.leftMs;
	return sequenceState(facts, steps, now) === 'running' ? { startedAt: now - elapsed } : { elapsedMs: elapsed, startedAt: null };
}

/** Puts it back to its beginning. */
export function putBack(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceChange {
	return { startedAt: null, elapsedMs: null, ...answered(facts, steps, now) };
}

/** What a press does with a sequence. */
export const sequenceMoves = { begun, halted, skipped, putBack } as const;

function answered(facts: SequenceFacts, steps: readonly StepFacts[], now: number): SequenceChange {
	const end = endOf(facts, steps);
	return end !== null && end <= now ? { answeredUntil: end } : {};
}

/** The moments at which steps end and what begins then (`null`: it is through), from `now` on, the next one first. */
export function endsAhead(
	facts: SequenceFacts,
	steps: readonly StepFacts[],
	now: number,
): { readonly at: number; readonly over: StepFacts; readonly next: StepFacts | null }[] {
	const ends: { at: number; over: StepFacts; next: StepFacts | null }[] = [];
	if (sequenceState(facts, steps, now) !== 'running') return ends;
	let at = facts.startedAt!;
	for (let round = 1; round <= facts.rounds; round++)
		for (const [step, over] of steps.entries()) {
			at += over.lengthMs;
			if (at > now) ends.push({ at, over, next: stepAfter(facts, steps, { round, step, leftMs: 0 }) });
		}
	return ends;
}
