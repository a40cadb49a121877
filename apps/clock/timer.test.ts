import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { clockLength, spokenLength, stopwatchLength } from './durations.ts';
import { cleared, elapsed, lapped, lapsOf, type StopwatchFacts, toggled } from './stopwatch.ts';
import {
	answered,
	lengthened,
	remaining,
	reset,
	rested,
	started,
	type TimerChange,
	type TimerFacts,
	timerState,
} from './timer.ts';

const minute = 60_000;
const fresh: TimerFacts = { lengthMs: 5 * minute, endsAt: null, leftMs: null, answeredUntil: null };
const after = (timer: TimerFacts, change: TimerChange): TimerFacts => ({ ...timer, ...(change as Partial<TimerFacts>) });

test('a timer runs, rests, goes on, and is up until somebody answers', () => {
	let timer = after(fresh, started(fresh, 0));
	expect([timerState(timer, minute), remaining(timer, minute)]).toEqual(['running', 4 * minute]);
	timer = after(timer, rested(timer, minute));
	expect([timerState(timer, 99 * minute), remaining(timer, 99 * minute)]).toEqual(['resting', 4 * minute]);
	timer = after(timer, started(timer, 100 * minute));
	expect(timerState(timer, 104 * minute)).toBe('up');
	expect(remaining(timer, 105 * minute)).toBe(-minute);
	timer = after(timer, answered(timer, 105 * minute));
	expect([timerState(timer, 105 * minute), remaining(timer, 105 * minute)]).toEqual(['ready', 5 * minute]);
});

test('a minute more counts while it runs, rests, is ready and is up', () => {
	const running = after(fresh, started(fresh, 0));
	expect(remaining(after(running, lengthened(running, minute, minute)), minute)).toBe(5 * minute);
	const resting = after(running, rested(running, minute));
	expect(remaining(after(resting, lengthened(resting, minute, minute)), minute)).toBe(5 * minute);
	expect(after(fresh, lengthened(fresh, minute, 0)).lengthMs).toBe(6 * minute);
	const again = after(running, lengthened(running, minute, 7 * minute));
	expect([timerState(again, 7 * minute), remaining(again, 7 * minute)]).toEqual(['running', minute]);
	expect(timerState(after(again, reset(again, 8 * minute)), 8 * minute)).toBe('ready');
});

test('however often it rests and however long the machine sleeps, the running stretches of a timer add up to its length', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1_000, max: 360_000_000 }),
			fc.array(fc.tuple(fc.integer({ min: 0, max: 50_000_000 }), fc.integer({ min: 0, max: 50_000_000 })), { maxLength: 12 }),
			(lengthMs, stretches) => {
				let timer: TimerFacts = { ...fresh, lengthMs };
				let [now, ran] = [1_700_000_000_000, 0];
				for (const [runs, rests] of stretches) {
					timer = after(timer, started(timer, now));
					// Nothing is written while it runs: whether anybody looked makes no difference.
					now += runs;
					ran += runs;
					if (ran >= lengthMs) {
						expect(timerState(timer, now)).toBe('up');
						expect(remaining(timer, now)).toBe(lengthMs - ran);
						return;
					}
					timer = after(timer, rested(timer, now));
					now += rests;
					expect(remaining(timer, now)).toBe(lengthMs - ran);
				}
			},
		),
	);
});

test('two devices that press at once leave a timer that runs or rests, and never both', () => {
	const running = after(fresh, started(fresh, 0));
	const press = [rested, (timer: TimerFacts, now: number) => lengthened(timer, minute, now), started, reset] as const;
	for (const first of press)
		for (const second of press) {
			// The later write of each field wins.
			const merged = after(after(running, first(running, minute)), second(running, minute));
			expect(remaining(merged, minute)).toBeGreaterThan(0);
			expect(['running', 'resting', 'ready']).toContain(timerState(merged, minute));
		}
});

test('a stopwatch measures what ran, with laps, the quickest and the slowest marked', () => {
	let watch: StopwatchFacts = { startedAt: null, elapsedMs: 0, laps: new Set() };
	const press = (change: object) => (watch = { ...watch, ...change });
	expect(lapped(watch, 0)).toEqual({});
	press(toggled(watch, 0));
	const lap = (at: number) => (watch = { ...watch, laps: new Set([...watch.laps, String(elapsed(watch, at))]) });
	lap(10_000);
	lap(15_000);
	press(toggled(watch, 20_000));
	press(toggled(watch, 50_000));
	lap(55_000);
	expect(elapsed(watch, 60_000)).toBe(30_000);
	expect(lapsOf(watch)).toEqual([
		{ number: 1, lapMs: 10_000, totalMs: 10_000, mark: 'worst' },
		{ number: 2, lapMs: 5_000, totalMs: 15_000, mark: 'best' },
		{ number: 3, lapMs: 10_000, totalMs: 25_000, mark: 'worst' },
	]);
	expect(lapped(watch, 60_000)).toEqual({ laps: { add: ['30000'] } });
	expect(cleared(watch)).toEqual({ startedAt: null, elapsedMs: 0, laps: { remove: ['10000', '15000', '25000'] } });
});

test('lengths are shown as clocks show them and spoken as people do', () => {
	expect([0, 1, 59_001, 300_000, 3_899_000, -10_000].map(clockLength)).toEqual([
		'0:00',
		'0:01',
		'1:00',
		'5:00',
		'1:04:59',
		'-0:10',
	]);
	expect([0, 62_345, 3_899_999].map(stopwatchLength)).toEqual(['0:00.00', '1:02.34', '1:04:59']);
	expect([0, 45_000, 90 * minute, minute].map((ms) => spokenLength(ms, 'en'))).toEqual([
		'0 min',
		'45 sec',
		'1 hr, 30 min',
		'1 min',
	]);
	expect(spokenLength(90 * minute, 'de')).toBe('1 Std., 30 Min.');
});
