import { expect, test } from 'bun:test';
import fc from 'fast-check';
import {
	begun,
	caughtUp,
	endsAhead,
	type FocusChange,
	type FocusFacts,
	focusState,
	halted,
	leftOf,
	lengthOf,
	phaseAfter,
	prolonged,
	skipped,
} from './pomodoro.ts';

const minute = 60_000;
const fresh: FocusFacts = {
	phase: 'focus',
	startedAt: null,
	endsAt: null,
	leftMs: null,
	round: 1,
	focusMinutes: 25,
	breakMinutes: 5,
	longBreakMinutes: 15,
	rounds: 4,
	goesOn: false,
	answeredUntil: null,
};
const after = (facts: FocusFacts, change: FocusChange): FocusFacts => ({ ...facts, ...(change as Partial<FocusFacts>) });

test('rounds and breaks follow one another, and after the last round the break is long', () => {
	let at = fresh;
	const seen: string[] = [];
	for (let n = 0; n < 9; n++) {
		seen.push(`${at.phase} ${at.round}`);
		at = { ...at, ...phaseAfter(at) };
	}
	expect(seen).toEqual(['focus 1', 'break 1', 'focus 2', 'break 2', 'focus 3', 'break 3', 'focus 4', 'long-break 4', 'focus 1']);
});

test('a phase rests and goes on, and when it is over the next one waits to be begun', () => {
	let at = after(fresh, begun(fresh, 0));
	at = after(at, halted(at, 10 * minute));
	expect([focusState(at, 99 * minute), leftOf(at, 99 * minute)]).toEqual(['resting', 15 * minute]);
	at = after(at, begun(at, 100 * minute));
	expect([at.startedAt, at.endsAt]).toEqual([90 * minute, 115 * minute]);
	expect(focusState(at, 115 * minute)).toBe('over');
	expect(caughtUp(at, 116 * minute)).toEqual({ finished: [{ startedAt: 90 * minute, endedAt: 115 * minute }], change: {} });
	at = after(at, begun(at, 120 * minute));
	expect(at).toMatchObject({ phase: 'break', round: 1, endsAt: 125 * minute, answeredUntil: 115 * minute });
	expect(after(at, skipped(at))).toMatchObject({ phase: 'focus', round: 2, endsAt: null });
});

test('what goes on by itself is reckoned the same on every device, whenever each of them looks', () => {
	fc.assert(
		fc.property(
			fc.record({
				focusMinutes: fc.integer({ min: 1, max: 60 }),
				breakMinutes: fc.integer({ min: 1, max: 20 }),
				longBreakMinutes: fc.integer({ min: 1, max: 30 }),
				rounds: fc.integer({ min: 1, max: 6 }),
			}),
			fc.array(fc.integer({ min: 0, max: 90 * minute }), { minLength: 1, maxLength: 8 }),
			(lengths, looks) => {
				const began = { ...fresh, ...lengths, goesOn: true };
				const begin = after(began, begun(began, 0));
				const end = looks.reduce((sum, look) => sum + look, 0);
				const once = caughtUp(begin, end);
				let [often, now] = [begin, 0];
				const finished: unknown[] = [];
				for (const look of looks) {
					now += look;
					const caught = caughtUp(often, now);
					finished.push(...(caught?.finished ?? []));
					often = after(often, caught?.change ?? {});
				}
				const unseen = after(begin, once?.change ?? {});
				expect(often).toEqual(unseen);
				expect(once?.finished.length ?? 0).toBeLessThanOrEqual(lengths.rounds);
				expect(new Set(finished.map((round) => JSON.stringify(round)))).toEqual(
					new Set(once?.finished.map((round) => JSON.stringify(round))),
				);
				for (const round of finished as { startedAt: number; endedAt: number }[])
					expect(round.endedAt - round.startedAt).toBe(lengthOf(began, 'focus'));
			},
		),
	);
});

test('what is ahead ends with the long break, and with this phase where nothing goes on by itself', () => {
	const at = after(fresh, begun(fresh, 0));
	expect(endsAhead(at)).toEqual([{ phase: 'focus', at: 25 * minute }]);
	const all = endsAhead({ ...at, goesOn: true });
	expect(all).toHaveLength(8);
	expect(all.at(-1)).toEqual({ phase: 'long-break', at: (4 * 25 + 3 * 5 + 15) * minute });
	expect(endsAhead(fresh)).toEqual([]);
});

test('a minute more puts off the end of a phase that runs, also over a rest, and counts as part of its round', () => {
	const at = { ...fresh, ...begun(fresh, 0) };
	const longer = { ...at, ...prolonged(at, minute, 5_000) };
	expect([leftOf(longer, 0), longer.startedAt]).toEqual([26 * minute, 0]);
	const rested = { ...longer, ...halted(longer, 10_000) };
	expect(prolonged(rested, minute, 10_000)).toEqual({});
	const again = { ...rested, ...begun(rested, 20_000) };
	expect(again.startedAt).toBe(20_000);
	expect(caughtUp(longer, 26 * minute)?.finished).toEqual([{ startedAt: 0, endedAt: 26 * minute }]);
});
