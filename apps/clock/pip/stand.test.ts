import { beforeAll, expect, test } from 'bun:test';
import { loadWords } from '@mana/ui/i18n';
import type { Focus, Stopwatch, Timer } from '../model.ts';
import { freshFocus } from '../pomodoro.ts';
import { standOf } from './stand.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const timer = {
	id: 't',
	label: 'Tea',
	lengthMs: 300_000,
	endsAt: NOW + 61_000,
	leftMs: null,
	answeredUntil: null,
} as unknown as Timer;
const watch = { id: 'w', label: '', startedAt: NOW - 5_000, elapsedMs: 0, laps: new Set() } as unknown as Stopwatch;
const clocks = { timers: [timer], stopwatches: [watch], focus: null };
const stand = (shown: Parameters<typeof standOf>[0], over: Partial<typeof clocks> = {}) =>
	standOf(shown, { ...clocks, ...over }, NOW);

beforeAll(() => loadWords(['clock'], 'en'));

test('a timer says what is left and can be paused, lengthened and, once it is up, silenced', () => {
	expect(stand({ kind: 'timer', id: 't' })).toMatchObject({ name: 'Tea', time: '1:01', verb: 'Pause', stop: null });
	const up = stand({ kind: 'timer', id: 't' }, { timers: [{ ...timer, endsAt: NOW - 10_000 }] });
	expect(up?.time).toBe('-0:10');
	const called: unknown[] = [];
	up?.stop?.({ resetTimer: (_: string, of: Timer) => called.push(of.id) } as never);
	expect(called).toEqual(['t']);
	expect(stand({ kind: 'timer', id: 't' }, { timers: [{ ...timer, endsAt: null, leftMs: 30_000 }] })).toMatchObject({ time: '0:30', verb: 'Go on' });
}); // prettier-ignore

test('a stopwatch has laps while it runs', () => {
	expect(stand({ kind: 'stopwatch', id: 'w' })).toMatchObject({ name: 'Stopwatch', time: '0:05.00', verb: 'Stop' });
	expect(stand({ kind: 'stopwatch', id: 'w' })?.more).not.toBeNull();
	expect(stand({ kind: 'stopwatch', id: 'w' }, { stopwatches: [{ ...watch, startedAt: null }] })?.more).toBeNull();
});

test('a round of focus that is over offers the break, and a break that is over offers the next round', () => {
	const over = (phase: Focus['phase']) => stand({ kind: 'focus' }, { focus: { ...freshFocus, phase, startedAt: NOW - 100, endsAt: NOW - 1 } as unknown as never });
	expect(stand({ kind: 'focus' })).toMatchObject({ name: 'Focus', time: '25:00', verb: 'Begin to focus' });
	expect([over('focus')?.verb, over('break')?.verb]).toEqual(['Begin the break', 'Begin to focus']);
}); // prettier-ignore

test('what was deleted has nothing to show', () => {
	expect([stand({ kind: 'timer', id: 'x' }), stand({ kind: 'stopwatch', id: 'x' })]).toEqual([null, null]);
});
