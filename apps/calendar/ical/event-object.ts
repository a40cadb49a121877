import {
	type Component,
	line,
	lineOf,
	nameOf,
	parameterOf,
	parseCalendar,
	timezoneOf,
	withKnownZones,
	writeComponent,
	zoneNamed,
} from '@mana/dav/ical/index';
import type { Event } from '../model.ts';
import { onClockOf } from './clock-lines.ts';
import { type EventState, fresh, updated } from './write-event.ts';

/** An event with the occurrences that differ from it: what stands in one calendar object. */
export interface ObjectState extends EventState {
	/** Those that take place; one in the trash takes place as the series says. */
	readonly occurrences: readonly EventState[];
}

/** The VEVENT that stands for the whole: what repeats, or happens once; of a guest of single occurrences, the first of them. */
export function mainIn(calendar: Component): Component | undefined {
	const events = calendar.components.filter(({ name }) => name === 'VEVENT');
	return events.find((event) => !lineOf(event, 'RECURRENCE-ID')) ?? events[0];
}

/** The occurrences of a calendar object that have a VEVENT of their own, by what they would be without it. */
export function occurrencesIn(calendar: Component, series: Pick<Event, 'start' | 'zone'>, zone: string): Map<string, Component> {
	const main = mainIn(calendar);
	const found = new Map<string, Component>();
	for (const event of calendar.components) {
		const id = event.name === 'VEVENT' && event !== main ? lineOf(event, 'RECURRENCE-ID') : undefined;
		const occurrence = id && series.start !== null ? onClockOf(id, series.start, series.zone, zone) : null;
		if (occurrence !== null && occurrence !== undefined) found.set(occurrence, event);
	}
	return found;
}

/**
 * The calendar object of an event: as a program last wrote it, to the letter, as long as the records say the same; otherwise with the lines
 * changed that say something else by now. What we have no field for stays.
 */
export function objectOf(state: ObjectState, zone: string): string {
	const { event } = state;
	if (event.calendarObject === '')
		return writeComponent(complete(emptyCalendar([fresh(state, zone), ...alone(state, zone)]), event));
	const kept = parseCalendar(new TextEncoder().encode(event.calendarObject));
	const known = withKnownZones(kept);
	const main = mainIn(known);
	if (!main) return event.calendarObject;
	const there = occurrencesIn(known, event, zone);
	const wanted = new Map(state.occurrences.map((one) => [one.event.occurrence!, one]));
	let changed = false;
	const components = known.components.flatMap((component, i): Component[] => {
		const occurrence = [...there].find(([, one]) => one === component)?.[0];
		const own = component === main ? state : occurrence === undefined ? null : (wanted.get(occurrence) ?? 'gone');
		if (own === null) return [kept.components[i]!];
		if (own === 'gone') {
			changed = true;
			return [];
		}
		const after = updated(component, own, zone);
		// To the letter, as long as it says the same: also the name that somebody gave to a zone.
		if (after === component) return [kept.components[i]!];
		changed = true;
		return [after];
	});
	const missing = state.occurrences.filter((one) => !there.has(one.event.occurrence!)).map((one) => fresh(one, zone));
	if (!changed && missing.length === 0) return event.calendarObject;
	return writeComponent(complete({ ...kept, components: [...components, ...missing] }, event));
}

function alone({ occurrences }: ObjectState, zone: string): Component[] {
	return occurrences.map((one) => fresh(one, zone));
}

function emptyCalendar(components: readonly Component[]): Component {
	return { name: 'VCALENDAR', lines: [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN')], components };
}

/** A calendar with a description of each zone that it names and does not describe (RFC 5545 §3.6.5). */
export function complete(calendar: Component, event: Pick<Event, 'start'>): Component {
	const described = new Set(
		calendar.components.filter(({ name }) => name === 'VTIMEZONE').map((one) => lineOf(one, 'TZID')?.value.trim()),
	);
	const named = new Set<string>();
	const visit = (component: Component): void => {
		for (const one of component.lines) {
			const zone = parameterOf(one, 'TZID');
			if (zone !== undefined && nameOf(one) !== 'TZID') named.add(zone);
		}
		for (const one of component.components) if (one.name !== 'VTIMEZONE') visit(one);
	};
	visit(calendar);
	const year = Number(event.start?.slice(0, 4) ?? 2026);
	const missing = [...named].filter((zone) => !described.has(zone) && zoneNamed(zone) === zone);
	if (missing.length === 0) return calendar;
	return { ...calendar, components: [...missing.map((zone) => timezoneOf(zone, year)), ...calendar.components] };
}
