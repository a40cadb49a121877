import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Lease, LEASE_MS, LEASE_OVER_MS } from './lease.ts';

function at(elapsed = 0, now = Date.UTC(2026, 10, 26)) {
	const clock = { elapsed, now };
	const lease = new Lease({ elapsed: () => clock.elapsed, now: () => clock.now });
	const pass = (ms: number) => {
		clock.elapsed += ms;
		clock.now += ms;
	};
	return { clock, lease, pass };
}

describe('the lease of a node', () => {
	test('is not held before the first look', () => {
		expect(at().lease.held).toBe(false);
	});

	test('lasts from before the store was asked, not from when it answered', () => {
		const { lease, pass } = at();
		const asked = lease.moment();
		pass(LEASE_MS - 1);
		lease.renew(asked);
		expect(lease.held).toBe(true);
		pass(1);
		expect(lease.held).toBe(false);
	});

	test('is over at once when the answer came too late', () => {
		const { lease, pass } = at();
		const asked = lease.moment();
		pass(LEASE_MS);
		lease.renew(asked);
		expect(lease.held).toBe(false);
	});

	test('is over after a pause, whichever of the two clocks stood still or was set back', () => {
		for (const change of [
			(clock: { elapsed: number; now: number }) => (clock.now += LEASE_MS), // a machine that slept
			(clock: { elapsed: number; now: number }) => (clock.elapsed += LEASE_MS), // and one whose time was set back since
			(clock: { elapsed: number; now: number }) => ((clock.elapsed += LEASE_MS), (clock.now -= 3600_000)),
		]) {
			const { lease, clock } = at();
			lease.renew(lease.moment());
			change(clock);
			expect(lease.held).toBe(false);
		}
	});

	test('is taken up again by the next look, and over when the store does not count the node in', () => {
		const { lease, pass } = at();
		lease.renew(lease.moment());
		pass(LEASE_MS);
		lease.renew(lease.moment());
		expect(lease.held).toBe(true);
		lease.end();
		expect(lease.held).toBe(false);
	});

	test('an answer that was overtaken by a later one takes nothing away', () => {
		const { lease, pass } = at();
		const early = lease.moment();
		pass(LEASE_MS / 2);
		lease.renew(lease.moment());
		lease.renew(early);
		pass(LEASE_MS / 2);
		expect(lease.held).toBe(true);
	});

	test('never outlives a look by more than others wait for it, whatever its own clocks do', () => {
		fc.assert(
			fc.property(
				// True time between two events, how fast the node's quartz runs, and by how much its time is set.
				fc.array(fc.record({ ms: fc.nat(600), renew: fc.boolean(), set: fc.integer({ min: -10_000, max: 10_000 }) }), {
					maxLength: 40,
				}),
				fc.double({ min: 0.95, max: 1.05, noNaN: true }),
				(events, speed) => {
					const { lease, clock } = at();
					let looked = -Infinity;
					let time = 0;
					for (const { ms, renew, set } of events) {
						time += ms;
						clock.elapsed += ms * speed;
						clock.now += ms * speed + set;
						if (renew) {
							lease.renew(lease.moment());
							looked = time;
						}
						if (lease.held) expect(time - looked).toBeLessThan(LEASE_OVER_MS);
					}
				},
			),
		);
	});
});
