import { type Day, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import type { Spot } from '@mana/ui/map/view';

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
/** So far the earth turns under the stars in a day, in degrees. */
const TURN = 360.985_647_366_29;

/** How high the middle of the sun stands, in degrees, when its rim rises or sets: the air bends its light. */
export const HORIZON = -0.833;
/** … when one cannot read outside any more, when seafarers do not see the horizon, and when it is as dark as it gets. */
export const TWILIGHTS = [-6, -12, -18] as const;

/** Where the sun stands in the zenith at a moment: the low-precision formulas of the Astronomical Almanac (exact to about 0.1°, from 1950 to 2050). @param at in ms since 1970 */
export function sunAt(at: number): Spot {
	const days = at / DAY_MS - 10_957.5;
	const anomaly = (357.528 + 0.985_600_3 * days) * RAD;
	const ecliptic = (280.46 + 0.985_647_4 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
	const obliquity = (23.439 - 0.000_000_4 * days) * RAD;
	const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic)) / RAD;
	const sidereal = 280.460_618_37 + TURN * days;
	return { latitude: Math.asin(Math.sin(obliquity) * Math.sin(ecliptic)) / RAD, longitude: turned(ascension - sidereal) };
}

/** How high the sun stands at a place, in degrees above the horizon. @param at in ms since 1970 */
export function sunHeight({ latitude, longitude }: Spot, at: number): number {
	const sun = sunAt(at);
	const height = Math.asin(
		Math.sin(latitude * RAD) * Math.sin(sun.latitude * RAD) +
			Math.cos(latitude * RAD) * Math.cos(sun.latitude * RAD) * Math.cos((longitude - sun.longitude) * RAD),
	);
	return height / RAD;
}

/** Whether the sun is up: with its rim, and as the air bends its light. */
export function isDay(place: Spot, at: number): boolean {
	return sunHeight(place, at) > HORIZON;
}

/** What the sun does on a day. */
export interface SunDay {
	/** When it stands highest, in ms since 1970. */
	readonly noon: number;
	/** When it rises before that, and sets after it; `null`: it does not. */
	readonly rise: number | null;
	readonly set: number | null;
	/** `day`: it is up from midnight to midnight; `night`: it does not come up; `null`: it rises, sets, or both. */
	readonly always: 'day' | 'night' | null;
}

/** What the sun does on a day of a place's clocks, from the middle of one night to the middle of the next. @param zone IANA name */
export function sunDay(place: Spot, zone: string, day: Day): SunDay {
	const noon = noonNear(place, instantOf(zone, toUtc(day)) + DAY_MS / 2);
	const crossing = (side: -1 | 1): number | null => {
		let [light, dark] = [noon, noon + (side * DAY_MS) / 2];
		if (!isDay(place, light) || isDay(place, dark)) return null;
		while (Math.abs(dark - light) > 500) {
			const middle = (light + dark) / 2;
			if (isDay(place, middle)) light = middle;
			else dark = middle;
		}
		return Math.round((light + dark) / 2);
	};
	const [rise, set] = [crossing(-1), crossing(1)];
	return { noon, rise, set, always: rise !== null || set !== null ? null : isDay(place, noon) ? 'day' : 'night' };
}

/** The nearest moment at which the sun stands highest. */
function noonNear({ longitude }: Spot, near: number): number {
	let at = near;
	// The sun itself moves on by a degree a day: a second look is exact to the second.
	for (let look = 0; look < 3; look++) at -= (turned(longitude - sunAt(at).longitude) / 360) * DAY_MS;
	return Math.round(at);
}

/** Of one meridian: between which latitudes it is night. */
export interface NightSpan {
	readonly longitude: number;
	readonly south: number;
	readonly north: number;
}

/**
 * Where on earth the sun stands lower than `height` at a moment, meridian by meridian from west to east; those without such a place are left out. It is a
 * cap of less than half of the earth, so on each meridian it is one span.
 *
 * @param height in degrees, below 0; @param step between meridians, in degrees, a part of 360
 */
export function nightAt(at: number, height: number, step: number): NightSpan[] {
	const sun = sunAt(at);
	const spans: NightSpan[] = [];
	for (let longitude = -180; longitude <= 180; longitude += step) {
		const span = nightOn(sun, longitude, height);
		if (span) spans.push({ longitude, ...span });
	}
	return spans;
}

/** Solves a·sin φ + b·cos φ < sin(height) for φ, as r·sin(φ + ψ). */
function nightOn(sun: Spot, longitude: number, height: number): Pick<NightSpan, 'south' | 'north'> | null {
	const a = Math.sin(sun.latitude * RAD);
	const b = Math.cos(sun.latitude * RAD) * Math.cos((longitude - sun.longitude) * RAD);
	const r = Math.hypot(a, b);
	const limit = Math.sin(height * RAD);
	if (limit <= -r) return null;
	const middle = turned(-90 - Math.atan2(b, a) / RAD);
	const half = 90 + Math.asin(limit / r) / RAD;
	const [south, north] = [Math.max(-90, middle - half), Math.min(90, middle + half)];
	return south < north ? { south, north } : null;
}

/** An angle as one from -180 up to 180 degrees. */
function turned(degrees: number): number {
	return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
