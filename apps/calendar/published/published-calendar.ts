import {
	type Component,
	type ContentLine,
	escapeText,
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
import { type ObjectState, objectOf } from '../ical/event-object.ts';
import { type Telling, toldEvents } from './told-events.ts';

/** How often programs are to look again: RFC 7986 §5.7. */
const LOOK_AGAIN = 'PT1H';
const zoneLines = ['TZID', 'DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO', 'TZNAME', 'RRULE', 'RDATE'];

/** A calendar as others may read it (RFC 5545), each zone described once. The same events are the same text. @param name what it is called */
export function publishedCalendar(states: readonly ObjectState[], name: string, telling: Telling): string {
	const zones = new Zones(telling);
	const events = states
		.toSorted((a, b) => (a.event.id < b.event.id ? -1 : 1))
		.flatMap((state) => {
			const calendar = withKnownZones(parseCalendar(new TextEncoder().encode(objectOf(state, telling.zone))));
			return toldEvents(calendar, telling).map((event) => zones.named(event, calendar));
		});
	const lines = [
		line('VERSION', '2.0'),
		line('PRODID', '-//Mana//Calendar//EN'),
		line('NAME', escapeText(name)),
		line('X-WR-CALNAME', escapeText(name)),
		line('REFRESH-INTERVAL', LOOK_AGAIN, { name: 'VALUE', values: ['DURATION'] }),
		line('X-PUBLISHED-TTL', LOOK_AGAIN),
	];
	return writeComponent({ name: 'VCALENDAR', lines, components: [...zones.described(), ...events] });
}

/** The zones that events of several calendar objects name. */
class Zones {
	readonly #telling: Telling;
	/** From which year on each zone of IANA's is needed. */
	readonly #known = new Map<string, number>();
	/** What programs described and nobody knows. */
	readonly #own = new Map<string, Component>();

	constructor(telling: Telling) {
		this.#telling = telling;
	}

	/** An event with the names that zones have in what is published. @param calendar that describes those of somebody's own */
	named(event: Component, calendar: Component): Component {
		return { ...event, lines: event.lines.map((one) => this.#line(one, calendar)) };
	}

	described(): Component[] {
		const known = [...this.#known].map(([zone, year]) => timezoneOf(zone, year));
		return [...known, ...this.#own.values()];
	}

	#line(one: ContentLine, calendar: Component): ContentLine {
		const said = parameterOf(one, 'TZID');
		if (said === undefined) return one;
		const zone = zoneNamed(said) ?? this.#ownName(said, calendar);
		const others = one.parameters.filter(({ name }) => name.toUpperCase() !== 'TZID');
		if (zone === null) return { ...one, parameters: others };
		if (!this.#own.has(zone)) {
			const year = Math.min(...one.value.split(',').map((value) => Number(value.trim().slice(0, 4))));
			this.#known.set(zone, Math.min(year, this.#known.get(zone) ?? year));
		}
		return { ...one, parameters: [...others, { name: 'TZID', values: [zone] }] };
	}

	/** Two programs may call two zones the same; `null`: nobody says what it is, so that it is on the clocks of whoever looks. */
	#ownName(said: string, calendar: Component): string | null {
		const told = calendar.components.find((one) => one.name === 'VTIMEZONE' && lineOf(one, 'TZID')?.value.trim() === said);
		if (!told) return null;
		const name = `Zone ${this.#telling.blind(writeComponent(told)).slice(0, 12)}`;
		this.#own.set(name, withId(bare(told), name));
		return name;
	}
}

function withId(zone: Component, name: string): Component {
	return { ...zone, lines: [line('TZID', name), ...zone.lines.filter((one) => nameOf(one) !== 'TZID')] };
}

function bare({ name, lines, components }: Component): Component {
	return { name, lines: lines.filter((one) => zoneLines.includes(nameOf(one))), components: components.map(bare) };
}
