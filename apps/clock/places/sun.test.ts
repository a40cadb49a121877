import { expect, test } from 'bun:test';
import { timeAt } from '@mana/time';
import fc from 'fast-check';
import { places } from './index.ts';
import { HORIZON, isDay, nightAt, sunAt, sunDay, sunHeight, TWILIGHTS } from './sun.ts';

const named = (name: string) => places.find((place) => place.name === name)!;
const MINUTE = 60_000;

/** Sunrise and sunset on the clocks there, to the second, reckoned by astronomy-engine 2.1.19 (VSOP87) for the coordinates of `places`. */
const known = `
Berlin 2026-03-20 06:09:16 18:19:27
Berlin 2026-06-21 04:43:16 21:33:08
Berlin 2026-12-21 08:14:47 15:54:05
Berlin 2027-02-20 07:13:00 17:28:04
Reykjavik 2026-06-21 02:53:45 00:05:03
Reykjavik 2026-12-21 11:23:01 15:28:20
Quito 2026-03-20 06:18:07 18:24:37
Quito 2026-12-21 06:08:03 18:16:17
Sydney 2026-06-21 07:00:05 16:53:44
Sydney 2026-12-21 05:40:34 20:05:32
Tokyo 2026-06-21 04:25:51 19:00:00
Tokyo 2026-09-23 05:29:32 17:37:18
New_York 2026-03-20 06:59:16 19:08:09
New_York 2027-02-20 06:43:19 17:36:37
Ushuaia 2026-06-21 09:58:52 17:11:14
Ushuaia 2026-12-21 04:51:23 22:11:19
Anchorage 2026-06-21 04:20:35 23:42:22
Anchorage 2026-12-21 10:14:07 15:41:37
Longyearbyen 2026-03-20 05:50:35 18:20:11
Longyearbyen 2027-02-20 09:57:40 14:24:07`;

const secondsOf = (time: string) => {
	const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
	return hour * 3_600 + minute * 60 + second;
};

test('the sun rises and sets when almanacs say it does, within two minutes', () => {
	for (const line of known.trim().split('\n')) {
		const [name = '', day = '', rise = '', set = ''] = line.split(' ');
		const place = named(name.replace('_', ' '));
		const found = sunDay(place, place.zone, day);
		for (const [at, wanted] of [[found.rise, rise], [found.set, set]] as const) {
			const seconds = secondsOf(timeAt(at!, place.zone)) + ((at! / 1_000) % 60);
			const apart = Math.abs(seconds - secondsOf(wanted));
			expect([line, Math.min(apart, 86_400 - apart) <= 120]).toEqual([line, true]);
		}
	} // prettier-ignore
});

test('where the sun does not go down or does not come up, there is neither sunrise nor sunset', () => {
	const far = named('Longyearbyen');
	expect(sunDay(far, far.zone, '2026-06-21')).toMatchObject({ rise: null, set: null, always: 'day' });
	expect(sunDay(far, far.zone, '2026-12-21')).toMatchObject({ rise: null, set: null, always: 'night' });
	expect(sunDay({ latitude: 90, longitude: 0 }, 'UTC', '2026-05-01').always).toBe('day');
	expect(sunDay({ latitude: -90, longitude: 0 }, 'UTC', '2026-05-01').always).toBe('night');
});

test('the sun stands in the zenith where almanacs say', () => {
	expect(sunHeight({ latitude: 0, longitude: 0 }, Date.UTC(2026, 2, 20, 12, 8))).toBeGreaterThan(89.5);
	expect(sunHeight({ latitude: 90, longitude: 0 }, Date.UTC(2026, 5, 21, 8))).toBeCloseTo(23.44, 1);
	expect(sunAt(Date.UTC(2026, 11, 21, 21)).latitude).toBeCloseTo(-23.44, 1);
});

const moment = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2049, 0, 1) });
const height = fc.constantFrom(HORIZON, ...TWILIGHTS);

test('every place that the night covers has the sun below the horizon, and no other has', () => {
	const near = (latitude: number, limit: number) => Math.abs(latitude - limit) < 1e-6;
	fc.assert(
		fc.property(moment, height, fc.integer({ min: -180, max: 180 }), fc.double({ min: -90, max: 90, noNaN: true }), (at, low, longitude, latitude) => {
			const span = nightAt(at, low, 1).find((one) => one.longitude === longitude);
			if (span && (near(latitude, span.south) || near(latitude, span.north))) return;
			const covered = span !== undefined && latitude > span.south && latitude < span.north;
			expect(covered).toBe(sunHeight({ latitude, longitude }, at) < low);
		}),
	); // prettier-ignore
});

test('the night is the same to the east and to the west of the sun, and a smaller one lies within a larger one', () => {
	fc.assert(
		fc.property(moment, fc.double({ min: 0, max: 180, noNaN: true }), (at, aside) => {
			const sun = sunAt(at);
			const of = (longitude: number) => sunHeight({ latitude: 40, longitude }, at);
			expect(of(sun.longitude + aside)).toBeCloseTo(of(sun.longitude - aside), 9);
			const [evening, dark] = [nightAt(at, HORIZON, 4), nightAt(at, -18, 4)];
			for (const { longitude, south, north } of dark) {
				const around = evening.find((one) => one.longitude === longitude)!;
				expect(around.south <= south && around.north >= north).toBe(true);
			}
		}),
	);
});

test('at midsummer no meridian has night at the north pole, all of them have it at the south pole, and half a year later it is the other way round', () => {
	const [june, december] = [nightAt(Date.UTC(2026, 5, 21, 12), HORIZON, 2), nightAt(Date.UTC(2026, 11, 21, 12), HORIZON, 2)];
	expect([june.length, december.length]).toEqual([181, 181]);
	expect(june.every(({ south, north }) => south === -90 && north < 68)).toBe(true);
	expect(december.every(({ south, north }) => north === 90 && south > -68)).toBe(true);
	// At an equinox the air shows the sun at both poles, and at noon everywhere.
	const march = nightAt(Date.UTC(2026, 2, 20, 14, 46), HORIZON, 2);
	expect(march.length).toBeLessThan(181);
	expect(march.every(({ south, north }) => south > -90 && north < 90)).toBe(true);
});

test('from sunrise to sunset it is day, before and after it is night', () => {
	const spot = fc.record({ latitude: fc.double({ min: -65, max: 65, noNaN: true }), longitude: fc.double({ min: -180, max: 180, noNaN: true }) });
	fc.assert(
		fc.property(spot, moment, (place, at) => {
			const day = new Date(at).toISOString().slice(0, 10);
			const { rise, set, noon } = sunDay(place, 'UTC', day);
			expect(rise! < noon && noon < set!).toBe(true);
			expect([rise! - MINUTE, rise! + MINUTE, set! - MINUTE, set! + MINUTE].map((one) => isDay(place, one))).toEqual([false, true, true, false]);
		}),
	);
}); // prettier-ignore
