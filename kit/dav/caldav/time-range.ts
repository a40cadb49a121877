import { type Component, instantIn, lineOf } from '../ical/index.ts';
import { durationMs } from '../ical/duration.ts';
import { triggersOf } from '../ical/alarms.ts';
import { instancesOf, occurrencesOf, type Span } from '../ical/instances.ts';

export type { Span };

const DAY_MS = 86_400_000;
/** Occurrences that are looked at before something counts as outside. */
const MOST = 5_000;

/** A component with what it stands in, outermost first: an alarm goes off by its event, which other events of the same object override. */
export interface Inside {
	readonly component: Component;
	readonly around: readonly Component[];
}

/**
 * Whether a component has to do with a span of time (RFC 4791 §9.9), one that repeats with any of its instances, an alarm with any time at
 * which it goes off.
 *
 * @param zone in which times are that name none
 */
export function overlaps({ component, around }: Inside, span: Span, zone: string): boolean {
	const calendar = around[0];
	switch (component.name) {
		case 'VCALENDAR':
			return component.components.some((one) => overlaps({ component: one, around: [component] }, span, zone));
		case 'VALARM': {
			const owner = around.at(-1);
			return owner !== undefined && calendar !== undefined && goesOff(component, owner, calendar, span, zone);
		}
		case 'VTIMEZONE':
			return false;
		case 'VTODO':
			return todoOverlaps(component, calendar, span, zone);
		default:
			return eventOverlaps(component, calendar, span, zone);
	}
}

function eventOverlaps(event: Component, calendar: Component | undefined, span: Span, zone: string): boolean {
	for (const { component, from, to } of instancesOf(calendar ?? event, event.name, span, zone, MOST))
		if (component === event && spans(from, to, span)) return true;
	return false;
}

/** The table of §9.9 for VEVENT, and for what has a start and an end like one. */
export function spans(start: number, end: number, { from, to }: Span): boolean {
	return end > start ? from < end && to > start : from <= start && to > start;
}

function goesOff(alarm: Component, owner: Component, calendar: Component, span: Span, zone: string): boolean {
	const near = { from: span.from - FURTHEST_ALARM_MS, to: span.to + FURTHEST_ALARM_MS };
	for (const instance of instancesOf(calendar, owner.name, near, zone, MOST))
		if (instance.component === owner && triggersOf(alarm, instance, zone).some((at) => at >= span.from && at < span.to))
			return true;
	return false;
}

/** No alarm is looked for that goes off longer before or after what it is about. */
const FURTHEST_ALARM_MS = 60 * DAY_MS;

function todoOverlaps(todo: Component, calendar: Component | undefined, span: Span, zone: string): boolean {
	const whole = timesOf(todo, zone);
	const first = whole.start ?? whole.due;
	const from = Number.isFinite(span.from)
		? span.from - Math.max(0, (whole.due ?? 0) - (whole.start ?? whole.due ?? 0)) - DAY_MS
		: null;
	const repeated = first === null ? null : occurrencesOf(todo, calendar ?? todo, from ?? first, zone);
	if (!repeated || first === null) return todoFits(whole, span);
	let looked = 0;
	for (const { instant } of repeated) {
		if (instant > span.to || ++looked > MOST) return false;
		const by = instant - first;
		const shifted = { ...whole, start: whole.start && whole.start + by, due: whole.due && whole.due + by };
		if (todoFits(shifted, span)) return true;
	}
	return false;
}

interface Times {
	readonly start: number | null;
	/** DUE, or what DURATION makes of the start. */
	readonly due: number | null;
	/** Whether it is DUE itself. */
	readonly said: boolean;
	readonly completed: number | null;
	readonly created: number | null;
}

function timesOf(component: Component, zone: string): Times {
	const at = (name: string): number | null => {
		const line = lineOf(component, name);
		return line ? instantIn(line, zone) : null;
	};
	const [start, due] = [at('DTSTART'), at('DUE')];
	const length = durationMs(lineOf(component, 'DURATION')?.value);
	return {
		start,
		due: due ?? (start !== null && length !== null ? start + length : null),
		said: due !== null,
		completed: at('COMPLETED'),
		created: at('CREATED'),
	};
}

/** The table of §9.9 for VTODO. */
function todoFits({ start, due, said, completed, created }: Times, { from, to }: Span): boolean {
	if (start !== null && due !== null && !said) return from <= due && (to > start || to >= due);
	if (start !== null && due !== null) return (from < due || from <= start) && (to > start || to >= due);
	if (start !== null) return from <= start && to > start;
	if (due !== null) return from < due && to >= due;
	if (completed !== null && created !== null) return (from <= created || from <= completed) && (to >= created || to >= completed);
	if (completed !== null) return from <= completed && to >= completed;
	return created === null || to > created;
}
