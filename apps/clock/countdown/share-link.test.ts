import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { distanceTo } from '../countdown.ts';
import { fragmentOf, readFragment, type SharedCountdown } from './share-link.ts';

const berlin = 'Europe/Berlin';
const plain: SharedCountdown = { label: 'Oslo', day: '2027-05-04', time: null, zone: '', yearly: false, hue: null };

test('what is shared is read as it was, in an address that says it in words', () => {
	expect(fragmentOf({ ...plain, yearly: true, hue: 25 }, berlin)).toBe('name=Oslo&day=2027-05-04&yearly=1&hue=25');
	const day = fc
		.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
		.map((at) => at.toISOString().slice(0, 10));
	const time = fc
		.integer({ min: 0, max: 1_439 })
		.map((at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`);
	const words = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim());
	const hue = fc.option(fc.integer({ min: 0, max: 359 }));
	fc.assert(
		fc.property(words, day, fc.option(time), fc.boolean(), hue, (label, on, at, yearly, of) => {
			const shared = { label, day: on, time: at, zone: at === null ? '' : 'Asia/Tokyo', yearly, hue: of };
			expect(readFragment(`#${fragmentOf(shared, berlin)}`)).toEqual(shared);
		}),
	);
});

test('a moment is the same moment wherever it is read; a day is the day of whoever reads it', () => {
	const now = Date.UTC(2027, 4, 1);
	const read = (shared: SharedCountdown) => readFragment(fragmentOf(shared, berlin)) as SharedCountdown;
	const moment = read({ ...plain, time: '18:00' });
	expect(distanceTo(moment, 'America/New_York', now)?.at).toBe(Date.UTC(2027, 4, 4, 16));
	expect(distanceTo(read(plain), 'America/New_York', now)?.at).toBe(Date.UTC(2027, 4, 4, 4));
});

test('what cannot be is named, and nothing of it is taken', () => {
	for (const [fragment, problem] of [
		['', 'day'],
		['day=tomorrow', 'day'],
		['day=2027-02-30', 'day'],
		[`day=2027-05-04&name=${'x'.repeat(121)}`, 'name'],
		['day=2027-05-04&time=25:00', 'time'],
		['day=2027-05-04&time=18:00&zone=Mars/Base', 'zone'],
		['day=2027-05-04&hue=400', 'hue'],
		['day=2027-05-04&hue=red;--x:url(//elsewhere.example)', 'hue'],
		['day=%', 'day'],
	] as const)
		expect(readFragment(fragment)).toEqual({ problem });
	expect(readFragment('day=2027-05-04&name=%0A%E2%80%AEtrip%00')).toMatchObject({ label: 'trip' });
	expect(readFragment('day=2027-05-04&name=<b>x</b>&unknown=1')).toMatchObject({ label: '<b>x</b>', yearly: false, time: null });
});
