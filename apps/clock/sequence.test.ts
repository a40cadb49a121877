import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
	begun,
	elapsedOf,
	endsAhead,
	halted,
	lengthOf,
	putBack,
	type SequenceChange,
	type SequenceFacts,
	sequenceState,
	skipped,
	standOf,
	stepAfter,
} from './sequence.ts';

const second = 1_000;
const work = { label: 'Work', lengthMs: 20 * second };
const rest = { label: 'Rest', lengthMs: 10 * second };
const steps = [work, rest];
const fresh: SequenceFacts = { rounds: 3, startedAt: null, elapsedMs: null, answeredUntil: null };
const after = (facts: SequenceFacts, change: SequenceChange): SequenceFacts => ({
	...facts,
	...(change as Partial<SequenceFacts>),
});
const start = 1_700_000_000_000;

describe('a sequence', () => {
	test('goes through its steps, round after round, and is up until somebody answers', () => {
		let facts = after(fresh, begun(fresh, steps, start));
		const at = (seconds: number) => standOf(facts, steps, start + seconds * second);
		expect(at(0)).toEqual({ round: 1, step: 0, leftMs: 20 * second });
		expect(at(19)).toEqual({ round: 1, step: 0, leftMs: second });
		expect(at(20)).toEqual({ round: 1, step: 1, leftMs: 10 * second });
		expect(at(61)).toEqual({ round: 3, step: 0, leftMs: 19 * second });
		expect(stepAfter(facts, steps, at(61)!)).toBe(rest);
		expect(stepAfter(facts, steps, at(35)!)).toBe(rest);
		expect(stepAfter(facts, steps, at(25)!)).toBe(work);
		expect([at(90), sequenceState(facts, steps, start + 90 * second)]).toEqual([null, 'up']);
		facts = after(facts, { answeredUntil: start + 90 * second });
		expect(sequenceState(facts, steps, start + 91 * second)).toBe('ready');
		expect(at(91)).toEqual({ round: 1, step: 0, leftMs: 20 * second });
	});

	test('rests in the middle of a step and goes on there', () => {
		let facts = after(fresh, begun(fresh, steps, start));
		facts = after(facts, halted(facts, steps, start + 25 * second));
		expect(sequenceState(facts, steps, start + 999 * second)).toBe('resting');
		expect(standOf(facts, steps, start + 999 * second)).toEqual({ round: 1, step: 1, leftMs: 5 * second });
		facts = after(facts, begun(facts, steps, start + 1_000 * second));
		expect(standOf(facts, steps, start + 1_001 * second)).toEqual({ round: 1, step: 1, leftMs: 4 * second });
		expect(after(facts, putBack(facts, steps, start + 1_001 * second))).toEqual(fresh);
	});

	test('is told step by step, each with what begins then', () => {
		const facts = after({ ...fresh, rounds: 2 }, begun(fresh, steps, start));
		expect(endsAhead(facts, steps, start + 25 * second)).toEqual([
			{ at: start + 30 * second, over: rest, next: work },
			{ at: start + 50 * second, over: work, next: rest },
			{ at: start + 60 * second, over: rest, next: null },
		]);
		expect(endsAhead(fresh, steps, start)).toEqual([]);
	});

	test('without steps can not be begun', () => {
		expect([begun(fresh, [], start), standOf(fresh, [], start), sequenceState(fresh, [], start)]).toEqual([{}, null, 'ready']);
	});
});

const anySteps = fc.array(fc.record({ label: fc.constant('x'), lengthMs: fc.integer({ min: second, max: 3_600_000 }) }), {
	minLength: 1,
	maxLength: 8,
});

test('skipping goes through every step of every round once, running or resting, and then it is ready again', () => {
	fc.assert(
		fc.property(anySteps, fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.nat(1_000), (all, rounds, runs, pause) => {
			let facts: SequenceFacts = { ...fresh, rounds };
			let now = start;
			if (runs) facts = after(facts, begun(facts, all, now));
			const met: string[] = [];
			for (let press = 0; press < rounds * all.length; press++) {
				// A press within a step; the shortest one is a second.
				const at = standOf(facts, all, now)!;
				met.push(`${at.round}.${at.step}`);
				now += Math.min(pause, at.leftMs - 1);
				facts = after(facts, skipped(facts, all, now));
			}
			expect(met).toEqual(
				Array.from({ length: rounds * all.length }, (_, n) => `${Math.floor(n / all.length) + 1}.${n % all.length}`),
			);
			expect(sequenceState(facts, all, now)).toBe('ready');
		}),
	);
});

test('however often it rests, what ran adds up, and the ends of its steps divide its whole length', () => {
	fc.assert(
		fc.property(
			anySteps,
			fc.integer({ min: 1, max: 9 }),
			fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(5_000_000)), { maxLength: 8 }),
			(all, rounds, stretches) => {
				let facts: SequenceFacts = { ...fresh, rounds };
				let [now, ran] = [start, 0];
				for (const [runs, rests] of stretches) {
					facts = after(facts, begun(facts, all, now));
					const ends = endsAhead(facts, all, now);
					expect(ends.at(-1)).toMatchObject({ at: now + lengthOf(facts, all) - ran, next: null });
					now += runs;
					ran += runs;
					if (ran >= lengthOf(facts, all)) {
						expect(sequenceState(facts, all, now)).toBe('up');
						return;
					}
					expect(endsAhead(facts, all, now)).toEqual(ends.filter(({ at }) => at > now));
					facts = after(facts, halted(facts, all, now));
					now += rests;
					expect(elapsedOf(facts, all, now)).toBe(ran);
				}
			},
		),
	);
});
