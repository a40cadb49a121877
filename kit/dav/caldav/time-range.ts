import { type Occurrence, occurrences, once, parseRule, type Recurrence } from '@mana/time/recur/index';
import { type Component, instantIn, lineOf, momentIn, nameOf, parameterOf } from '../ical/index.ts';
import { isZone } from '@mana/time/zone';

/** From a moment on, up to but without another (ms since 1970). */
export interface Span {
	readonly from: number;
	readonly to: number;
}

const DAY_MS = 86_400_000;
/** Occurrences that are looked at before something counts as outside. */
const MOST = 5_000;

/**
 * Whether a component has to do with a span of time (RFC 4791 §9.9), one that repeats with any of its instances.
 *
 * @param zone in which times are that name none
 */
export function overlaps(component: Component, span: Span, zone: string): boolean {
	if (component.name === 'VCALENDAR') return component.components.some((one) => overlaps(one, span, zone));
	const whole = timesOf(component, zone);
	const fits = component.name === 'VTODO' ? todoFits : eventFits;
	const recurrence = recurrenceOf(component, zone);
	if (!recurrence) return fits(whole, span);
	const first = whole.start ?? whole.due;
	if (first === null) return fits(whole, span);
	const length = Math.max(0, (whole.due ?? whole.start ?? first) - first);
	let looked = 0;
	for (const { instant } of from(recurrence, Number.isFinite(span.from) ? span.from - length - DAY_MS : first, zone)) {
		if (instant > span.to || ++looked > MOST) return false;
		const by = instant - first;
		const shifted = { ...whole, start: whole.start && whole.start + by, due: whole.due && whole.due + by };
		if (fits(shifted, span)) return true;
	}
	return false;
}

function from(recurrence: Recurrence, instant: number, zone: string): Generator<Occurrence, void> {
	return occurrences(recurrence, instant, zone);
}

interface Times {
	readonly start: number | null;
	/** DUE or DTEND, or what DURATION makes of the start. */
	readonly due: number | null;
	/** Whether it is DUE or DTEND itself. */
	readonly said: boolean;
	readonly dayLong: boolean;
	readonly completed: number | null;
	readonly created: number | null;
}

function timesOf(component: Component, zone: string): Times {
	const at = (name: string): number | null => {
		const line = lineOf(component, name);
		return line ? instantIn(line, zone) : null;
	};
	const start = at('DTSTART');
	const end = at('DUE') ?? at('DTEND');
	const length = durationMs(lineOf(component, 'DURATION')?.value);
	const line = lineOf(component, 'DTSTART');
	return {
		start,
		due: end ?? (start !== null && length !== null ? start + length : null),
		said: end !== null,
		dayLong: line !== undefined && momentIn(line)?.form === 'day',
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

/** The table of §9.9 for VEVENT, and for what has a start and an end like one. */
function eventFits({ start, due, dayLong }: Times, { from, to }: Span): boolean {
	if (start === null) return false;
	const end = due ?? (dayLong ? start + DAY_MS : start);
	return end > start ? from < end && to > start : from <= start && to > start;
}

function recurrenceOf(component: Component, zone: string): Recurrence | null {
	const line = lineOf(component, 'DTSTART') ?? lineOf(component, 'DUE');
	const start = line && momentIn(line);
	const rules = component.lines.filter((one) => nameOf(one) === 'RRULE');
	if (!line || !start || rules.length === 0) return null;
	const named = parameterOf(line, 'TZID');
	const moments = (name: string) =>
		component.lines
			.filter((one) => nameOf(one) === name)
			.flatMap(({ value }) => value.split(',').map((one) => momentIn({ value: one })))
			.filter((moment) => moment !== null);
	try {
		return {
			...once(start, named !== undefined && isZone(named) ? named : zone),
			rules: rules.map(({ value }) => parseRule(value)),
			extra: moments('RDATE'),
			except: moments('EXDATE'),
		};
	} catch (error) {
		// A rule that nobody can read: the first instance is all that is known of it.
		if (error instanceof Error) return null;
		throw error;
	}
}

/** `P1DT2H` in ms (RFC 5545 §3.3.6); `null` when it is none. */
function durationMs(value: string | undefined): number | null {
	const match = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(value ?? '');
	if (!match) return null;
	const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
	const ms = ((((weeks! * 7 + days!) * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1_000;
	return match[1] === '-' ? -ms : ms;
}
