import {
	BadRecurrence,
	type Change,
	type Moment,
	type Occurrence,
	occurrences,
	once,
	parseRule,
	type Recurrence,
} from '@mana/time/recur/index';
import { instantOf, wallAt } from '@mana/time/zone';
import { type Component, lineOf } from './component.ts';
import { durationMs } from './duration.ts';
import { type ContentLine, nameOf, parameterOf } from './lines.ts';
import { instantIn, momentIn, zoneOf } from './moments.ts';

const DAY_MS = 86_400_000;
/** Instances that are looked at in one object, where nobody says how many. */
const MOST = 20_000;

/** From a moment on, up to but without another (ms since 1970). */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** One time at which something takes place. */
export interface Instance {
	/** What says how it is: the component that repeats, or the one that stands for this instance. */
	readonly component: Component;
	/** When it begins and ends, ms since 1970. */
	readonly from: number;
	readonly to: number;
	/** Which one of a recurrence it is (RECURRENCE-ID), in the form and on the clocks of its start; `null` of what takes place once. */
	readonly id: Moment | null;
	/** The zone of `id`; `null`: none, or UTC. */
	readonly zone: string | null;
}

/**
 * The instances in an object that may have to do with a span, those that repeat in order, then those that stand beside the rule
 * (RECURRENCE-ID), in place of which nothing else takes place.
 *
 * @param name `VEVENT`
 * @param zone in which times are that name none
 */
export function* instancesOf(
	calendar: Component,
	name: string,
	span: Span,
	zone: string,
	most = MOST,
): Generator<Instance, void> {
	const all = calendar.name === name ? [calendar] : calendar.components.filter((one) => one.name === name);
	for (const component of all) {
		const times = timesOf(component, zone);
		if (!times) continue;
		const { start, end } = times;
		const repeated = lineOf(component, 'RECURRENCE-ID')
			? null
			: occurrencesOf(component, calendar, span.from - (end - start) - DAY_MS, zone);
		if (!repeated) {
			yield { component, from: start, to: end, ...idOf(component, zone) };
			continue;
		}
		const line = lineOf(component, 'DTSTART')!;
		const { form } = momentIn(line)!;
		const alone = new Set(all.flatMap((one) => (one === component ? [] : (idOf(one, zone).id?.wall ?? []))));
		let looked = 0;
		for (const { id, wall, instant } of repeated) {
			if (instant > span.to || ++looked > most) break;
			// One from which on others are moved stands for itself.
			if (id !== wall && alone.has(id)) continue;
			// A day is as long as the clocks make it.
			const to = form === 'day' ? instantOf(zone, wall + (end - start)) : instant + (end - start);
			yield { component, from: instant, to, id: { wall: id, form }, zone: zoneOf(line) };
		}
	}
}

function idOf(component: Component, zone: string): Pick<Instance, 'id' | 'zone'> {
	const line = lineOf(component, 'RECURRENCE-ID');
	return {
		id: (line && momentIn(line)) ?? null,
		zone: line ? (zoneOf(line) ?? (momentIn(line)?.form === 'local' ? zone : null)) : null,
	};
}

/** When a component begins and ends; `null` where it has no start. Of days, in whole days from the first. */
function timesOf(component: Component, zone: string): { readonly start: number; readonly end: number } | null {
	const line = lineOf(component, 'DTSTART') ?? lineOf(component, 'DUE');
	const start = line ? instantIn(line, zone) : null;
	if (!line || start === null) return null;
	const ends = lineOf(component, 'DTEND') ?? lineOf(component, 'DUE');
	const end = ends ? instantIn(ends, zone) : null;
	const length = durationMs(lineOf(component, 'DURATION')?.value);
	if (end !== null) return { start, end: Math.max(start, end) };
	if (length !== null) return { start, end: start + Math.max(0, length) };
	return { start, end: momentIn(line)?.form === 'day' ? start + DAY_MS : start };
}

/** The occurrences of what repeats, without those that have a component of their own in `calendar`; `null` of what takes place once. */
export function occurrencesOf(
	component: Component,
	calendar: Component,
	from: number,
	zone: string,
): Generator<Occurrence, void> | null {
	const recurrence = recurrenceOf(component, calendar, zone);
	return recurrence && occurrences(recurrence, from, zone);
}

/** What a component says of when it comes again; `null` where it says nothing that can be read. */
export function recurrenceOf(component: Component, calendar: Component, zone: string): Recurrence | null {
	const line = lineOf(component, 'DTSTART') ?? lineOf(component, 'DUE');
	const start = line && momentIn(line);
	const rules = component.lines.filter((one) => nameOf(one) === 'RRULE');
	const dates = component.lines.filter((one) => nameOf(one) === 'RDATE');
	if (!line || !start || rules.length + dates.length === 0) return null;
	const clock = start.form === 'utc' ? 'UTC' : (zoneOf(line) ?? zone);
	const on = (one: ContentLine, value: string): Moment | null => onClock({ ...one, value }, start.form, clock, zone);
	const moments = (name: string) =>
		component.lines
			.filter((one) => nameOf(one) === name)
			.flatMap((one) => one.value.split(',').flatMap((value) => on(one, value.split('/')[0]!) ?? []));
	const uid = lineOf(component, 'UID')?.value;
	const changed = calendar.components
		.filter((one) => one.name === component.name && lineOf(one, 'UID')?.value === uid)
		.flatMap((one): Change[] => {
			const id = lineOf(one, 'RECURRENCE-ID');
			const moment = id && on(id, id.value);
			if (!id || !moment) return [];
			const own = { id: moment.wall, start: null, andFollowing: false };
			const shifted = parameterOf(id, 'RANGE')?.toUpperCase() === 'THISANDFUTURE' ? lineOf(one, 'DTSTART') : undefined;
			const later = shifted && on(shifted, shifted.value);
			// It stands for itself as a component, so that here only those after it are moved.
			return later ? [{ ...own, start: later, andFollowing: true }] : [own];
		});
	try {
		return {
			...once(start, start.form === 'local' ? clock : null),
			rules: rules.map(({ value }) => parseRule(value)),
			extra: moments('RDATE'),
			except: moments('EXDATE'),
			changed,
		};
	} catch (error) {
		// A rule that nobody can read: the first instance is all that is known of it.
		if (error instanceof BadRecurrence) return null;
		throw error;
	}
}

/** A moment as the clocks of a start show it, in its form; a day stays one. */
function onClock(line: ContentLine, form: Moment['form'], clock: string, zone: string): Moment | null {
	const moment = momentIn(line);
	if (!moment || moment.form === 'day') return moment;
	if (form === 'day') return { wall: Math.floor(moment.wall / DAY_MS) * DAY_MS, form };
	const instant = instantIn(line, zone);
	return instant === null ? null : { wall: wallAt(clock, instant), form };
}
