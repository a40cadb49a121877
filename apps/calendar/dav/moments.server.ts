import { type ContentLine, instantIn, line, momentIn, zoneOf } from '@mana/dav/ical/index';
import { formatMoment, type Moment, parseMoment } from '@mana/time/recur/index';
import { instantOf, wallAt } from '@mana/time/zone';

const DAY_MS = 86_400_000;

/** On whose clocks an event is written: that of a zone (IANA), that of whoever looks (`null`); of days it says nothing. */
export type Clock = string | null;

/** A moment of iCalendar as the model has it: `2026-11-23`, `2026-11-23T14:30`, with seconds only where there are some. */
export function momentText({ wall, form }: Moment): string {
	const iso = new Date(wall).toISOString();
	if (form === 'day') return iso.slice(0, 10);
	return iso.slice(17, 19) === '00' ? iso.slice(0, 16) : iso.slice(0, 19);
}

/** The other way round; `null` for a text that is none. */
export function momentOf(text: string): Moment | null {
	const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
	if (!match) return null;
	const [, year, month, date, hour, minute, second = '00'] = match;
	return parseMoment(`${year}${month}${date}${hour === undefined ? '' : `T${hour}${minute}${second}`}`);
}

/** A start as the model has it: what its clock shows, and which clock that is. */
export function startIn(start: ContentLine, zone: string): { readonly start: string; readonly zone: Clock } | null {
	const moment = momentIn(start);
	if (!moment) return null;
	if (moment.form === 'day') return { start: momentText(moment), zone: null };
	if (moment.form === 'utc') return { start: momentText(moment), zone: 'UTC' };
	const own = zoneOf(start);
	// A zone that nobody knows: the moment is what can be kept of it.
	if (own === null && start.parameters.some(({ name }) => name.toUpperCase() === 'TZID'))
		return { start: momentText(moment), zone };
	return { start: momentText(moment), zone: own };
}

/** A date or time of a line as an event's own clock shows it, in the form of its start; a day stays one where it names what falls out. */
export function onClockOf(one: ContentLine, start: string, clock: Clock, zone: string): string | null {
	const moment = momentIn(one);
	if (!moment) return null;
	if (start.length === 10) return momentText({ wall: Math.floor(moment.wall / DAY_MS) * DAY_MS, form: 'day' });
	if (moment.form === 'day') return momentText(moment);
	const own = moment.form === 'utc' ? 'UTC' : (zoneOf(one) ?? clock);
	if (own === clock) return momentText(moment);
	const instant = instantIn(one, clock ?? zone);
	return instant === null ? null : momentText({ wall: wallAt(clock ?? zone, instant), form: 'local' });
}

/** When something begins, in ms since 1970. @param zone of whoever looks */
export function instantOfText(text: string, clock: Clock, zone: string): number | null {
	const moment = momentOf(text);
	if (!moment) return null;
	return instantOf(moment.form === 'day' ? zone : (clock ?? zone), moment.wall);
}

/** A moment of an event as a line: a date, a time in UTC, in a zone, or in none. */
export function momentLine(name: string, text: string, clock: Clock): ContentLine {
	const moment = momentOf(text);
	if (!moment) return line(name, text);
	if (moment.form === 'day') return line(name, formatMoment(moment), { name: 'VALUE', values: ['DATE'] });
	if (clock === 'UTC') return line(name, formatMoment({ ...moment, form: 'utc' }));
	return line(name, formatMoment(moment), ...(clock === null ? [] : [{ name: 'TZID', values: [clock] }]));
}
