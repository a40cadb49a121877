import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { clockActions } from './actions.ts';
import { nextRing } from './alarm.ts';
import { entriesCsv, lapsCsv } from './export.ts';
import { alarms, cities, entries, focus, focusId, rounds, sequences, sequenceSteps, timers } from './model.ts';
import { planOf, ringing } from './ringing.ts';
import { standOf } from './sequence.ts';
import { spentOn } from './tracking.ts';

const MINUTE = 60_000;
const berlin = 'Europe/Berlin';

function open() {
	const mana = openMemoryMana();
	const clock = { now: Date.UTC(2026, 10, 26, 10) };
	const actions = clockActions(
		mana,
		() => clock.now,
		() => 0.5,
		() => berlin,
	);
	return { mana, clock, actions };
}

const draft = { label: 'Up', day: null, zone: '', sound: 'bell', snoozeMinutes: 9 } as const;

test('an alarm is set, skipped once, put off, answered and switched off', () => {
	const { mana, clock, actions } = open();
	const { id } = actions.addAlarm('add', { ...draft, time: '12:00', weekdays: ['0', '1', '2', '3', '4', '5', '6'] });
	const alarm = () => mana.get(alarms, id)!;
	const next = () => nextRing(alarm(), berlin, clock.now);
	const noon = Date.UTC(2026, 10, 26, 11);
	const day = 24 * 60 * MINUTE;
	expect(next()).toBe(noon);
	actions.skipAlarm('skip', alarm(), true);
	expect(next()).toBe(noon + day);
	actions.skipAlarm('skip', alarm(), false);
	expect(next()).toBe(noon);
	clock.now = noon;
	const rings = () => ringing({ alarms: [alarm()], timers: [], sequences: [], focus: null }, berlin, clock.now);
	const [ring] = rings();
	void actions.snooze('snooze', ring!, 9);
	expect([rings(), next()]).toEqual([[], noon + 9 * MINUTE]);
	clock.now += 9 * MINUTE;
	void actions.stop('stop', rings()[0]!);
	expect([rings(), next()]).toEqual([[], noon + day]);
	actions.switchAlarm('off', id, false);
	expect(next()).toBeNull();
});

test('what stops ringing is nothing to take back', () => {
	const { mana, clock, actions } = open();
	const { id } = actions.addTimer('tea', 'Tea', MINUTE);
	clock.now += 2 * MINUTE;
	void actions.stop('stop', { kind: 'timer', id, at: clock.now - MINUTE });
	expect(mana.get(timers, id)!.answeredUntil).toBe(clock.now - MINUTE);
	expect(mana.history.undoable).toBe('tea');
});

test('who begins with something else ends what ran; a while away is taken out of what runs', () => {
	const { mana, clock, actions } = open();
	actions.track('track', { note: 'One', label: 'Acme', billable: true });
	clock.now += 30 * MINUTE;
	actions.track('track', { note: 'Two' });
	const named = (note: string) =>
		mana.query(entries, { where: (entry) => entry.note === note, order: (a, b) => a.startedAt! - b.startedAt! }).rows;
	expect(named('One')).toMatchObject([{ endedAt: clock.now }]);
	const began = clock.now;
	clock.now += 60 * MINUTE;
	actions.cutOut('cut', named('Two')[0]!, { from: began + 20 * MINUTE, to: clock.now });
	clock.now += 5 * MINUTE;
	const running = named('Two').find(({ endedAt }) => endedAt === null)!;
	actions.stopTracking('stop', running.id);
	expect(named('Two').map(({ startedAt, endedAt }) => (endedAt! - startedAt!) / MINUTE)).toEqual([20, 5]);
	expect(entriesCsv(mana.query(entries).rows, berlin, clock.now)).toBe(
		'day,start,end,hours,note,label,billable,link\r\n' +
			'2026-11-26,11:00,11:30,0.5,One,Acme,yes,\r\n' +
			'2026-11-26,11:30,11:50,0.33,Two,,no,\r\n' +
			'2026-11-26,12:30,12:35,0.08,Two,,no,\r\n',
	);
});

test('a round that two devices see end is written down once', async () => {
	const { mana, clock, actions } = open();
	actions.setFocus('about', { about: 'Thesis' });
	actions.beginFocus('begin');
	clock.now += 26 * MINUTE;
	await actions.recordRounds('round');
	await actions.recordRounds('round');
	actions.beginFocus('break');
	expect(mana.query(rounds).rows).toMatchObject([{ about: 'Thesis', endedAt: clock.now - MINUTE }]);
	expect(mana.get(focus, focusId)).toMatchObject({ phase: 'break', answeredUntil: clock.now - MINUTE });
	actions.skipPhase('skip');
	expect(mana.get(focus, focusId)).toMatchObject({ phase: 'focus', round: 2, endsAt: null });
	expect(mana.query(rounds).rows).toHaveLength(1);
});

