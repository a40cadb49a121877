import { type ContentLine, instantIn, line, momentIn, zoneOf } from '@mana/dav/ical/index';
import { formatMoment, type Moment } from '@mana/time/recur/index';
import { instantOf, wallAt } from '@mana/time/zone';
import { DAY, momentOf, textOf } from '../moments.ts';

/** On whose clocks an event is written: that of a zone (IANA), that of whoever looks (`null`); of days it says nothing. */
export type Clock = string | null;

/** A start as the model has it: what its clock shows, and which clock that is. */
export function startIn(start: ContentLine, zone: string): { readonly start: string; readonly zone: Clock } | null {
	const moment = momentIn(start);
	if (!moment) return null;
	if (moment.form === 'day') return { start: textIn(moment), zone: null };
	if (moment.form === 'utc') return { start: textIn(moment), zone: 'UTC' };
	const own = zoneOf(start);
	// A zone that nobody knows: the moment is what can be kept of it.
	if (own === null && start.parameters.some(({ name }) => name.toUpperCase() === 'TZID')) return { start: textIn(moment), zone };
	return { start: textIn(moment), zone: own };
}

/** A date or time of a line as an event's own clock shows it, in the form of its start; a day stays one where it names what falls out. */
export function onClockOf(one: ContentLine, start: string, clock: Clock, zone: string): string | null {
	const moment = momentIn(one);
	if (!moment) return null;
	if (start.length === 10) return textOf(Math.floor(moment.wall / DAY) * DAY, 'day');
	if (moment.form === 'day') return textIn(moment);
	const own = moment.form === 'utc' ? 'UTC' : (zoneOf(one) ?? clock);
	if (own === clock) return textIn(moment);
	const instant = instantIn(one, clock ?? zone);
	return instant === null ? null : textOf(wallAt(clock ?? zone, instant), 'local');
}

/** When something begins, in ms since 1970. @param zone of whoever looks */
export function instantOfText(text: string, clock: Clock, zone: string): number | null {
	const moment = momentOf(text);
	if (Number.isNaN(moment.wall)) return null;
	return instantOf(moment.form === 'day' ? zone : (clock ?? zone), moment.wall);
}

/** A moment of an event as a line: a date, a time in UTC, in a zone, or in none. */
export function momentLine(name: string, text: string, clock: Clock): ContentLine {
	const moment = momentOf(text);
	if (Number.isNaN(moment.wall)) return line(name, text);
	if (moment.form === 'day') return line(name, formatMoment(moment), { name: 'VALUE', values: ['DATE'] });
	if (clock === 'UTC') return line(name, formatMoment({ ...moment, form: 'utc' }));
	return line(name, formatMoment(moment), ...(clock === null ? [] : [{ name: 'TZID', values: [clock] }]));
}

/** A moment of iCalendar as the model keeps it. */
function textIn({ wall, form }: Moment): string {
	return textOf(wall, form === 'day' ? 'day' : 'local');
}
