import { instantOf } from '@mana/time/zone';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Guest } from './model.ts';
import { momentOf, textOf } from './moments.ts';
import { onClocksOf, openProposal, proposing, type Time } from './proposals.ts';

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC', null];
const time: fc.Arbitrary<Time & { start: string }> = fc.record({
	start: fc.integer({ min: 0, max: 400 * 24 * 4 }).map((quarters) => textOf(Date.UTC(2027, 0) + quarters * 900_000, 'local')),
	length: fc.constantFrom(1_800, 3_600, 7_200),
	zone: fc.constantFrom(...zones),
});
const guest = (fields: object): Guest => ({ proposal: 'open', proposedStart: null, proposedLength: null, ...fields }) as Guest;

test('a proposal is asked until the event is at its time or was moved elsewhere, and asked again when that is taken back', () => {
	fc.assert(
		fc.property(time, time, time, (now, proposed, other) => {
			fc.pre(JSON.stringify(proposed) !== JSON.stringify(now) && other.start !== now.start);
			const asking = guest(proposing({ ...proposed, occurrence: null }, now.start, 1));
			expect(openProposal(asking, now)).toMatchObject(proposed);
			expect(openProposal(asking, proposed)).toBeNull();
			expect(openProposal(asking, other)).toBeNull();
			expect(openProposal(guest({ ...asking, proposal: 'declined' }), now)).toBeNull();
		}),
	);
	expect(openProposal(guest({}), { start: '2027-01-01', length: 86_400, zone: null })).toBeNull();
});

test('on the clocks of the event, a proposal is the same moment', () => {
	fc.assert(
		fc.property(time, time, (event, proposed) => {
			fc.pre(event.zone !== null && proposed.zone !== null);
			const at = ({ start, zone }: Time & { start: string }) => instantOf(zone!, momentOf(start).wall);
			const put = onClocksOf(event, proposed);
			expect(put.zone).toBe(event.zone);
			// An hour that a clock shows twice has no name for its second time.
			expect([0, 3_600_000]).toContain(Math.abs(at(put) - at(proposed)));
			if (event.zone === 'UTC' || event.zone === 'Asia/Kolkata') expect(at(put)).toBe(at(proposed));
		}),
	);
	const day: Time = { start: '2027-06-01', length: 86_400, zone: null };
	const timed = { start: '2027-06-02T10:00', length: 60, zone: 'UTC' };
	expect(onClocksOf(day, timed)).toEqual(timed);
});