test('a round is begun on a record of another app, and what was spent on it is known', async () => {
	const { mana, clock, actions } = open();
	const essay = { about: 'Write the essay', aboutLink: '/todo?task=essay' };
	actions.setFocus('about', { about: 'Thesis' });
	actions.beginFocus('begin');
	clock.now += 26 * MINUTE;
	// The round that ended was about what it was begun for.
	actions.focusOn('focus', essay);
	actions.skipPhase('skip');
	actions.focusOn('focus', essay);
	clock.now += 25 * MINUTE;
	await actions.recordRounds('round');
	expect(
		mana
			.query(rounds)
			.rows.map(({ about }) => about)
			.toSorted(),
	).toEqual(['Thesis', 'Write the essay']);
	actions.track('track', { note: 'Write the essay', link: '/todo/search?q=es&task=essay' });
	clock.now += 10 * MINUTE;
	expect(spentOn('essay', mana.query(entries).rows, mana.query(rounds).rows, clock.now)).toEqual({ ms: 10 * MINUTE, rounds: 1 });
});

test('cities come last and are moved between others', () => {
	const { mana, actions } = open();
	const [a, b, c] = ['Berlin', 'Tokyo', 'Oslo'].map((name) => actions.addCity('add', { name, zone: 'UTC' }).id);
	actions.moveCity('move', c!, { before: a!, after: b! });
	const order = mana.query(cities).rows.toSorted((x, y) => (x.position! < y.position! ? -1 : 1));
	expect(order.map(({ name }) => name)).toEqual(['Berlin', 'Oslo', 'Tokyo']);
});

test('laps go into a table in seconds', () => {
	expect(lapsCsv([{ number: 1, lapMs: 1_500, totalMs: 1_500, mark: null }])).toBe('lap,seconds,total\r\n1,1.5,1.5\r\n');
});

test('a sequence is made, changed step by step, begun, passed on, and answered when it is through', () => {
	const { mana, clock, actions } = open();
	const { id } = actions.addSequence('add', {
		label: 'Bread',
		rounds: 2,
		steps: [
			{ label: 'Knead', lengthMs: 10 * MINUTE },
			{ label: 'Rest', lengthMs: MINUTE / 2 },
		],
	});
	const stepsNow = () =>
		mana.query(sequenceSteps, { by: { sequence: id }, order: (a, b) => (a.position! < b.position! ? -1 : 1) }).rows;
	const whole = () => ({ sequence: mana.get(sequences, id)!, steps: stepsNow() });
	const [knead, rest] = stepsNow();
	actions.editSequence('edit', id, {
		label: 'Bread',
		rounds: 1,
		steps: [rest!, { label: 'Fold', lengthMs: 2 * MINUTE }, knead!],
	});
	expect(stepsNow().map(({ label }) => label)).toEqual(['Rest', 'Fold', 'Knead']);
	actions.editSequence('edit', id, { label: 'Bread', rounds: 1, steps: stepsNow().slice(0, 2) });
	expect(stepsNow().map(({ label }) => label)).toEqual(['Rest', 'Fold']);
	actions.runSequence('begin', whole(), 'begun');
	const ringers = () => ({ alarms: [], timers: [], sequences: [whole()], focus: null });
	// The end of half a minute is not worth a push; the end of all is.
	const end = clock.now + 2.5 * MINUTE;
	expect(planOf(ringers(), berlin, clock.now).timer.map(({ ring }) => [ring.at, ring.next])).toEqual([[end, undefined]]);
	actions.runSequence('skip', whole(), 'skipped');
	expect(standOf(whole().sequence, whole().steps, clock.now)).toEqual({ round: 1, step: 1, leftMs: 2 * MINUTE });
	clock.now += 2 * MINUTE;
	const [ring] = ringing(ringers(), berlin, clock.now);
	expect(ring).toMatchObject({ kind: 'sequence', id, label: 'Bread' });
	void actions.stop('stop', ring!);
	expect(ringing(ringers(), berlin, clock.now)).toEqual([]);
});

test('being told to go to bed is answered by itself: the alarm of the next morning still rings', () => {
	const { mana, clock, actions } = open();
	const { id } = actions.addAlarm('add', { ...draft, time: '06:00', weekdays: [], sleepMinutes: 480 });
	actions.stop('stop', { kind: 'bedtime', id, at: clock.now });
	expect(mana.get(alarms, id)).toMatchObject({ bedtimeAnsweredUntil: clock.now, answeredUntil: null, sleepMinutes: 480 });
});
