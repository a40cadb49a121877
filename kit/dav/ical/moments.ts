import { instantOf } from '@mana/time/zone';
import { type Moment, parseMoment } from '@mana/time/recur/index';
import { type ContentLine, parameterOf } from './lines.ts';
import { zoneNamed } from './zones.ts';

/** The first date or time in a value; `null` when it is none. */
export function momentIn({ value }: Pick<ContentLine, 'value'>): Moment | null {
	try {
		return parseMoment(value.split(',')[0]!.trim());
	} catch (error) {
		if (error instanceof Error) return null;
		throw error;
	}
}

/**
 * When a line's date or time is, in ms since 1970. A date is its first moment; what has no zone, or one that nobody knows, is in `zone`.
 */
export function instantIn(line: ContentLine, zone: string): number | null {
	const moment = momentIn(line);
	if (!moment) return null;
	if (moment.form === 'utc') return moment.wall;
	return instantOf(zoneOf(line) ?? zone, moment.wall);
}

/** The zone of a line (IANA), where it names one that we know: as it is, behind a prefix (`/mozilla.org/20050126_1/Europe/Berlin`), or as Windows does. */
export function zoneOf(line: Pick<ContentLine, 'parameters'>): string | null {
	const name = parameterOf(line, 'TZID');
	return name === undefined ? null : zoneNamed(name);
}

/** A moment in UTC as a line has it: `20261126T090000Z`. @param instant ms since 1970 */
export function dateTimeLine(name: string, instant: number): ContentLine {
	const value = `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
	return { name, parameters: [], value };
}
