import { formatMoment, type Moment } from '@mana/time/recur/index';
import { instantOf } from '@mana/time/zone';
import { DavFailure } from '../failure.ts';
import { type Component, dateTimeLine, line, lineOf, momentIn, nameOf } from '../ical/index.ts';
import { dav } from '../names.ts';
import { type Instance, instancesOf } from '../ical/instances.ts';
import { type Span, spans } from './time-range.ts';

/** Instances that one object is expanded into at most. */
const MOST = 4_000;
const DAY_MS = 86_400_000;
/** What repeats and what says when: none of it is said of a single instance. */
const OF_A_RECURRENCE = new Set(['RRULE', 'RDATE', 'EXDATE', 'EXRULE', 'RECURRENCE-ID', 'DTSTART', 'DTEND', 'DUE', 'DURATION']);

/**
 * A calendar in which each instance of a span stands for itself, with its times in UTC (RFC 4791 §9.6.5).
 *
 * @param zone in which times are that name none
 * @throws DavFailure 403 where that would be too many
 */
export function expanded(calendar: Component, span: Span, zone: string): Component {
	const components: Component[] = [];
	for (const name of ['VEVENT', 'VTODO', 'VJOURNAL'])
		for (const instance of instancesOf(calendar, name, span, zone, Infinity)) {
			if (!spans(instance.from, instance.to, span)) continue;
			if (components.length >= MOST)
				throw new DavFailure(
					403,
					`This is more than ${MOST} instances. Ask for a shorter time.`,
					dav('number-of-matches-within-limits'),
				);
			components.push(alone(instance, zone));
		}
	return { ...calendar, components };
}

function alone({ component, from, to, id, zone: own }: Instance, zone: string): Component {
	const day = momentIn(lineOf(component, 'DTSTART') ?? lineOf(component, 'DUE') ?? line('', ''))?.form === 'day';
	const at = (name: string, instant: number, wall: number) =>
		day ? line(name, formatMoment({ wall, form: 'day' }), { name: 'VALUE', values: ['DATE'] }) : dateTimeLine(name, instant);
	const start = wallOfDay(from, zone);
	const times = [
		at('DTSTART', from, start),
		...['DTEND', 'DUE'].flatMap((name) => (lineOf(component, name) ? [at(name, to, wallOfDay(to, zone))] : [])),
		...component.lines.filter((one) => nameOf(one) === 'DURATION'),
		...(id === null ? [] : [recurrenceId(id, own ?? zone)]),
	];
	return { ...component, lines: [...component.lines.filter((one) => !OF_A_RECURRENCE.has(nameOf(one))), ...times] };
}

function recurrenceId({ wall, form }: Moment, zone: string) {
	if (form === 'day') return line('RECURRENCE-ID', formatMoment({ wall, form }), { name: 'VALUE', values: ['DATE'] });
	return dateTimeLine('RECURRENCE-ID', form === 'utc' ? wall : instantOf(zone, wall));
}

/** The day (as a wall clock has it) that begins at a moment in a zone. */
function wallOfDay(instant: number, zone: string): number {
	const guess = Math.round(instant / DAY_MS) * DAY_MS;
	return [guess - DAY_MS, guess, guess + DAY_MS].find((wall) => instantOf(zone, wall) === instant) ?? guess;
}

/** A calendar without the overridden instances that have nothing to do with a span, neither where they are nor where they were (§9.6.6). */
export function limited(calendar: Component, span: Span, zone: string): Component {
	const components = calendar.components.filter((component) => {
		const id = lineOf(component, 'RECURRENCE-ID');
		if (!id) return true;
		const [own] = instancesOf({ ...calendar, components: [component] }, component.name, span, zone);
		if (!own) return true;
		if (spans(own.from, own.to, span) || id.parameters.some(({ name }) => name.toUpperCase() === 'RANGE')) return true;
		const was = own.id === null ? own.from : own.id.form === 'utc' ? own.id.wall : instantOf(own.zone ?? zone, own.id.wall);
		return spans(was, was + (own.to - own.from), span);
	});
	return { ...calendar, components };
}
