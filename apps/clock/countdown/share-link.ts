import { isDay } from '@mana/model';
import { isZone } from '@mana/time/zone';
import type { Countdown } from '../model.ts';

/** A countdown as somebody else gets it. */
export type SharedCountdown = Pick<Countdown, 'label' | 'time' | 'zone' | 'yearly' | 'hue'> & { readonly day: string };

/** What of a link is not as it has to be. */
export type LinkProblem = 'name' | 'day' | 'time' | 'zone' | 'hue';

/** What a countdown may be called, in characters (as in the model). */
const MOST_NAME = 120;
const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * A countdown as the fragment of an address: all of it stands there, and browsers send no fragments.
 *
 * @param here IANA name of the zone of who shares it: a moment of theirs is the same moment elsewhere
 */
export function fragmentOf({ label, day, time, zone, yearly, hue }: SharedCountdown, here: string): string {
	const parts = new URLSearchParams();
	if (label.trim() !== '') parts.set('name', label.trim());
	parts.set('day', day);
	if (time !== null) {
		parts.set('time', time);
		parts.set('zone', zone || here);
	}
	if (yearly) parts.set('yearly', '1');
	if (hue !== null) parts.set('hue', String(hue));
	return parts.toString();
}

/** What a fragment says, or what of it cannot be. Anybody can write one: nothing of it is taken as it comes. */
export function readFragment(fragment: string): SharedCountdown | { readonly problem: LinkProblem } {
	const parts = new URLSearchParams(fragment.replace(/^#/, ''));
	const label = (parts.get('name') ?? '').replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
	const [day, time] = [parts.get('day') ?? '', parts.get('time')];
	const zone = time === null ? '' : (parts.get('zone') ?? '');
	const hue = parts.get('hue');
	if (label.length > MOST_NAME) return { problem: 'name' };
	if (!isDay(day)) return { problem: 'day' };
	if (time !== null && !CLOCK_TIME.test(time)) return { problem: 'time' };
	if (zone !== '' && !isZone(zone)) return { problem: 'zone' };
	if (hue !== null && !(/^\d{1,3}$/.test(hue) && Number(hue) < 360)) return { problem: 'hue' };
	return { label, day, time, zone, yearly: parts.get('yearly') === '1', hue: hue === null ? null : Number(hue) };
}
