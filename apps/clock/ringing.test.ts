import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { alarms, focus, focusId, sequences, sequenceSteps, sounds, timers } from './model.ts';
import { missed, planOf, RING_MS, type Ringers, ringing } from './ringing.ts';
import { ringTitle } from './words.ts';

const berlin = 'Europe/Berlin';
const minute = 60_000;
const utc = (text: string) => Date.parse(`${text}Z`);
const six = utc('2026-11-25T05:00');

function world() {
	const mana = openMemoryMana();
	const ringers = (): Ringers => ({
		alarms: mana.query(alarms).rows,
		timers: mana.query(timers).rows,
		sequences: mana.query(sequences).rows.map((sequence) => ({
			sequence,
			steps: mana.query(sequenceSteps, { by: { sequence: sequence.id } }).rows,
		})),
		focus: mana.get(focus, focusId) ?? null,
	});
	mana.write('alarm', (tx) =>
		tx.create(alarms, { label: 'Up', time: '06:00', weekdays: ['0', '1', '2', '3', '4'], onSince: six - 86_400_000 }),
	);
	return { mana, ringers, alarm: mana.query(alarms).rows[0]!.id };
}

test('an alarm rings until it is answered on any device, gives up after ten minutes, and is missed for a day', () => {
	const { mana, ringers, alarm } = world();
	expect(ringing(ringers(), berlin, six - 1)).toEqual([]);
	expect(ringing(ringers(), berlin, six)).toMatchObject([{ kind: 'alarm', id: alarm, at: six, label: 'Up' }]);
	expect(ringing(ringers(), berlin, six + RING_MS)).toEqual([]);
	expect(missed(ringers(), berlin, six + RING_MS)).toMatchObject([{ id: alarm, at: six }]);
	expect(missed(ringers(), berlin, six + 25 * 60 * minute).map(({ at }) => at)).toEqual([six + 24 * 60 * minute]);
	mana.write('stop', (tx) => tx.update(alarms, alarm, { answeredUntil: six }));
	expect([ringing(ringers(), berlin, six + minute), missed(ringers(), berlin, six + RING_MS)]).toEqual([[], []]);
	mana.write('snooze', (tx) => tx.update(alarms, alarm, { snoozedUntil: six + 9 * minute }));
	expect(ringing(ringers(), berlin, six + 9 * minute)).toMatchObject([{ at: six + 9 * minute }]);
});

test('what is planned is what will ring, the next first, and what nobody has answered yet', () => {
	const { mana, ringers, alarm } = world();
	mana.write('timer', (tx) => tx.create(timers, { label: 'Tea', lengthMs: 5 * minute, endsAt: six + minute }));
	mana.write('focus', (tx) => tx.create(focus, { startedAt: six, endsAt: six + 25 * minute, goesOn: true }, focusId));
	const { alarm: rings, timer } = planOf(ringers(), berlin, six - 3 * minute);
	expect(rings.slice(0, 3).map(({ key }) => key)).toEqual([0, 1, 2].map((days) => `${alarm} ${six + days * 86_400_000}`));
	expect(rings).toHaveLength(43);
	expect(timer.slice(0, 3).map(({ ring }) => [ring.kind, (ring.at - six) / minute])).toEqual([
		['timer', 1],
		['focus', 25],
		['focus', 30],
	]);
	expect(planOf(ringers(), berlin, six + minute).alarm[0]!.key).toBe(`${alarm} ${six}`);
	mana.write('stop', (tx) => tx.update(alarms, alarm, { answeredUntil: six }));
	expect(planOf(ringers(), berlin, six + minute).alarm[0]!.key).toBe(`${alarm} ${six + 86_400_000}`);
	mana.write('off', (tx) => tx.update(alarms, alarm, { onSince: null }));
	expect(planOf(ringers(), berlin, six + minute).alarm).toEqual([]);
});

test('no more is planned than mana-notify takes', () => {
	const { mana, ringers } = world();
	for (let n = 0; n < 10; n++)
		mana.write('alarm', (tx) =>
			tx.create(alarms, { time: '07:00', weekdays: ['0', '1', '2', '3', '4', '5', '6'], onSince: six }),
		);
	expect(planOf(ringers(), berlin, six).alarm).toHaveLength(200);
});

test('who wants to sleep is told in the evening, on time and until it is answered, is not told next morning that it was missed, and it is planned', () => {
	const { mana, ringers, alarm } = world();
	mana.write('bedtime', (tx) => tx.update(alarms, alarm, { sleepMinutes: 480, windDownMinutes: 30 }));
	const evening = six + 24 * 60 * minute - 510 * minute;
	expect(ringing(ringers(), berlin, evening - 1)).toEqual([]);
	const [told] = ringing(ringers(), berlin, evening);
	expect(told).toMatchObject({ kind: 'bedtime', id: alarm, at: evening, bedtime: { bedAt: evening + 30 * minute } });
	expect(ringTitle(told!, berlin)).toMatch(/22:00|10:00 PM/);
	expect(missed(ringers(), berlin, evening + RING_MS).map(({ kind }) => kind)).toEqual(['alarm']);
	const { alarm: planned, timer } = planOf(ringers(), berlin, evening - minute);
	expect(planned.filter(({ ring }) => ring.kind === 'bedtime' && ring.at >= evening).length).toBeGreaterThan(30);
	expect(new Set(planned.map(({ key }) => key)).size).toBe(planned.length);
	expect(timer).toEqual([]);
	mana.write('good night', (tx) => tx.update(alarms, alarm, { bedtimeAnsweredUntil: evening }));
	expect(ringing(ringers(), berlin, evening + minute)).toEqual([]);
	expect(ringing(ringers(), berlin, six + 24 * 60 * minute)).toMatchObject([{ kind: 'alarm' }]);
});

test('an alarm rings by the sound of its own and swells as long as it says; what has no say swells for twenty seconds', () => {
	const { mana, ringers, alarm } = world();
	mana.write('sound', (tx) => {
		const rooster = tx.create(sounds, { name: 'Rooster' });
		tx.update(alarms, alarm, { ownSound: rooster, swellSeconds: 300 });
		tx.create(timers, { label: 'Tea', endsAt: six, ownSound: rooster });
	});
	const rooster = mana.query(sounds).rows[0]!.id;
	const rings = new Map(
		ringing(ringers(), berlin, six).map(({ kind, ownSound, swellSeconds }) => [kind, { ownSound, swellSeconds }]),
	);
	expect(rings.get('alarm')).toEqual({ ownSound: rooster, swellSeconds: 300 });
	expect(rings.get('timer')).toEqual({ ownSound: rooster, swellSeconds: 20 });
});
