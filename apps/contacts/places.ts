/** A point on earth (WGS 84), in degrees: north and east are positive. */
export interface Place {
	/** [-90,90] */
	readonly latitude: number;
	/** [-180,180] */
	readonly longitude: number;
}

/** Finer than a stride: a millionth of a degree is about ten centimetres. */
const DIGITS = 6;

/** A place as it is kept and shown: `48.137154, 11.576124`. */
export function placeText({ latitude, longitude }: Place): string {
	return [latitude, longitude].map((degrees) => String(Number(degrees.toFixed(DIGITS)) + 0)).join(', ');
}

/**
 * The place that somebody typed, pasted from a map, or has in a card; `null`: it names none. Understood are two numbers, degrees with minutes and
 * seconds, `geo:` (RFC 5870), `GEO` of vCard 3, and addresses of OpenStreetMap, Google and Apple that name a point. Nobody is asked.
 */
export function readPlace(text: string): Place | null {
	const typed = text.trim();
	for (const form of FORMS) {
		const found = form.exec(typed);
		if (found) return placeAt(Number(found[1]), Number(found[2]));
	}
	return sexagesimal(typed);
}

const NUMBER = String.raw`([+-]?\d{1,3}(?:\.\d+)?)`;
const FORMS: readonly RegExp[] = [
	new RegExp(`^geo:${NUMBER},${NUMBER}(?:[,;?].*)?$`, 'i'),
	new RegExp(`^${NUMBER}°?\\s*[,;\\s]\\s*${NUMBER}°?$`),
	new RegExp(`^https?://\\S*[?&]mlat=${NUMBER}&mlon=${NUMBER}`),
	new RegExp(`^https?://\\S*#map=[\\d.]+/${NUMBER}/${NUMBER}`),
	// Google's `!3d…!4d…` is the place itself, `@` the middle of what is shown.
	new RegExp(`^https?://\\S*!3d${NUMBER}!4d${NUMBER}`),
	new RegExp(`^https?://\\S*/@${NUMBER},${NUMBER}`),
	new RegExp(`^https?://\\S*[?&](?:ll|q|query|coordinate)=${NUMBER}(?:,|%2C)${NUMBER}`, 'i'),
];

const ANGLE = String.raw`(\d{1,3})\s*°\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’])?\s*(?:(\d{1,2}(?:\.\d+)?)\s*["″”])?`;
const SEXAGESIMAL = new RegExp(`^${ANGLE}\\s*([NS])[\\s,;]*${ANGLE}\\s*([EWO])$`, 'i');

/** 48° 8′ 14″ N, 11° 34′ 34″ E (German: O). */
function sexagesimal(text: string): Place | null {
	const found = SEXAGESIMAL.exec(text);
	if (!found) return null;
	const [, d1, m1 = '0', s1 = '0', north, d2, m2 = '0', s2 = '0', east] = found;
	if ([m1, s1, m2, s2].some((part) => Number(part) >= 60)) return null;
	const angle = (degrees: string | undefined, minutes: string, seconds: string) =>
		Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3_600;
	return placeAt(angle(d1, m1, s1) * (/s/i.test(north!) ? -1 : 1), angle(d2, m2, s2) * (/w/i.test(east!) ? -1 : 1));
}

function placeAt(latitude: number, longitude: number): Place | null {
	const fits = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
	return fits ? { latitude, longitude } : null;
}
